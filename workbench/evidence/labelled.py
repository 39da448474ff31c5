"""Labelled scores: which pairs count, how much, and which are kin to the pair in question."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

Cluster = frozenset[str]
"""Families of both sides of a pair."""


@dataclass(frozen=True)
class Labelled:
    """Scores of pairs whose history is known, by one question. Arrays have shape (pairs,)."""

    reference: tuple[str, ...]
    suspect: tuple[str, ...]
    reference_family: tuple[str, ...]
    suspect_family: tuple[str, ...]
    recipe: tuple[str, ...]
    """How a derivative was made and from what; derivatives of one recipe are one unit together."""
    label: tuple[str, ...]
    primary: Flags
    """Pairs that stand for their label; the others are only counted among error rates."""
    score: Floats
    low: Floats
    """95 % interval over prompts."""
    high: Floats
    panel_low: Floats
    """5th and 95th percentile over random half-panels; equal to the score where unknown."""
    panel_high: Floats
    raw: Floats
    """The score with length and layout left in; NaN where unknown."""
    controls: Indices

    def __len__(self) -> int:
        return len(self.score)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Families of either side, sorted."""
        return tuple(sorted({*self.reference_family, *self.suspect_family}))

    @cached_property
    def sides(self) -> tuple[Indices, Indices]:
        """Place of each pair's families in `names`, the smaller one first."""
        place = {name: i for i, name in enumerate(self.names)}
        both = [
            np.array([place[name] for name in families], dtype=np.int64)
            for families in (self.reference_family, self.suspect_family)
        ]
        return np.minimum(*both), np.maximum(*both)

    @cached_property
    def clusters(self) -> Indices:
        """Number of each pair's families taken together: pairs of the same families share one."""
        first, last = self.sides
        return _renumbered(first * len(self.names) + last)

    @cached_property
    def recipes(self) -> Indices:
        """Number of each pair's recipe, in the order of their names."""
        place = {name: i for i, name in enumerate(sorted(set(self.recipe)))}
        return np.array([place[name] for name in self.recipe], dtype=np.int64)

    @cached_property
    def families(self) -> tuple[Cluster, ...]:
        """Families of both sides of each pair."""
        sides = zip(self.reference_family, self.suspect_family, strict=True)
        return tuple(frozenset(both) for both in sides)

    def by_families(self) -> Iterator[tuple[Cluster, Indices]]:
        """Families of both sides → indices of the pairs that have just these, in order of names."""
        order = np.argsort(self.clusters, kind="stable")
        starts = np.flatnonzero(np.diff(self.clusters[order], prepend=-1))
        for here in np.split(order, starts[1:]):
            if len(here):
                yield self.families[here[0]], here

    def touching(self, kin: Cluster) -> Flags:
        """Which pairs have a family of `kin` on either side, shape (pairs,)."""
        marked = np.array([name in kin for name in self.names], dtype=bool)
        first, last = self.sides
        found: Flags = marked[first] | marked[last]
        return found

    def having(self, labels: Collection[str], *, primary: bool = False) -> Indices:
        """Indices of pairs with one of the labels that have a score.

        Args:
            labels: Labels wanted.
            primary: Whether to keep to those marked primary, of each label that marks any.
        """
        found = np.zeros(len(self), dtype=bool)
        for label in labels:
            here = np.array([one == label for one in self.label], dtype=bool)
            here &= np.isfinite(self.score)
            marked = here & self.primary
            found |= marked if primary and marked.any() else here
        return np.flatnonzero(found)

    def spelled(self, families: Cluster) -> Cluster:
        """Those families as they are spelled here."""
        wanted = {bare(family) for family in families}
        return frozenset(name for name in self.names if bare(name) in wanted)

    def families_of(self, models: Collection[str]) -> Cluster:
        """Families of those models that occur here, however their names are spelled."""
        return frozenset().union(*(self._known.get(bare(model), frozenset()) for model in models))

    @cached_property
    def _known(self) -> dict[str, Cluster]:
        """Bare name of each model → its families."""
        sides = {
            *zip(self.reference, self.reference_family, strict=True),
            *zip(self.suspect, self.suspect_family, strict=True),
        }
        found: dict[str, Cluster] = {}
        for model, family in sides:
            found[bare(model)] = found.get(bare(model), frozenset()) | {family}
        return found


def bare(name: str) -> str:
    """A name without capitals and punctuation: no model may escape its kin by another spelling."""
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Pairs of which one proposition is true, and the units that are independent among them.

    A derivative's unit is its recipe. A pair under an alternative has two, its families, or one where
    both models are of one family.
    """

    index: Indices
    """Into the labelled pairs."""
    weights: Floats
    """They add up to `units`."""
    units: int
    first: Indices
    """Number of each pair's first unit, counted from 0 in the order of names."""
    last: Indices
    """Of its second; the same as the first where there is only one."""

    @property
    def names(self) -> int:
        """How many recipes, or families, occur."""
        return int(self.last.max()) + 1 if len(self.last) else 0

    def drawn_sums(self, values: Floats, rounds: int, generator: np.random.Generator) -> Floats:
        """Sums over the pairs when units are drawn with replacement.

        Args:
            values: Shape (pairs, k).
            rounds: Draws.
            generator: Decides them.

        Returns:
            Shape (rounds, k). In a draw a pair of one unit counts as often as that was drawn, a pair of
            two as often as the product says.

        Source: Owen (2007), "The pigeonhole bootstrap", Annals of Applied Statistics 1(2).
        """
        size = self.names
        drawn = _counts(size, rounds, generator)
        within = self.first == self.last
        found = drawn @ _summed(self.first[within], values[within], size)
        if not within.all():
            place = self.first[~within] * size + self.last[~within]
            between = _summed(place, values[~within], size * size)
            for k, sums in enumerate(between.T):
                found[:, k] += ((drawn @ sums.reshape(size, size)) * drawn).sum(1)
        return found


def derived_side(labelled: Labelled, index: Indices) -> Side:
    """Derivatives: pairs of one recipe are one unit together."""
    recipes = _renumbered(labelled.recipes[index])
    return Side(index, *_shared(recipes, None), recipes, recipes)


def other_side(labelled: Labelled, index: Indices) -> Side:
    """Pairs under an alternative: as many units as there are families, however many pairs they form.

    Families are what is independent. F of them form up to F (F − 1) / 2 pairs, and clusters of one
    pair of families weigh alike.
    """
    first, last = (side[index] for side in labelled.sides)
    names = _renumbered(np.concatenate([first, last]))
    families = int(names.max()) + 1 if len(names) else 0
    clusters = _renumbered(labelled.clusters[index])
    return Side(index, *_shared(clusters, families), names[: len(index)], names[len(index) :])


def _shared(clusters: Indices, most: int | None) -> tuple[Floats, int]:
    """Weights of pairs whose clusters weigh alike, and the units that they add up to."""
    members = np.bincount(clusters)
    units = len(members) if most is None else min(most, len(members))
    return units / len(members) / members[clusters] if units else np.zeros(0), units


def _renumbered(numbers: Indices) -> Indices:
    """Each number's place among the distinct ones, in their order."""
    used = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=bool)
    used[numbers] = True
    found: Indices = (np.cumsum(used) - 1)[numbers]
    return found


def _counts(size: int, rounds: int, generator: np.random.Generator) -> Floats:
    """How often each of `size` units comes up in as many draws with replacement, (rounds, size)."""
    drawn = generator.integers(size, size=(rounds, size)) + size * np.arange(rounds)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=rounds * size)
    return counts.reshape(rounds, size).astype(np.float64)


def _summed(place: Indices, values: Floats, size: int) -> Floats:
    """Sums of the values at each place, shape (size, k)."""
    found = np.empty((size, values.shape[1]))
    for k, column in enumerate(values.T):
        found[:, k] = np.bincount(place, column, size)
    return found


def apart(labelled: Labelled, side: Side, kin: Cluster) -> Indices:
    """Indices of the pairs of a side that share no family with `kin`."""
    kept: Indices = side.index[~labelled.touching(kin)[side.index]]
    return kept
