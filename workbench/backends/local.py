"""Open weights on this machine, through transformers.

Answers are sampled in batches of similar length, left-padded and KV-cached; a prompt asked several
times is read once. Distributions are read one text at a time, unpadded, so that their last bit does
not depend on what else was asked.
"""

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench import __version__
from workbench.backends.base import TOP_K, Question, Replies, Reply
from workbench.backends.generation import Row, Writer
from workbench.backends.memory import IN_WORDS, give_back, is_out_of_memory
from workbench.backends.positions import kept_positions
from workbench.backends.spelling import UnspelledError, spelled
from workbench.device import Device
from workbench.digest import digest_of, digest_of_file
from workbench.errors import ModelError
from workbench.models.safety import check_weights_folder
from workbench.records import Capabilities, ModelEntry, TopTokens, Vocabulary

# Progress is ours to show, and what transformers warns of is either recorded or refused here.
transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]

BATCH = 32
"""Rows generated side by side; changes the speed, never the answers (float32)."""


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
            self._model: Any = AutoModelForCausalLM.from_pretrained(
                folder, dtype=device.dtype, use_safetensors=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"The weights of {entry.name} do not load ({str(error).splitlines()[0]}).",
                fix=f"Fetch them again with `workbench models fetch {entry.name}`.",
            ) from error
        self._model = cast("Any", self._model).to(device.torch_device).eval()
        self._weights_digest = _digest_of_weights(folder)
        self._writer = Writer(self._model, device, _stop_tokens(self._model, self._tokenizer))
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

    @cached_property
    def vocabulary(self) -> Vocabulary | str:
        """What each token writes, or why that is not known."""
        try:
            return spelled(self._tokenizer, int(self._model.config.vocab_size))
        except UnspelledError as error:
            return str(error)

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
        del self._model, self._writer

    # --- asking -----------------------------------------------------------------------------

    @torch.inference_mode()
    def ask(self, questions: Sequence[Question]) -> Replies:
        """Give one reply per question: answers by length, then distributions."""
        rows, refused = self._rows([q for q in questions if q.kind == "generate"])
        yield from refused
        rows.sort(key=lambda row: (len(row.prompt), row.prompt, row.question.repeat))
        while rows:
            batch, rows = rows[: self._batch], rows[self._batch :]
            yield from self._answers(batch)
        for question in questions:
            if question.kind != "generate":
                yield question, self._distribution_if_it_fits(question)

    def _rows(
        self, questions: Sequence[Question]
    ) -> tuple[list[Row], list[tuple[Question, Reply]]]:
        rows, refused = [], []
        for question in questions:
            ids = self._prompt_ids(question)
            if len(ids) + question.max_tokens > self._limit:
                refused.append((question, self._failed(question, self._too_long(len(ids)))))
                continue
            rows.append(Row(question, ids))
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

    def _answers(self, rows: list[Row]) -> Iterator[tuple[Question, Reply]]:
        """Write rows side by side; where memory runs out, half as many from then on."""
        started = time.perf_counter()
        if not self._fits(partial(self._writer.write, rows)):
            if len(rows) == 1:
                yield rows[0].question, self._failed(rows[0].question, IN_WORDS)
                return
            self._batch = min(self._batch, half := len(rows) // 2)
            # Begun anew: an answer hangs on its seed alone, so that halving changes none.
            yield from self._answers([row.anew() for row in rows[:half]])
            yield from self._answers([row.anew() for row in rows[half:]])
            return
        seconds = (time.perf_counter() - started) / len(rows)
        for row in rows:
            yield row.question, self._reply(row, seconds)

    def _fits(self, work: Callable[[], object]) -> bool:
        """Do some work; False if memory ran out on it."""
        try:
            work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            return True
        give_back()  # after the error, which holds on to what was being computed
        return False

    def _reply(self, row: Row, seconds: float) -> Reply:
        question = row.question
        if row.fault is not None:
            return self._failed(question, row.fault)
        stopped = self._writer.stopped(row)
        text = str(self._tokenizer.decode(row.answer, skip_special_tokens=True))
        common: dict[str, Any] = {
            "prompt_format": self._prompt_format(question),
            "token_count": len(row.answer),
            "prompt_tokens": len(row.prompt),
            "seconds": seconds,
        }
        if not text.strip():
            return Reply("empty", None, note="The answer holds no visible character.", **common)
        return Reply("answered" if stopped else "truncated", text, **common)

    # --- distributions ----------------------------------------------------------------------

    def _distribution_if_it_fits(self, question: Question) -> Reply:
        read: list[Reply] = []
        if self._fits(lambda: read.append(self._distribution(question))):
            return read[0]
        return self._failed(question, IN_WORDS)

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
            prompt_tokens=len(ids),
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
            tokens=tuple(str(self._tokenizer.decode([i])) for i in ids),
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
