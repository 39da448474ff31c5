"""Values that weigh differently: several pairs of one family may count as one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def floats(values: ArrayLike) -> Floats:
    """Numbers in any form and precision as an array of float64."""
    return np.asarray(values, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Values of one side, without those that weigh nothing."""

    values: Floats  # (n,)
    weights: Floats  # (n,), all positive

    @classmethod
    def of(cls, values: ArrayLike, weights: ArrayLike | None, side: str) -> Self:
        """Check values and weights and put them together.

        Args:
            values: Scores or log10 likelihood ratios, shape (n,); infinities are allowed.
            weights: Weight of each, shape (n,), 0 or more; None for 1 each. One independent unit
                weighs 1 in all.
            side: What an error calls them.

        Raises:
            ValueError: If the shapes differ, a value is not a number, a weight is negative or not
                finite, or nothing weighs anything.
        """
        numbers = floats(values)
        heights = np.ones_like(numbers) if weights is None else floats(weights)
        if numbers.ndim != 1 or numbers.shape != heights.shape:
            raise ValueError(f"{side}: values and weights must be rows of one length")
        if np.isnan(numbers).any():
            raise ValueError(f"{side}: a value is not a number")
        check_weights(heights, side)
        return cls(numbers[heights > 0], heights[heights > 0])

    @property
    def total(self) -> float:
        """Sum of the weights: how many units there are."""
        return float(self.weights.sum())

    def mean(self, value: Callable[[Floats], Floats]) -> Floats:
        """Weighted mean of a function of the values, over its last axis, shape (…)."""
        found: Floats = (self.weights * value(self.values)).sum(-1) / self.total
        return found

    def clipped(self, extreme: float) -> Self:
        """The same with every value held within ± `extreme`."""
        return replace(self, values=np.clip(self.values, -extreme, extreme))

    def raised(self) -> Self:
        """10 to the power of every value."""
        return replace(self, values=10**self.values)

    def at_least(self, thresholds: Floats) -> Floats:
        """Weight of the values that reach each threshold, in the shape of `thresholds`."""
        return self._from("left", thresholds)

    def above(self, thresholds: Floats) -> Floats:
        """Weight of the values beyond each threshold, in the shape of `thresholds`."""
        return self._from("right", thresholds)

    def _from(self, side: Literal["left", "right"], thresholds: Floats) -> Floats:
        order = np.argsort(self.values)
        # Summed from the largest down, so that what nothing reaches weighs exactly 0.
        tails = np.append(np.cumsum(self.weights[order][::-1])[::-1], 0.0)
        found: Floats = tails[np.searchsorted(self.values[order], thresholds, side=side)]
        return found


def both(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None,
    other_weights: ArrayLike | None,
) -> tuple[Weighted, Weighted]:
    """The two sides, checked as `Weighted.of` does."""
    return (
        Weighted.of(derived, derived_weights, "derived"),
        Weighted.of(other, other_weights, "other"),
    )


def moments(scores: Floats, weights: Floats, units: Floats | float) -> tuple[Floats, Floats]:
    """Weighted mean and standard deviation of each row.

    Args:
        scores: Shape (…, n).
        weights: Shape (…, n), 0 or more, each row with something that weighs.
        units: Independent units behind a row, more than 1, shape (…).

    Returns:
        Mean and standard deviation, shape (…). The variance about the weighted mean is multiplied by
        units / (units − 1); with weights 1 and n units it is the usual unbiased one.
    """
    shares = weights / weights.sum(-1, keepdims=True)
    mean = (shares * scores).sum(-1)
    variance = (shares * np.square(scores - mean[..., None])).sum(-1) * units / (units - 1)
    return mean, np.sqrt(variance)


def varied(scores: Floats, weights: Floats) -> NDArray[np.bool_]:
    """Whether the scores of each row that weigh something differ, shape (…)."""
    lowest = np.where(weights > 0, scores, np.inf).min(-1)
    highest = np.where(weights > 0, scores, -np.inf).max(-1)
    found: NDArray[np.bool_] = lowest < highest
    return found


def check_weights(weights: Floats, side: str) -> None:
    """Refuse weights that are negative or not finite, and a row that weighs nothing.

    Args:
        weights: Shape (…, n).
        side: What an error calls them.

    Raises:
        ValueError: If a weight is negative or not finite, or a whole row is 0 or empty.
    """
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(f"{side}: weights must be finite and 0 or more")
    if not (weights.sum(-1) > 0).all():
        raise ValueError(f"{side}: nothing weighs anything")
