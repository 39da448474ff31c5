"""Writes sampled answers side by side: left-padded, KV-cached, one row per answer.

A prompt asked several times is read once, and what prompts of one form begin with (a system prompt,
a few examples) once for all of them. A row that is finished leaves at once and another takes its
place, so that the weights, whose reading is most of a step's cost, always serve a full batch.
"""

import copy
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from workbench.backends.base import Question
from workbench.backends.memory import IN_WORDS, fits
from workbench.backends.reading import shared_tokens
from workbench.backends.sampling import NEAR_TIE, exponential_noise, race
from workbench.backends.slots import Slots
from workbench.device import Device

REFILL = 4
"""New rows are read in once this part (1/4) of the batch is free: a prompt costs about a step."""


@dataclass(slots=True)
class Row:
    """One answer being written."""

    question: Question
    prompt: list[int]
    dice: np.random.Generator = field(init=False)
    answer: list[int] = field(default_factory=list)
    seconds: float = 0.0
    """Its share of the time that the batches it was in have taken."""
    fault: str | None = None
    """Why nothing usable came out, in words."""

    def __post_init__(self) -> None:
        """Give the answer its own dice."""
        self.dice = np.random.Generator(np.random.SFC64(self.question.seed))

    def anew(self) -> "Row":
        """The same answer, not begun yet."""
        return Row(self.question, self.prompt, seconds=self.seconds)


class Writer:
    """Lets one model write answers."""

    def __init__(self, model: Any, device: Device, stops: set[int], batch: int) -> None:  # noqa: ANN401
        """Take the model, its device, the tokens that end an answer, and rows side by side."""
        self._model, self._device, self._stops = model, device, stops
        self._batch = batch
        self._heads: dict[str, tuple[int, DynamicCache]] = {}

    def write(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Write every row to its end and yield each as it ends, in no order.

        Where memory runs out, half as many rows are written side by side from then on. Those under
        way begin anew: an answer hangs on its seed alone, so that halving changes none.
        """
        # Long answers first, so that none is left to be written by itself at the end.
        waiting = deque(sorted(rows, key=lambda row: (-row.question.max_tokens, row.prompt)))
        going = Slots[Row](self._device.torch_device)
        fits(lambda: self._read_heads(rows))  # they save time and are not needed
        while waiting or going.rows:
            fresh = self._fresh(waiting, going)
            done: list[Row] = []
            if fits(lambda: self._step(going, fresh, done)):  # noqa: B023 - called at once
                yield from done
                continue
            under_way = list({id(row): row for row in (*going.rows, *fresh, *done)}.values())
            going = Slots(self._device.torch_device)
            self._heads.clear()
            if len(under_way) == 1:
                under_way[0].fault = IN_WORDS
                yield under_way[0]
                continue
            self._batch = max(1, min(self._batch, len(under_way) // 2))
            waiting.extendleft(row.anew() for row in reversed(under_way))
        self._heads.clear()

    def _fresh(self, waiting: "deque[Row]", going: Slots[Row]) -> list[Row]:
        free = self._batch - len(going.rows)
        if going.rows and free * REFILL < self._batch:
            return []
        return [waiting.popleft() for _ in range(min(free, len(waiting)))]

    def _step(self, going: Slots[Row], fresh: Sequence[Row], done: list[Row]) -> None:
        """Add one token to every row: first tokens to fresh ones, which then join the others."""
        started = time.perf_counter()
        served = len(going.rows) + len(fresh)
        if going.rows:
            logits = self._forward(going.last_tokens(), going.lengthened(), going.cache)
            self._add_tokens(going.rows, logits)
        for template in sorted({row.question.template for row in fresh}):
            same = [row for row in fresh if row.question.template == template]
            logits, mask, cache = self._read_prompts(same)
            self._add_tokens(same, logits)
            going.join(same, mask, cache)
        seconds = (time.perf_counter() - started) / served
        for row in going.rows:
            row.seconds += seconds
        done.extend(row for row in going.rows if self._finished(row))
        going.keep([i for i, row in enumerate(going.rows) if not self._finished(row)])

    def _read_heads(self, rows: Sequence[Row]) -> None:
        """Read what all prompts of one form begin with."""
        self._heads.clear()
        if getattr(self._model.config.get_text_config(), "sliding_window", None) is not None:
            return  # a window counts columns, and those between head and prompt would use it up
        for template in sorted({row.question.template for row in rows}):
            prompts = {tuple(row.prompt) for row in rows if row.question.template == template}
            if shared := shared_tokens(sorted(prompts)):
                head, cache = next(iter(prompts))[:shared], DynamicCache()
                place = self._device.torch_device
                self._forward(torch.tensor([head]), torch.ones(1, shared, device=place), cache)
                self._heads[template] = shared, cache

    def _read_prompts(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor, DynamicCache]:
        unique: dict[tuple[int, ...], int] = {}
        places = [unique.setdefault(tuple(row.prompt), len(unique)) for row in rows]
        shared, head = self._heads.get(rows[0].question.template, (0, DynamicCache()))
        cache = copy.deepcopy(head)
        if shared:
            cache.batch_repeat_interleave(len(unique))
        own = [list(prompt[shared:]) for prompt in unique]
        width = max(map(len, own))
        padded = [[0] * (width - len(ids)) + ids for ids in own]
        masks = [[1] * shared + [0] * (width - len(ids)) + [1] * len(ids) for ids in own]
        mask = torch.tensor(masks, device=self._device.torch_device)
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
        noise = exponential_noise([row.dice for row in rows], logits.shape[1])
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
