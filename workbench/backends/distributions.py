"""Questions that read and do not write → replies: distributions, and how likely given texts are."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.backends.base import TOP_K, Likelihood, Question, Reply
from workbench.backends.formats import Formats
from workbench.backends.memory import IN_WORDS, fits
from workbench.backends.positions import kept_positions
from workbench.backends.reading import Reader, Text
from workbench.records import TopTokens

Pairs = Iterator[tuple[Question, Reply]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its text."""

    question: Question
    text: Text
    ends: Sequence[int]
    """Characters covered by each token and those before it: of the prompt, or of the continuation."""


class Distributions:
    """Reads what one model makes of given texts."""

    def __init__(self, formats: Formats, reader: Reader, limit: int) -> None:
        """Take the forms of its prompts, its reader, and how many tokens it reads at most."""
        self._formats, self._reader, self._limit = formats, reader, limit

    def replies(self, unit: Sequence[Question]) -> Pairs:
        """Give one reply per question; what one unit gives depends on nothing outside of it."""
        asked = []
        for question in unit:
            found = self._asked(question)
            if isinstance(found, Reply):
                yield question, found
            else:
                asked.append(found)
        yield from self._read(asked)

    def _asked(self, question: Question) -> Asked | Reply:
        """The text of a question, or why it cannot be read."""
        if question.kind == "reading":
            found = self._continued(question)
        else:
            ids, ends = self._formats.cut(question.prompt, opened=True)
            first = 0 if question.kind == "passage" else len(ids)
            keep = kept_positions(question.kind, question.prompt, ends) if ids else ()
            found = Asked(question, Text(ids, first, keep), ends)
        length = len(found.text.ids)
        if length > self._limit:
            return self._failed(question, too_long(length, self._limit))
        if not found.text.wanted:
            return self._failed(question, "The text holds no token to read.")
        return found

    def _continued(self, question: Question) -> Asked:
        prompt = self._formats.prompt_ids(question)
        ids, ends = self._formats.cut(question.continuation or "", opened=False)
        return Asked(question, Text([*prompt, *ids], max(len(prompt) - 1, 0)), ends)

    def _read(self, asked: Sequence[Asked]) -> Pairs:
        """Read texts together; where memory runs out, half of them at a time."""
        if not asked:
            return
        started = time.perf_counter()
        if fits(lambda: self._reader.read([one.text for one in asked])):
            seconds = (time.perf_counter() - started) / len(asked)
            for one in asked:
                yield one.question, self._reply(one, seconds)
        elif len(asked) == 1:
            yield asked[0].question, self._failed(asked[0].question, IN_WORDS)
        else:
            anew = [Asked(one.question, one.text.anew(), one.ends) for one in asked]
            half = len(anew) // 2
            yield from self._read(anew[:half])
            yield from self._read(anew[half:])

    def _reply(self, asked: Asked, seconds: float) -> Reply:
        question, text = asked.question, asked.text
        if not text.finite:
            return self._failed(question, "The model gave a number that is not finite.")
        tokens = len(asked.ends)
        return Reply(
            "answered",
            None,
            self._form(question),
            token_count=tokens,
            prompt_tokens=len(text.ids) - (tokens if question.kind == "reading" else 0),
            seconds=seconds,
            logprobs=torch.stack(text.kept) if text.kept else None,
            likelihood=_likelihood(asked),
            top=tuple(
                self._top(asked.ends[at], row) for at, row in zip(text.keep, text.kept, strict=True)
            ),
        )

    def _top(self, offset: int, logprobs: Tensor) -> TopTokens:
        best = torch.topk(logprobs.float(), min(TOP_K, len(logprobs)))
        ids = tuple(best.indices.tolist())
        return TopTokens(
            offset=offset,
            ids=ids,
            tokens=tuple(self._formats.spelled(i) for i in ids),
            logprobs=tuple(best.values.tolist()),
        )

    def _form(self, question: Question) -> str:
        return self._formats.name(question) if question.kind == "reading" else "raw"

    def _failed(self, question: Question, note: str) -> Reply:
        return Reply("failed", None, self._form(question), note=note)


def _likelihood(asked: Asked) -> Likelihood | None:
    chances = asked.text.chances
    if not len(chances):
        return None
    ends = torch.tensor(asked.ends[-len(chances) :], dtype=torch.int32)
    return Likelihood(chances, ends)


def too_long(length: int, limit: int) -> str:
    """Say that a text is longer than a model reads."""
    return f"The prompt has {length} tokens and the model reads at most {limit}."
