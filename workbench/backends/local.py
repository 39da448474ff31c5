"""Open weights on this machine, through transformers.

Answers are sampled side by side, left-padded and KV-cached; a prompt asked several times is read
once. Texts that are given are read unit by unit, so that the last bit of what is read does not depend
on what else was asked.
"""

import platform
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench import __version__
from workbench.backends.base import TOP_K, Question, Replies, Reply
from workbench.backends.distributions import Distributions, too_long
from workbench.backends.formats import Formats
from workbench.backends.generation import Row, Writer
from workbench.backends.reading import Reader
from workbench.backends.spelling import UnspelledError, spelled
from workbench.device import Device
from workbench.digest import digest_of, digest_of_file
from workbench.errors import ModelError
from workbench.models.safety import check_weights_folder
from workbench.records import Capabilities, ModelEntry, Vocabulary

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
        self._device = device
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
        self._writer = Writer(
            self._model, device, _stop_tokens(self._model, self._tokenizer), batch
        )
        self._limit = int(getattr(self._text_config, "max_position_embeddings", 0) or 1 << 30)
        self._formats = Formats(self._tokenizer)
        self._distributions = Distributions(self._formats, Reader(self._model, device), self._limit)

    @property
    def _text_config(self) -> Any:  # noqa: ANN401 - transformers is untyped
        """What describes the language model, also where it is one part of several."""
        return self._model.config.get_text_config()

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
            return spelled(self._tokenizer, int(self._text_config.vocab_size))
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
        del self._model, self._writer, self._distributions

    # --- asking -----------------------------------------------------------------------------

    @torch.inference_mode()
    def ask(self, questions: Sequence[Question]) -> Replies:
        """Give one reply per question: answers by length, then distributions."""
        rows, refused = self._rows([q for q in questions if q.kind == "generate"])
        yield from refused
        for row in self._writer.write(rows):
            yield row.question, self._reply(row)
        for unit in units([q for q in questions if q.kind != "generate"]):
            yield from self._distributions.replies(unit)

    def _rows(
        self, questions: Sequence[Question]
    ) -> tuple[list[Row], list[tuple[Question, Reply]]]:
        rows, refused = [], []
        for question in questions:
            ids = self._formats.prompt_ids(question)
            if len(ids) + question.max_tokens > self._limit:
                note = too_long(len(ids), self._limit)
                refused.append((question, self._failed(question, note)))
                continue
            rows.append(Row(question, ids))
        return rows, refused

    def _failed(self, question: Question, note: str) -> Reply:
        return Reply("failed", None, self._formats.name(question), note=note)

    def _reply(self, row: Row) -> Reply:
        question = row.question
        if row.fault is not None:
            return self._failed(question, row.fault)
        stopped = self._writer.stopped(row)
        text = self._formats.text(row.answer)
        common: dict[str, Any] = {
            "prompt_format": self._formats.name(question),
            "token_count": len(row.answer),
            "prompt_tokens": len(row.prompt),
            "seconds": row.seconds,
        }
        if not text.strip():
            return Reply("empty", None, note="The answer holds no visible character.", **common)
        return Reply("answered" if stopped else "truncated", text, **common)


def units(questions: Sequence[Question]) -> list[list[Question]]:
    """Put questions of one unit together; a question without one is its own."""
    found: dict[object, list[Question]] = {}
    for number, question in enumerate(questions):
        found.setdefault(number if question.unit is None else question.unit, []).append(question)
    return list(found.values())


def _digest_of_weights(folder: Path) -> str:
    return digest_of({path.name: digest_of_file(path) for path in folder.glob("*.safetensors")})


def _stop_tokens(model: Any, tokenizer: Any) -> set[int]:  # noqa: ANN401 - transformers is untyped
    declared = [
        getattr(model.generation_config, "eos_token_id", None),
        getattr(model.config.get_text_config(), "eos_token_id", None),
        tokenizer.eos_token_id,
    ]
    stops: set[int] = set()
    for value in declared:
        stops.update(value if isinstance(value, list) else [] if value is None else [value])
    return stops
