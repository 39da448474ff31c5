"""Open weights on this machine, through transformers.

Answers are sampled in batches of similar length, left-padded and KV-cached; a prompt asked several
times is read once. Distributions are read one text at a time, unpadded, so that their last bit does
not depend on what else was asked.
"""

import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from workbench import __version__
from workbench.backends.base import TOP_K, Question, Reply
from workbench.backends.positions import kept_positions
from workbench.backends.sampling import NEAR_TIE, exponential_noise, race
from workbench.device import Device
from workbench.digest import digest_of, digest_of_file
from workbench.errors import ModelError
from workbench.models.safety import check_weights_folder
from workbench.records import Capabilities, ModelEntry, TopTokens

# Progress is ours to show, and what transformers warns of is either recorded or refused here.
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

BATCH = 16
"""Rows generated side by side; changes the speed, never the answers (float32)."""


@dataclass(slots=True)
class _Row:
    """One answer being written."""

    question: Question
    prompt: list[int]
    generator: torch.Generator
    answer: list[int]
    fault: str | None = None


class LocalBackend:
    """A causal language model loaded from a folder of safetensors."""

    def __init__(
        self, entry: ModelEntry, folder: Path, device: Device, *, batch: int = BATCH
    ) -> None:
        """Load tokenizer and weights; nothing in the folder is executed.

        Args:
            entry: The model's entry, for messages.
            folder: Holds safetensors, configuration and tokenizer.
            device: Where to run, in which precision.
            batch: Rows generated side by side.

        Raises:
            ModelError: If the folder holds anything but inert weights, or does not load.
        """
        check_weights_folder(folder)
        self._device, self._batch = device, batch
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            self._model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=device.dtype, use_safetensors=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"The weights of {entry.name} do not load ({str(error).splitlines()[0]}).",
                fix=f"Fetch them again with `workbench models fetch {entry.name}`.",
            ) from error
        self._model.to(device.torch_device).eval()
        self._weights_digest = _digest_of_weights(folder)
        self._stops = _stop_tokens(self._model, self._tokenizer)
        self._limit = int(getattr(self._model.config, "max_position_embeddings", 0) or 1 << 30)

    # --- what it says of itself -------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """Everything: the weights are here."""
        return Capabilities(text=True, logits=True, top_k=TOP_K, hidden=True, weights=True)

    @property
    def weights_digest(self) -> str:
        """Digest over names and digests of the safetensors files."""
        return self._weights_digest

    @property
    def tokenizer_digest(self) -> str:
        """Digest of the vocabulary: token → id."""
        return digest_of(self._tokenizer.get_vocab())

    @property
    def device_sentence(self) -> str:
        """Where it runs, in which precision, and why."""
        return self._device.sentence

    @property
    def versions(self) -> dict[str, str]:
        """Libraries that could change an answer."""
        return {
            "workbench": __version__,
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "python": platform.python_version(),
        }

    def close(self) -> None:
        """Free the memory."""
        del self._model

    # --- asking -----------------------------------------------------------------------------

    @torch.inference_mode()
    def ask(self, questions: Sequence[Question]) -> Iterator[tuple[Question, Reply]]:
        """Give one reply per question: answers by length, then distributions."""
        rows, refused = self._rows([q for q in questions if q.kind == "generate"])
        yield from refused
        rows.sort(key=lambda row: (len(row.prompt), row.prompt, row.question.repeat))
        for start in range(0, len(rows), self._batch):
            yield from self._answers(rows[start : start + self._batch])
        for question in questions:
            if question.kind != "generate":
                yield question, self._distribution(question)

    def _rows(
        self, questions: Sequence[Question]
    ) -> tuple[list[_Row], list[tuple[Question, Reply]]]:
        rows, refused = [], []
        for question in questions:
            ids = self._prompt_ids(question)
            if len(ids) + question.max_tokens > self._limit:
                refused.append((question, self._failed(question, self._too_long(len(ids)))))
                continue
            generator = torch.Generator().manual_seed(question.seed)
            rows.append(_Row(question, ids, generator, []))
        return rows, refused

    def _too_long(self, length: int) -> str:
        return f"The prompt has {length} tokens and the model reads at most {self._limit}."

    def _failed(self, question: Question, note: str) -> Reply:
        return Reply("failed", None, self._prompt_format(question), note=note)

    def _prompt_format(self, question: Question) -> str:
        if question.template == "raw":
            return "raw"
        return "chat template" if self._tokenizer.chat_template else "question and answer"

    def _prompt_ids(self, question: Question) -> list[int]:
        match self._prompt_format(question):
            case "chat template":
                turns = [{"role": "user", "content": question.prompt}]
                # Rendered and encoded apart: the template writes its own special tokens.
                text = self._tokenizer.apply_chat_template(
                    turns, tokenize=False, add_generation_prompt=True
                )
                return list(self._tokenizer(text, add_special_tokens=False).input_ids)
            case "question and answer":
                text = f"Question: {question.prompt}\nAnswer:"
                return list(self._tokenizer(text).input_ids)
            case _:
                return list(self._tokenizer(question.prompt).input_ids)

    # --- sampled answers --------------------------------------------------------------------

    def _answers(self, rows: list[_Row]) -> Iterator[tuple[Question, Reply]]:
        started = time.perf_counter()
        self._write(rows)
        seconds = (time.perf_counter() - started) / len(rows)
        for row in rows:
            yield row.question, self._reply(row, seconds)

    def _write(self, rows: list[_Row]) -> None:
        logits, mask, cache = self._read_prompts(rows)
        open_rows = list(rows)
        while True:
            steps = [self._next_token(row, logits[i]) for i, row in enumerate(open_rows)]
            going = [i for i, row in enumerate(open_rows) if not self._finished(row)]
            if not going:
                return
            if len(going) < len(open_rows):
                keep = torch.tensor(going, device=mask.device)
                cache.batch_select_indices(keep)
                mask = mask[keep]
                open_rows = [open_rows[i] for i in going]
                steps = [steps[i] for i in going]
            mask = torch.cat([mask, mask.new_ones(len(open_rows), 1)], dim=1)
            logits = self._forward(torch.tensor(steps)[:, None], mask, cache)

    def _read_prompts(self, rows: list[_Row]) -> tuple[Tensor, Tensor, DynamicCache]:
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
        return output.logits[:, -1].float().cpu()

    def _next_token(self, row: _Row, logits: Tensor) -> int:
        if not bool(torch.isfinite(logits).all()):
            row.fault = "The model gave a number that is not finite."
            return 0
        noise = exponential_noise(row.generator, len(logits))
        token, lead = race(logits, noise, row.question.temperature)
        if lead < NEAR_TIE and self._device.exact:
            token, _ = race(self._alone(row), noise, row.question.temperature)
        row.answer.append(token)
        return token

    def _alone(self, row: _Row) -> Tensor:
        ids = torch.tensor([row.prompt + row.answer], device=self._device.torch_device)
        return self._model(input_ids=ids, logits_to_keep=1).logits[0, -1].float().cpu()

    def _finished(self, row: _Row) -> bool:
        if row.fault is not None:
            return True
        return row.answer[-1] in self._stops or len(row.answer) >= row.question.max_tokens

    def _reply(self, row: _Row, seconds: float) -> Reply:
        question = row.question
        if row.fault is not None:
            return self._failed(question, row.fault)
        stopped = row.answer[-1] in self._stops
        text = self._tokenizer.decode(row.answer, skip_special_tokens=True)
        common: dict[str, Any] = {
            "prompt_format": self._prompt_format(question),
            "token_count": len(row.answer),
            "seconds": seconds,
        }
        if not text.strip():
            return Reply("empty", None, note="The answer holds no visible character.", **common)
        return Reply("answered" if stopped else "truncated", text, **common)

    # --- distributions ----------------------------------------------------------------------

    def _distribution(self, question: Question) -> Reply:
        started = time.perf_counter()
        encoded = self._tokenizer(question.prompt, return_offsets_mapping=True)
        ids, ends = encoded.input_ids, [end for _, end in encoded.offset_mapping]
        if len(ids) > self._limit:
            return self._failed(question, self._too_long(len(ids)))
        tensor = torch.tensor([ids], device=self._device.torch_device)
        keep = kept_positions(question.kind, question.prompt, ends)
        logits = self._model(input_ids=tensor).logits[0, keep].float().cpu()
        if not bool(torch.isfinite(logits).all()):
            return self._failed(question, "The model gave a number that is not finite.")
        logprobs = torch.log_softmax(logits, dim=-1).half()
        return Reply(
            "answered",
            None,
            "raw",
            token_count=len(ids),
            seconds=time.perf_counter() - started,
            logprobs=logprobs,
            top=tuple(self._top(ends[i], row) for i, row in zip(keep, logprobs, strict=True)),
        )

    def _top(self, offset: int, logprobs: Tensor) -> TopTokens:
        best = torch.topk(logprobs.float(), min(TOP_K, len(logprobs)))
        ids = tuple(best.indices.tolist())
        return TopTokens(
            offset=offset,
            ids=ids,
            tokens=tuple(self._tokenizer.decode([i]) for i in ids),
            logprobs=tuple(best.values.tolist()),
        )


def _digest_of_weights(folder: Path) -> str:
    return digest_of({path.name: digest_of_file(path) for path in folder.glob("*.safetensors")})


def _stop_tokens(model: Any, tokenizer: Any) -> set[int]:  # noqa: ANN401 - transformers is untyped
    declared = [
        getattr(model.generation_config, "eos_token_id", None),
        model.config.eos_token_id,
        tokenizer.eos_token_id,
    ]
    stops: set[int] = set()
    for value in declared:
        stops.update(value if isinstance(value, list) else [] if value is None else [value])
    return stops
