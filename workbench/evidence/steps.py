"""Where along a score the level changes; limits of a pack's mean of which some terms are missing."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.evidence.sequential import ConfidenceSequence

FINENESS = 2.0**-12
"""Edges are found to this share of the range they are looked for in."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Levels of a score as a step function."""

    edges: tuple[float, ...]
    """Least score of each level but the first, rising."""
    levels: tuple[str, ...]
    """One more than edges, by rising score."""

    def at(self, score: float) -> str:
        """Name of the level of a score."""
        return self.levels[bisect_right(self.edges, score)]


def steps_of(level_at: Callable[[float], str], low: float, high: float) -> Steps:
    """Find every step of a level between two scores, by halving.

    Args:
        level_at: Score → name of its level. Monotone: a level's scores lie together.
        low: Least score that matters.
        high: Greatest score that matters; above `low`.

    Returns:
        The steps; an edge lies at most `FINENESS` of the range above the true one. Below `low` and
        above `high` the level of that end is held.
    """
    found: list[tuple[float, str]] = []

    def search(left: float, left_level: str, right: float, right_level: str) -> None:
        if left_level == right_level:
            return
        if right - left <= FINENESS * (high - low):
            found.append((right, right_level))
            return
        middle = (left + right) / 2
        between = level_at(middle)
        search(left, left_level, middle, between)
        search(middle, between, right, right_level)

    lowest = level_at(low)
    search(low, lowest, high, level_at(high))
    return Steps(tuple(edge for edge, _ in found), (lowest, *(level for _, level in found)))


class PackMean:
    """Limits of the mean of a term over a pack in random order, valid however often one looks.

    A probe that gave no term counts as the least one for the lower limit and as the greatest for the
    upper: so the limits hold whatever the term would have been.
    """

    def __init__(self, low: float, high: float, *, size: int, alpha: float) -> None:
        """Begin with nothing seen; arguments as of `ConfidenceSequence`."""
        self._lower = ConfidenceSequence(low, high, size=size, alpha=alpha)
        self._upper = ConfidenceSequence(low, high, size=size, alpha=alpha)

    def see(self, terms: Sequence[float | None]) -> None:
        """See further terms in their order, None where a probe gave none.

        Raises:
            ValueError: As `ConfidenceSequence.update`.
        """
        self._lower.update([self._lower.low if term is None else term for term in terms])
        self._upper.update([self._upper.high if term is None else term for term in terms])

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper limit, in the unit of the terms."""
        return self._lower.interval[0], self._upper.interval[1]
