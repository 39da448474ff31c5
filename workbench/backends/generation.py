"""Writes sampled answers side by side: left-padded, KV-cached, one row per answer.

A prompt asked several times is read once. A row that is finished leaves the batch, so that a long
answer does not keep short ones waiting.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from workbench.backends.base import Question
from workbench.backends.sampling import NEAR_TIE, exponential_noise, race
from workbench.device import Device


@dataclass(slots=True)
class Row:
    """One answer being written."""

    question: Question
    prompt: list[int]
    generator: torch.Generator = field(init=False)
    answer: list[int] = field(default_factory=list)
    fault: str | None = None
    """Why nothing usable came out, in words."""

    def __post_init__(self) -> None:
        """Give the answer its own dice."""
        self.generator = torch.Generator().manual_seed(self.question.seed)

    def anew(self) -> "Row":
        """The same answer, not begun yet."""
        return Row(self.question, self.prompt)


class Writer:
    """Lets one model write answers."""

    def __init__(self, model: Any, device: Device, stops: set[int]) -> None:  # noqa: ANN401
        """Take the model, its device, and the tokens that end an answer."""
        self._model, self._device, self._stops = model, device, stops

    def write(self, rows: Sequence[Row]) -> None:
        """Write every row to its end, in place."""
        logits, mask, cache = self._read_prompts(rows)
        while True:
            self._add_tokens(rows, logits)
            going = [i for i, row in enumerate(rows) if not self._finished(row)]
            if not going:
                return
            if len(going) < len(rows):
                rows = [rows[i] for i in going]
                keep = torch.tensor(going, device=mask.device)
                cache.batch_select_indices(keep)
                mask = mask[keep]
            mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
            last = torch.tensor([row.answer[-1:] for row in rows])
            logits = self._forward(last, mask, cache)

    def _read_prompts(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor, DynamicCache]:
        unique: dict[tuple[int, ...], int] = {}
        places = [unique.setdefault(tuple(row.prompt), len(unique)) for row in rows]
        width = max(len(prompt) for prompt in unique)
        padded = [[0] * (width - len(prompt)) + list(prompt) for prompt in unique]
        masks = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in unique]
        cache, mask = DynamicCache(), torch.tensor(masks, device=self._device.torch_device)
        logits = self._forward(torch.tensor(padded), mask, cache)
        spread = torch.tensor(places, device=mask.device)
        cache.batch_select_indices(spread)
        return logits[spread.cpu()], mask[spread], cache

    def _forward(self, ids: Tensor, mask: Tensor, cache: DynamicCache) -> Tensor:
        """Next-token logits of every row: shape (rows, vocab), float32, on the CPU."""
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        output = self._model(
            input_ids=ids.to(mask.device),
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = output.logits[:, -1]
        return logits.float().cpu()

    def _add_tokens(self, rows: Sequence[Row], logits: Tensor) -> None:
        noise = exponential_noise([row.generator for row in rows], logits.shape[1])
        heat = torch.tensor([row.question.temperature for row in rows])
        near_tie = NEAR_TIE if self._device.exact else 0.0
        spare = noise.clone() if near_tie else noise
        tokens, leads = race(logits, noise, heat)
        for i, row in enumerate(rows):
            token, lead = int(tokens[i]), float(leads[i])
            if lead < near_tie:
                again, _ = race(self._alone(row)[None], spare[i : i + 1], heat[i : i + 1])
                token = int(again[0])
            if math.isnan(lead):
                row.fault = "The model gave a number that is not finite."
            row.answer.append(token)

    def _alone(self, row: Row) -> Tensor:
        ids = torch.tensor([row.prompt + row.answer], device=self._device.torch_device)
        logits: Tensor = self._model(input_ids=ids, logits_to_keep=1).logits[0, -1]
        return logits.float().cpu()

    def _finished(self, row: Row) -> bool:
        if row.fault is not None:
            return True
        return self.stopped(row) or len(row.answer) >= row.question.max_tokens

    def stopped(self, row: Row) -> bool:
        """Whether the model itself ended the answer."""
        return row.answer[-1] in self._stops
