"""From score to likelihood ratio when families are few: two Student distributions."""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from workbench.errors import CalibrationError
from workbench.evidence.sides import MIN_UNITS, labelled
from workbench.evidence.weighted import Floats, check_weights, floats, moments, varied

TINY = 1e-100


@dataclass(frozen=True, slots=True)
class BiStudent:
    """Ratio of the two predictive densities of one further score.

    A side with n independent units, mean m and standard deviation s predicts a Student distribution
    with n − 1 degrees of freedom, centre m and scale s·√(1 + 1/n), so few units give wide tails.

    The ratio of two such densities rises between the means and turns back further out: a score far
    below both means would count for derivation again, one far above both less than a lower one. From
    its first turning point on, on either side, the ratio is held, so it never falls as the score
    rises. If derived does not lie above other, LR = 1 everywhere.

    Source: Student's predictive distribution under the reference prior, Geisser (1993), "Predictive
        Inference"; for few reference samples in forensics, Brümmer & Swart (2014), Interspeech. The
        holding is ours.
    """

    derived_mean: float
    derived_sd: float
    derived_units: float
    other_mean: float
    other_sd: float
    other_units: float

    @classmethod
    def fit(
        cls,
        derived: ArrayLike,
        other: ArrayLike,
        derived_weights: ArrayLike,
        other_weights: ArrayLike,
        derived_units: float,
        other_units: float,
    ) -> Self:
        """Describe both sides.

        Args:
            derived: Scores of derived pairs, shape (n,); higher is more alike.
            other: Scores of the others, shape (m,).
            derived_weights: Shape (n,), 0 or more; only their proportions matter.
            other_weights: Shape (m,), likewise.
            derived_units: Independent units (families) behind the derived scores, 2 or more.
            other_units: Likewise of the others.

        Raises:
            ValueError: If shapes differ, a number is not finite, or a weight is negative.
            CalibrationError: If a side has fewer than two units, or all its scores are alike.
        """
        p, d = labelled(derived, other, derived_weights, other_weights, derived_units, other_units)
        return cls(p.mean, p.sd, p.units, d.mean, d.sd, d.units)

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratio of each score, in the shape of the scores."""
        p = _Predicts.of(self.derived_mean, self.derived_sd, self.derived_units)
        d = _Predicts.of(self.other_mean, self.other_sd, self.other_units)
        found = _log10_lr(p, d, _turning_points(p, d), floats(scores))
        return found.reshape(np.shape(scores))

    @staticmethod
    def fit_many(
        derived: ArrayLike,
        other: ArrayLike,
        derived_weights: ArrayLike,
        other_weights: ArrayLike,
        derived_units: ArrayLike,
        other_units: ArrayLike,
    ) -> "BiStudents":
        """Fit many draws of a bootstrap at once.

        Args:
            derived: Scores of derived pairs, shape (n,), or (draws, n) where they change with the draw.
            other: Scores of the others, shape (m,) or (draws, m).
            derived_weights: Shape (draws, n): how often a draw holds each pair, times its weight.
            other_weights: Shape (draws, m).
            derived_units: Independent units, one number or shape (draws,).
            other_units: Likewise.

        Returns:
            The fits of the draws in which both sides have two units and a spread.

        Raises:
            ValueError: If shapes do not fit, a number is not finite, or a draw leaves a side empty.
            CalibrationError: If no draw can be fitted.
        """
        p, p_fit = _many("derived", derived, derived_weights, derived_units)
        d, d_fit = _many("other", other, other_weights, other_units)
        kept = p_fit & d_fit
        if not kept.any():
            raise CalibrationError(
                f"None of {len(kept)} draws of labelled scores shows a spread on both sides.",
                fix="Label pairs of more families.",
            )
        return BiStudents(kept, *(values[kept] for values in (*p, *d)))


@dataclass(frozen=True, slots=True, eq=False)
class BiStudents:
    """`BiStudent` for each draw that could be fitted; every array but `kept` has shape (fits,)."""

    kept: NDArray[np.bool_]
    """Which draws could be fitted, shape (draws,)."""
    derived_mean: Floats
    derived_sd: Floats
    derived_units: Floats
    other_mean: Floats
    other_sd: Floats
    other_units: Floats
    turning_points: tuple[Floats, Floats] = field(init=False, repr=False)
    """Where each ratio is held, shapes (fits, 1): found once, because that is what takes time."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "turning_points", _turning_points(*self._predicted()))

    def _predicted(self) -> "tuple[_Predicts, _Predicts]":
        return (
            _Predicts.of(self.derived_mean, self.derived_sd, self.derived_units),
            _Predicts.of(self.other_mean, self.other_sd, self.other_units),
        )

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratios, shape (fits, k).

        Args:
            scores: Shape (k,), the same for every fit, or (fits, k).
        """
        values = floats(scores)
        return _log10_lr(*self._predicted(), self.turning_points, values)


class _Predicts(NamedTuple):
    """Student distributions, each parameter of shape (…, 1) to meet scores (…, k)."""

    centre: Floats
    scale: Floats
    units: Floats

    @classmethod
    def of(cls, mean: ArrayLike, sd: ArrayLike, units: ArrayLike) -> Self:
        centre, width, count = (floats(value)[..., None] for value in (mean, sd, units))
        return cls(centre, width * np.sqrt(1 + 1 / count), count)

    def log_density(self, scores: Floats) -> Floats:
        freedom = self.units - 1
        peak = gammaln(self.units / 2) - gammaln(freedom / 2) - np.log(self.scale)
        peak -= np.log(freedom) / 2  # but for √π, on both sides alike
        squared = np.square((scores - self.centre) / self.scale)
        found: Floats = peak - self.units / 2 * np.log1p(squared / freedom)
        return found


def _log10_lr(
    p: _Predicts, d: _Predicts, turning_points: tuple[Floats, Floats], scores: Floats
) -> Floats:
    held = np.clip(scores, *turning_points)
    rising = (p.log_density(held) - d.log_density(held)) / np.log(10)
    return np.where(p.centre > d.centre, rising, 0.0)


def _turning_points(p: _Predicts, d: _Predicts) -> tuple[Floats, Floats]:
    """Nearest scores below and above both means where the ratio stops rising; far out if none.

    With t the score in half distances of the means from their midpoint, the slope of the log ratio has
    the sign of a cubic in t that is positive on [−1, 1]. So the cubic of u = 1/t has a positive
    leading coefficient whatever the sides are, and its largest and smallest roots are wanted.
    """
    half = np.where(p.centre > d.centre, (p.centre - d.centre) / 2, 1.0)
    wide_p, wide_d = (np.square(side.scale / half) * (side.units - 1) for side in (p, d))
    leading = d.units * (1 + wide_p) + p.units * (1 + wide_d)
    coefficients = (
        d.units * (wide_p - 1) - p.units * (wide_d - 1),
        -(d.units + p.units),
        d.units - p.units,
    )
    companion = np.zeros((*half.shape[:-1], 3, 3))
    companion[..., 0, :] = -np.concatenate([part / leading for part in coefficients], -1)
    companion[..., 1, 0] = companion[..., 2, 1] = 1
    roots = np.linalg.eigvals(companion)
    real = np.where(roots.imag == 0, roots.real, 0.0)
    middle = (p.centre + d.centre) / 2
    low = middle + half / np.minimum(real.min(-1, keepdims=True), -TINY)
    high = middle + half / np.maximum(real.max(-1, keepdims=True), TINY)
    return low, high


def _many(
    name: str, scores: ArrayLike, weights: ArrayLike, units: ArrayLike
) -> tuple[tuple[Floats, Floats, Floats], NDArray[np.bool_]]:
    values = floats(scores)
    heights = floats(weights)
    counts = np.broadcast_to(floats(units), heights.shape[:1])
    if heights.ndim != 2 or values.shape not in (heights.shape, heights.shape[1:]):
        raise ValueError(f"{name}: weights must be (draws, n), scores (n,) or (draws, n)")
    if not (np.isfinite(values).all() and np.isfinite(counts).all()):
        raise ValueError(f"{name}: scores and units must be finite")
    check_weights(heights, name)
    fit = varied(values, heights) & (counts >= MIN_UNITS)
    mean, sd = moments(values, heights, np.maximum(counts, MIN_UNITS))
    return (mean, sd, counts), fit
