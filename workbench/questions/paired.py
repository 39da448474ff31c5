"""Likeness of models on the same prompts: every pair of models at once, summed by group of prompts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workbench.metrics.ngrams import characters, codes, ngrams, words
from workbench.metrics.style import refuses
from workbench.metrics.text import CHARACTER_ORDERS, EDGE, OPENING_WORDS, opening, phrases
from workbench.questions.source import Answered

Floats = NDArray[np.float64]
Counted = tuple[NDArray[np.uint64], NDArray[np.float64]]
"""Distinct n-grams of one answer, and how often each stands in it."""


@dataclass(slots=True)
class PairedTable:
    """Sums over prompts of a likeness of every pair of models."""

    sums: Floats
    """Shape (groups, models, models)."""
    prompts: Floats
    """Prompts that both answered, same shape."""
    parts: list["PairedTable"] = field(default_factory=list)
    """What each part of the prompts adds to it; empty where none are told apart."""

    @classmethod
    def empty(cls, groups: int, models: int, parts: int = 0) -> "PairedTable":
        """A table of nothing yet."""
        shape = (groups, models, models)
        inner = [cls.empty(groups, models) for _ in range(parts)]
        return cls(np.zeros(shape), np.zeros(shape), inner)

    def without(self, part: int) -> "PairedTable":
        """The same less one part of the prompts."""
        gone = self.parts[part]
        return PairedTable(self.sums - gone.sums, self.prompts - gone.prompts)

    def add(self, group: int, here: NDArray[np.intp], values: Floats) -> None:
        """Add one prompt, the mean over its pairs of models taken away.

        What a prompt makes of everybody cannot then speak for pairs that share only some prompts.

        Args:
            group: Group of the prompt.
            here: Models that have a value there.
            values: Likeness of every two of them, shape (here, here); NaN where a pair has none.
        """
        known = np.isfinite(values)
        pairs = known & ~np.eye(len(here), dtype=bool)
        if not pairs.any():
            return
        at = np.ix_(np.array([group]), here, here)
        self.sums[at] += np.where(known, values - values[pairs].mean(), 0.0)
        self.prompts[at] += known

    def at(self, weights: Floats) -> Floats:
        """Mean likeness with groups of prompts weighted.

        Args:
            weights: How often each group counts, shape (rounds, groups).

        Returns:
            Shape (rounds, models, models); NaN where two models share no weighted prompt.
        """
        total = np.tensordot(weights, self.sums, 1)
        count = np.tensordot(weights, self.prompts, 1)
        return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def add_up(
    likeness: Callable[[Answered], Floats],
    prompts: Sequence[Answered],
    groups: Sequence[int],
    models: int,
    parts: Sequence[int] = (),
) -> PairedTable:
    """Sum a likeness over prompts.

    Args:
        likeness: Prompt → likeness of the models that answered, in the order of `np.unique`.
        prompts: Prompts with their answers.
        groups: Group of each prompt.
        models: Models of the source.
        parts: Part of each prompt; empty if none are told apart.
    """
    table = PairedTable.empty(max(groups, default=0) + 1, models, max(parts, default=-1) + 1)
    of: Sequence[int | None] = parts or [None] * len(prompts)
    for prompt, group, part in zip(prompts, groups, of, strict=True):
        here = np.unique(prompt.models)
        if len(here) > 1:
            values = likeness(prompt)
            for into in (table, *([] if part is None else [table.parts[part]])):
                into.add(group, here, values)
    return table


def by_model(prompt: Answered) -> Floats:
    """Averages answers to models: shape (models that answered, answers), rows sum to 1."""
    here, place = np.unique(prompt.models, return_inverse=True)
    weights = np.zeros((len(here), len(place)))
    weights[place, np.arange(len(place))] = 1.0
    shares: Floats = weights / weights.sum(1, keepdims=True)
    return shares


def counted(parts: NDArray[np.uint64]) -> Counted:
    """Distinct n-grams and their counts."""
    found, counts = np.unique(parts, return_counts=True)
    return found, counts.astype(np.float64)


def dense(answers: Sequence[Counted]) -> NDArray[np.float32]:
    """Counts of all answers to one prompt over the n-grams that occur there, (answers, n-grams)."""
    keys = np.concatenate([keys for keys, _ in answers])
    found, column = np.unique(keys, return_inverse=True)
    row = np.repeat(np.arange(len(answers)), [len(keys) for keys, _ in answers])
    table = np.zeros((len(answers), len(found)), dtype=np.float32)
    table[row, column] = np.concatenate([counts for _, counts in answers])
    return table


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a row of zeros stays one."""
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(rows, size, out=np.zeros_like(rows), where=size > 0)
    return scaled


def _users(table: NDArray[np.float32], average: Floats) -> tuple[Floats, int]:
    """Models that use each n-gram, and models in all."""
    return ((average @ (table > 0)) > 0).sum(0).astype(np.float64), len(average)


def _products(rows: NDArray[np.float32], average: Floats) -> Floats:
    mean = average.astype(np.float32) @ rows
    return (mean @ mean.T).astype(np.float64)


def character_likeness(prompt: Answered) -> Floats:
    """Cosine of character n-grams weighted by how few models use them at this prompt.

    What every model writes there, the words of the question above all, weighs nothing.
    """
    grams = [counted(ngrams(characters(text), CHARACTER_ORDERS)) for text in prompt.texts]
    table, average = dense(grams), by_model(prompt)
    users, models = _users(table, average)
    weight = np.log((1 + models) / (1 + users)).astype(np.float32)
    return _products(unit(np.log1p(table) * weight), average)


def phrase_likeness(prompt: Answered) -> Floats:
    """Cosine of phrases of 3 to 5 words that two models or more use, the rarer weighing more."""
    table, average = dense([counted(phrases(text)) for text in prompt.texts]), by_model(prompt)
    users, models = _users(table, average)
    weight = np.where(users >= 2, np.log(models / np.maximum(users, 1)), 0).astype(np.float32)
    return _products(unit((table > 0) * weight), average)


def bigram_likeness(prompt: Answered) -> Floats:
    """Jaccard of word bigrams, mean over all pairs of answers."""
    spelled = [codes([EDGE, *words(text), EDGE]) for text in prompt.texts]
    table = (dense([counted(ngrams(c, (2,))) for c in spelled]) > 0).astype(np.float32)
    both, size = (table @ table.T).astype(np.float64), table.sum(1, dtype=np.float64)
    average = by_model(prompt)
    likeness: Floats = average @ (both / (size[:, None] + size - both)) @ average.T
    return likeness


def opening_likeness(prompt: Answered) -> Floats:
    """Share of the first five words that agree before the first that differs."""
    first = np.stack([codes(opening(text)) for text in prompt.texts])
    same = np.cumprod(first[:, None] == first, axis=2).sum(2) / OPENING_WORDS
    average = by_model(prompt)
    likeness: Floats = average @ same @ average.T
    return likeness


def length_likeness(prompt: Answered) -> Floats:
    """−|difference of mean ln(1 + characters)|."""
    mean = by_model(prompt) @ np.array([np.log1p(len(text)) for text in prompt.texts])
    likeness: Floats = -np.abs(mean[:, None] - mean)
    return likeness


class LayoutLikeness:
    """−mean absolute difference of the marks of layout: lists, headings, bold, line breaks."""

    def __init__(self, layouts: Mapping[str, Floats]) -> None:
        """Take the marks of every answer by prompt, each of shape (answers, marks)."""
        self._layouts = layouts

    def __call__(self, prompt: Answered) -> Floats:
        """Likeness of every pair at one prompt."""
        mean = by_model(prompt) @ self._layouts[prompt.prompt]
        likeness: Floats = -np.abs(mean[:, None] - mean).mean(2)
        return likeness


class RefusalLikeness:
    """Product of two models' refusals, each in units of its own spread: their mean is Pearson's φ."""

    def __init__(self, prompts: Sequence[Answered], models: int) -> None:
        """Read who refuses what."""
        rates = np.full((len(prompts), models), np.nan)
        for row, prompt in zip(rates, prompts, strict=True):
            said = np.array([refuses(text) for text in prompt.texts], dtype=np.float64)
            row[np.unique(prompt.models)] = by_model(prompt) @ said
        counts = np.maximum((~np.isnan(rates)).sum(0), 1)
        rates = rates - np.nansum(rates, axis=0) / counts
        deviation = np.sqrt(np.nansum(np.square(rates), axis=0) / counts)
        scaled = np.divide(rates, deviation, out=np.zeros_like(rates), where=deviation > 0)
        self._of = {prompt.prompt: row for prompt, row in zip(prompts, scaled, strict=True)}

    def __call__(self, prompt: Answered) -> Floats:
        """Product for every pair at one prompt; 0 for a model that never or always refuses."""
        mine = self._of[prompt.prompt][np.unique(prompt.models)]
        likeness: Floats = mine[:, None] * mine
        return likeness


class EmbeddingLikeness:
    """Mean cosine of sentence embeddings of the answers to one prompt."""

    def __init__(self, rows: Mapping[str, NDArray[np.float32]]) -> None:
        """Take unit rows by text."""
        self._rows = rows

    def __call__(self, prompt: Answered) -> Floats:
        """Cosine of every pair, mean over all pairs of answers."""
        return _products(np.stack([self._rows[text] for text in prompt.texts]), by_model(prompt))
