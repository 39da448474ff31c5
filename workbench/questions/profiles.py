"""Likeness of models on different prompts: habits that hold whatever is asked.

A model's profile is the sum over prompts of what sets its answer apart from all models' answers to
the same prompt. Profiles are compared across groups of prompts only, so that no shared content can
speak. They are kept as inner products between (group, model) and (group, model), from which every
reweighting of prompts follows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.metrics.ngrams import characters, codes, ngrams, words
from workbench.metrics.style import template_tags
from workbench.metrics.text import CHARACTER_ORDERS
from workbench.questions.paired import Floats, by_model, counted, unit
from workbench.questions.source import Answered

BUCKETS = 1 << 22
"""n-grams are told apart modulo this; a frequent one shares its place with a rare one at most."""
WIDEST = 3000
"""Features kept: those that occur at the most prompts, which makes them habits rather than topics."""
WORD_ORDERS = (1, 2)
TEMPLATE_ORDERS = (2, 3, 4)

Features = Callable[[str], NDArray[np.uint64]]


def word_features(text: str) -> NDArray[np.uint64]:
    """Words and pairs of words."""
    return ngrams(codes(words(text)), WORD_ORDERS)


def character_features(text: str) -> NDArray[np.uint64]:
    """Runs of 3 to 5 characters, white space drawn together."""
    return ngrams(characters(text), CHARACTER_ORDERS)


def template_features(text: str) -> NDArray[np.uint64]:
    """Runs of 2 to 4 tags of the sentence template, line breaks left out; none if not English."""
    return ngrams(codes([tag for tag in template_tags(text) if tag != "\n"]), TEMPLATE_ORDERS)


@dataclass(slots=True)
class ProfileTable:
    """Inner products of the profiles of every two models in every two groups of prompts."""

    products: Floats
    """Shape (groups, models, groups, models)."""
    left: tuple["ProfileTable", ...] = ()
    """The same less each part of the prompts; empty where none are told apart."""

    def without(self, part: int) -> "ProfileTable":
        """The same less one part of the prompts."""
        return self.left[part]

    def at(self, weights: Floats) -> Floats:
        """Cosine of two models' profiles over different groups of prompts.

        Args:
            weights: How often each group counts, shape (rounds, groups).

        Returns:
            Shape (rounds, models, models), about −1 to 1; NaN for a model that has no profile.
        """
        return np.stack([self._cosine(weight) for weight in weights])

    def _cosine(self, weight: Floats) -> Floats:
        towards = np.tensordot(weight, self.products, 1)  # (models, groups, models)
        whole = np.einsum("g,igj->ij", weight, towards)
        groups = np.arange(len(weight))
        same = np.tensordot(weight**2, self.products[groups, :, groups], 1)
        size = np.sqrt(np.diag(whole))
        share = weight.sum() ** 2 - (weight**2).sum()
        scale = size[:, None] * size * share / weight.sum() ** 2
        cosine: Floats = np.divide(
            whole - same, scale, out=np.full_like(whole, np.nan), where=scale > 0
        )
        return cosine


Kept = tuple[NDArray[np.uint32], NDArray[np.float32]]
"""Buckets of one answer's features, and how often each stands in it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every kind of profile of one source shares."""

    prompts: Sequence[Answered]
    groups: Sequence[int]
    """Group of each prompt."""
    models: int
    nuisances: Sequence[Floats]
    """Per prompt what is regressed out of its answers, shape (answers, nuisances)."""
    parts: Sequence[int] = ()
    """Part of each prompt; empty if none are told apart."""


def count_profiles(features: Features, frame: Frame) -> tuple[ProfileTable, ProfileTable]:
    """Profiles by counted features, as they are and freed of nuisances.

    Args:
        features: Text → features, repeats included.
        frame: Prompts, their groups and their nuisances.

    Returns:
        Raw and adjusted profiles.

    Source: Profiles of n-grams on disjoint texts as in authorship attribution (Stamatatos 2009,
        JASIST 60(3)); inverse document frequency, Spärck Jones (1972).
    """
    kept = [[_buckets(features(text)) for text in prompt.texts] for prompt in frame.prompts]
    place, weight = _widest(kept)
    return _profiles((_weighted(answers, place, weight) for answers in kept), len(weight), frame)


def format_profiles(marks: Sequence[Floats], frame: Frame) -> tuple[ProfileTable, ProfileTable]:
    """Profiles by marks of format, each in units of its spread over answers; raw and adjusted.

    Args:
        marks: Per prompt the marks of its answers, shape (answers, marks).
        frame: Prompts, their groups and their nuisances.
    """
    deviation = np.concatenate(marks).std(0)
    scaled = (
        np.divide(m, deviation, out=np.zeros_like(m), where=deviation > 0).astype(np.float32)
        for m in marks
    )
    return _profiles(scaled, len(deviation), frame)


def _buckets(features: NDArray[np.uint64]) -> Kept:
    found, counts = counted(features % np.uint64(BUCKETS))
    return found.astype(np.uint32), counts.astype(np.float32)


def _widest(kept: Sequence[Sequence[Kept]]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Bucket → column or −1, and the weight of each column."""
    found = [
        np.unique(np.concatenate([ids for ids, _ in prompt]), return_counts=True) for prompt in kept
    ]
    ids = np.unique(np.concatenate([own for own, _ in found]))
    answers, at_prompts = np.zeros(len(ids)), np.zeros(len(ids))
    for own, counts in found:
        here = np.searchsorted(ids, own)
        answers[here] += counts
        at_prompts[here] += 1
    widest = np.argsort(-at_prompts, kind="stable")[:WIDEST]
    widest = widest[at_prompts[widest] > 1]
    place = np.full(BUCKETS, -1, dtype=np.int32)
    place[ids[widest]] = np.arange(len(widest))
    total = sum(len(prompt) for prompt in kept)
    return place, (np.log((1 + total) / (1 + answers[widest])) + 1).astype(np.float32)


def _weighted(
    answers: Sequence[Kept], place: NDArray[np.int32], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Unit rows of ln(1 + count) · weight, shape (answers, columns)."""
    table = np.zeros((len(answers), len(weight)), dtype=np.float32)
    for row, (buckets, counts) in zip(table, answers, strict=True):
        columns = place[buckets]
        row[columns[columns >= 0]] = counts[columns >= 0]
    return unit(np.log1p(table) * weight)


def _profiles(
    rows: Iterator[NDArray[np.float32]], columns: int, frame: Frame
) -> tuple[ProfileTable, ProfileTable]:
    """Sum what sets each model apart, and take away what its nuisances explain of it."""
    shape = (max(frame.groups, default=0) + 1, frame.models)
    q = frame.nuisances[0].shape[1]
    sums = np.zeros((*shape, columns), dtype=np.float32)
    nuisance_sums = np.zeros((*shape, q))
    parts = max(frame.parts, default=-1) + 1
    part_sums = np.zeros((parts, *shape, columns), dtype=np.float32)
    part_nuisances = np.zeros((parts, *shape, q))
    within, across = np.zeros((q, q)), np.zeros((q, columns))
    of: Sequence[int | None] = frame.parts or [None] * len(frame.prompts)
    for prompt, group, part, nuisance, table in zip(
        frame.prompts, frame.groups, of, frame.nuisances, rows, strict=True
    ):
        average, here = by_model(prompt), np.unique(prompt.models)
        apart, other = _apart(average @ table), _apart(average @ nuisance)
        sums[group, here] += apart
        nuisance_sums[group, here] += other
        if part is not None:
            part_sums[part, group, here] += apart
            part_nuisances[part, group, here] += other
        within += other.T @ other
        across += other.T @ apart
    explained = np.linalg.pinv(within, hermitian=True) @ across
    freed = sums - (nuisance_sums @ explained).astype(np.float32)
    part_freed = part_sums - (part_nuisances @ explained).astype(np.float32)
    return _table(sums, part_sums), _table(freed, part_freed)


def _apart(rows: Floats) -> Floats:
    """What sets each model apart from the mean of all models at one prompt."""
    apart: Floats = rows - rows.mean(0)
    return apart


def _table(sums: NDArray[np.float32], parts: NDArray[np.float32]) -> ProfileTable:
    """Products of all prompts, and of all less each part."""
    left = tuple(ProfileTable(_products(sums - part)) for part in parts)
    return ProfileTable(_products(sums), left)


def _products(sums: NDArray[np.float32]) -> Floats:
    groups, models, _ = sums.shape
    flat = sums.reshape(groups * models, -1)
    return (flat @ flat.T).astype(np.float64).reshape(groups, models, groups, models)
