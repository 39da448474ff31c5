"""Labelled scores: which pairs count, how much, and which are kin to the pair in question."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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
    controls: NDArray[np.int64]

    @cached_property
    def families(self) -> tuple[Cluster, ...]:
        """Families of both sides of each pair."""
        sides = zip(self.reference_family, self.suspect_family, strict=True)
        return tuple(frozenset(both) for both in sides)

    def __len__(self) -> int:
        return len(self.score)

    def having(self, labels: Collection[str], *, primary: bool = False) -> NDArray[np.int64]:
        """Indices of pairs with one of the labels that have a score.

        Args:
            labels: Labels wanted.
            primary: Whether to keep to those marked primary, if any of them is.
        """
        here = np.isin(self.label, list(labels)) & np.isfinite(self.score)
        if primary and (here & self.primary).any():
            here = here & self.primary
        return np.flatnonzero(here)

    def families_of(self, models: Collection[str]) -> Cluster:
        """Families of those models that occur here, however their names are spelled.

        Capitals and punctuation do not count: a model must not escape its own kin by a file name.
        """
        wanted = {_bare(model) for model in models}
        sides = (
            *zip(self.reference, self.reference_family, strict=True),
            *zip(self.suspect, self.suspect_family, strict=True),
        )
        return frozenset(family for model, family in sides if _bare(model) in wanted)


def _bare(model: str) -> str:
    return "".join(letter for letter in model.casefold() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Side:
    """Pairs of which one proposition is true, each family counting as one."""

    index: NDArray[np.int64]
    """Into the labelled pairs."""
    weights: Floats
    """They add up to `units`."""
    units: int
    """Independent units: clusters of derivatives, or families of an alternative."""


def derived_side(labelled: Labelled, index: NDArray[np.int64]) -> Side:
    """Derivatives: pairs of one recipe are one unit together."""
    recipes = [labelled.recipe[i] for i in index]
    return _side(index, recipes, len(set(recipes)))


def other_side(labelled: Labelled, index: NDArray[np.int64]) -> Side:
    """Pairs under an alternative: as many units as there are families, however many pairs they form.

    Families are what is independent. F of them form up to F (F − 1) / 2 pairs, and clusters of one
    pair of families weigh alike.
    """
    clusters = [labelled.families[i] for i in index]
    families = set[str]().union(*clusters)
    return _side(index, clusters, min(len(families), len(set(clusters))))


def _side(index: NDArray[np.int64], clusters: Sequence[Hashable], units: int) -> Side:
    members = {cluster: clusters.count(cluster) for cluster in set(clusters)}
    share = np.array([1 / members[cluster] for cluster in clusters], dtype=np.float64)
    return Side(index, share * (units / len(members)) if members else share, units)


def apart(labelled: Labelled, side: Side, kin: Cluster) -> Flags:
    """Which pairs of a side share no family with `kin`, shape (pairs of the side,)."""
    return np.array([not (labelled.families[i] & kin) for i in side.index], dtype=bool)


def drawn_recipes(
    labelled: Labelled, index: NDArray[np.int64], rounds: int, generator: np.random.Generator
) -> Floats:
    """How often each derivative counts when recipes are drawn with replacement; (rounds, pairs)."""
    recipes = [labelled.recipe[i] for i in index]
    drawn, place = _drawn(set(recipes), rounds, generator)
    return drawn[:, [place[recipe] for recipe in recipes]]


def drawn_families(
    labelled: Labelled, index: NDArray[np.int64], rounds: int, generator: np.random.Generator
) -> Floats:
    """How often each pair counts when families are drawn with replacement.

    Args:
        labelled: All pairs.
        index: The pairs that are resampled.
        rounds: Draws.
        generator: Decides them.

    Returns:
        Counts, shape (rounds, pairs): of a pair within one family that family's count, of a pair
        between two the product of theirs.

    Source: Owen (2007), "The pigeonhole bootstrap", Annals of Applied Statistics 1(2).
    """
    clusters = [sorted(labelled.families[i]) for i in index]
    drawn, place = _drawn({name for cluster in clusters for name in cluster}, rounds, generator)
    first = np.array([place[cluster[0]] for cluster in clusters], dtype=np.int64)
    last = np.array([place[cluster[-1]] for cluster in clusters], dtype=np.int64)
    return np.where(first == last, drawn[:, first], drawn[:, first] * drawn[:, last])


def _drawn(
    names: set[str], rounds: int, generator: np.random.Generator
) -> tuple[Floats, dict[str, int]]:
    """How often each name was drawn, shape (rounds, names), and the column of each."""
    size = len(names)
    counts = generator.multinomial(size, np.full(size, 1 / size), rounds)
    return counts.astype(np.float64), {name: i for i, name in enumerate(sorted(names))}
