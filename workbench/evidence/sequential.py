"""Stopping early: an interval for a mean of bounded terms that may be looked at after every probe.

One bettor claims that the mean is higher than a candidate, another that it is lower. A candidate is
ruled out when the bettor against it has multiplied a stake of 1 to 2 / alpha. If the candidate is the
true mean, neither can be expected to gain, whatever was seen and whenever one looks (Ville 1939).

What the interval covers is the choice and the order of probes, and nothing else: neither the finite
panel of controls nor the calibration. The wealth of a bettor is no likelihood ratio for derivation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HORIZONS = np.array([5.0, 20.0, 80.0, 320.0])
"""Numbers of probes that the four equal parts of a stake bet for; which they are costs width, never
validity."""
RISKED = 0.75
"""Largest share of its wealth that a bet can lose on one probe, so that wealth stays positive."""
BLOCK = 128
"""Probes computed together, which bounds the memory of a long update."""
ROUNDING = 1e-9
"""A candidate is impossible only if it leaves the range by more than arithmetic can."""


class ConfidenceSequence:
    """Interval for the mean of terms in random order, valid at all times together.

    Source: Waudby-Smith & Ramdas (2024), "Estimating means of bounded random variables by betting",
        JRSS-B 86(1): the hedged capital of section 4.4 with the predictable variance of eq. 24, and
        section 5 for terms drawn without replacement; Waudby-Smith & Ramdas (2020), "Confidence
        sequences for sampling without replacement", NeurIPS 33. Unlike there, each side's stake is
        spread over bets for several horizons, and each side is given alpha / 2.
    """

    def __init__(
        self,
        low: float,
        high: float,
        *,
        size: int | None = None,
        alpha: float = 0.05,
        grid: int = 1000,
    ) -> None:
        """Begin with nothing seen.

        Args:
            low: Least value a term can have; fixed before any term is seen.
            high: Greatest value a term can have.
            size: Number of probes of a finite pack that is taken in random order. The target is then
                the mean over that pack, and the interval closes on it with the last probe. None:
                the target is the mean of the law that terms are drawn from independently.
            alpha: Chance, at most, that the interval ever misses the target.
            grid: Steps in which candidates are told apart; limits are rounded outwards to them.

        Raises:
            ValueError: If the range is empty or not finite, or another argument makes no sense.
        """
        if not (np.isfinite([low, high]).all() and low < high):
            raise ValueError(f"terms cannot lie between {low} and {high}")
        if not 0 < alpha < 1 or grid < 2 or (size is not None and size < 1):
            raise ValueError("alpha must be in (0, 1), grid at least 2, and size at least 1")
        self.low, self.high = float(low), float(high)
        self.size = size
        self.seen = 0
        self._needed = float(np.log(2 / alpha))
        self._candidates = np.linspace(0, 1, grid + 1)
        self._total, self._squares = 0.0, 0.0
        self._wealth = np.zeros((2, len(HORIZONS), grid + 1))  # natural logarithms
        self._limits = (0.0, 1.0)

    @property
    def interval(self) -> tuple[float, float]:
        """Limits after what has been seen, in the unit of the terms."""
        lower, upper = self._scaled(np.array(self._limits))
        return float(lower), float(upper)

    def update(self, terms: float | Sequence[float] | Floats) -> Floats:
        """See one or more further terms.

        Args:
            terms: In the order in which they came, shape () or (n,). One at a time and all at once
                give the same limits, to the bit.

        Returns:
            Lower and upper limit after each term, shape (n, 2); every interval lies within the one
            before. Should no mean be left, because the target was missed (a chance of alpha at
            most) or the order was not random, the interval stays the last point that was.

        Raises:
            ValueError: If a term is outside the range or no number, or there are more than `size`.
        """
        fresh = np.atleast_1d(np.asarray(terms, dtype=np.float64))
        if not ((fresh >= self.low) & (fresh <= self.high)).all():
            raise ValueError(f"a term is not between {self.low} and {self.high}")
        if self.size is not None and self.seen + len(fresh) > self.size:
            raise ValueError(f"more than {self.size} terms, which is all there are")
        unit = (fresh - self.low) / (self.high - self.low)
        blocks = [self._block(unit[i : i + BLOCK]) for i in range(0, len(unit), BLOCK)]
        return self._scaled(np.concatenate([np.empty((0, 2)), *blocks]))

    def _scaled(self, limits: Floats) -> Floats:
        return self.low + (self.high - self.low) * limits

    def _block(self, terms: Floats) -> Floats:
        count = self.seen + np.arange(1, len(terms) + 1)
        totals = _running(self._total, terms)
        bets = self._bets(terms, totals[1:], count)
        means = self._remaining(totals[:-1], count)
        steps = np.column_stack([count, totals[1:], *self._ruled_out(terms, means, bets)])
        found = [self._narrow(*step) for step in steps.tolist()]
        self.seen, self._total = int(count[-1]), float(totals[-1])
        return np.array(found)

    def _bets(self, terms: Floats, totals: Floats, count: NDArray[np.int64]) -> Floats:
        """Bets before they are capped, from the past alone; shape (horizons, terms)."""
        means = (0.5 + totals) / (count + 1)
        squares = _running(self._squares, (terms - means) ** 2)
        self._squares = float(squares[-1])
        variance = (0.25 + squares[:-1]) / count
        bets: Floats = np.sqrt(2 * self._needed / (variance * HORIZONS[:, None]))
        return bets

    def _remaining(self, totals: Floats, count: NDArray[np.int64]) -> Floats:
        """What each candidate says the next term is on average; shape (terms, candidates)."""
        if self.size is None:
            return np.broadcast_to(self._candidates, (len(count), len(self._candidates)))
        left = self.size - count[:, None] + 1
        means: Floats = (self.size * self._candidates - totals[:, None]) / left
        return means

    def _ruled_out(self, terms: Floats, means: Floats, bets: Floats) -> tuple[Floats, Floats]:
        """Highest candidate ruled out from below and lowest from above, after each term.

        A bettor's wealth falls, or rises, with the candidate throughout, so what is ruled out is
        everything on one side of a point. Where nothing is ruled out it is the end of the range.
        """
        inside = np.clip(means, 0, 1)
        up = self._rich(0, terms, inside, bets) | (means < -ROUNDING)
        mirrored = self._rich(1, 1 - terms, 1 - inside, bets) | (means > 1 + ROUNDING)
        steps = len(self._candidates) - 1
        lower = np.where(up.any(1), steps - up[:, ::-1].argmax(1), 0)
        upper = np.where(mirrored.any(1), mirrored.argmax(1), steps)
        return self._candidates[lower], self._candidates[upper]

    def _rich(self, side: int, terms: Floats, means: Floats, bets: Floats) -> NDArray[np.bool_]:
        """Whether the bettor on more than each candidate has won enough; (terms, candidates)."""
        capped = np.minimum(bets[:, :, None], RISKED / np.maximum(means, ROUNDING))
        gains = np.log1p(capped * (terms[:, None] - means))
        wealth = np.cumsum(np.concatenate([self._wealth[side][:, None], gains], 1), 1)
        self._wealth[side] = wealth[:, -1]
        mixed = np.logaddexp.reduce(wealth[:, 1:], 0) - np.log(len(HORIZONS))
        rich: NDArray[np.bool_] = mixed >= self._needed
        return rich

    def _narrow(
        self, count: float, total: float, below: float, above: float
    ) -> tuple[float, float]:
        low, high = self._limits
        lower = min(max(below, low), high)
        upper = max(min(above, high), lower)
        if self.size is not None:  # what is still to come lies between 0 and 1
            least, most = total / self.size, (total + self.size - count) / self.size
            lower, upper = min(max(lower, least), most), max(min(upper, most), least)
        self._limits = (lower, upper)
        return self._limits


def _running(start: float, values: Floats) -> Floats:
    """Running sums with the start in front; shape (1 + values,)."""
    return np.cumsum(np.concatenate([[start], values]))


@dataclass(frozen=True, slots=True)
class Decided:
    """One level is left."""

    probes: int
    """After so many probes it was the only one."""
    level: str
    low: float
    """Interval of the score at that point."""
    high: float


@dataclass(frozen=True, slots=True)
class Undecided:
    """Several levels are left after all probes."""

    probes: int
    low: float
    high: float

    @property
    def reason(self) -> str:
        """Why there is no level, in words for the report."""
        between = f"between {self.low:.3g} and {self.high:.3g}"
        return (
            f"after {self.probes} probes the score lies {between}, which holds more than one level"
        )


def settled(level_at: Callable[[float], str], low: float, high: float) -> bool:
    """Whether a score between two limits can have one level only.

    Args:
        level_at: Score → name of its level. Monotone: a level's scores lie together, so that the
            limits speak for what is between them.
        low: Lower limit of the score.
        high: Upper limit.
    """
    return level_at(low) == level_at(high)


def decide(
    terms: Sequence[float] | Floats, level_at: Callable[[float], str], sequence: ConfidenceSequence
) -> Decided | Undecided:
    """After how many probes the level of a score no longer depends on the probes to come.

    Args:
        terms: One per probe, in random order, shape (n,); the score is their mean.
        level_at: As `settled` takes it, fixed before the first term is seen.
        sequence: One that has seen nothing yet; it sees the terms. Its alpha is the chance, at most,
            that the level is not that of its target.

    Returns:
        The first number of probes whose interval holds one level, with that level; with all terms of
        a finite pack there always is one.

    Raises:
        ValueError: As `ConfidenceSequence.update`, or if there are no terms or some were seen before.
    """
    if len(terms) == 0 or sequence.seen:
        raise ValueError("nothing to decide on: there are no terms, or some were seen before")
    limits = sequence.update(terms)
    for probes, (lower, upper) in enumerate(limits, 1):
        if settled(level_at, lower, upper):
            return Decided(probes, level_at(lower), float(lower), float(upper))
    lower, upper = limits[-1]
    return Undecided(len(terms), float(lower), float(upper))
