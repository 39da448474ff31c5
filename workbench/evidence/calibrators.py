"""From score to log10 likelihood ratio: four ways, none of which ever falls as the score rises.

Each is fitted on scores of labelled pairs as told at `BiStudent.fit`: weights in proportion to what
a pair counts for, units the number of independent families behind a side. If derived does not lie
above other, in weighted mean, LR = 1 everywhere. None of them is bounded; that is for `limits.py`.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.special import expit, logsumexp

from workbench.errors import CalibrationError
from workbench.evidence.sides import Side, labelled
from workbench.evidence.student import BiStudent, BiStudents
from workbench.evidence.weighted import Floats, floats

__all__ = ["BiGaussian", "BiStudent", "BiStudents", "Calibrator", "Kde", "Logistic"]

KDE_UNITS = 100
KDE_POINTS = 512
STEPS = 100
SMALL_STEP = 1e-10


class Calibrator(Protocol):
    """What turns scores into likelihood ratios; every field is a number or a row of numbers."""

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratio of each score, in the shape of the scores; non-decreasing."""
        ...


@dataclass(frozen=True, slots=True)
class BiGaussian:
    """Two normal distributions of one variance: log LR is a straight line in the score.

    ln LR = (m_p − m_d) · (s − (m_p + m_d)/2) / v, v the pooled variance by degrees of freedom. It
    extrapolates without end and takes means and variance as if known.

    Source: Linear discriminant analysis, Fisher (1936); as calibration, van Leeuwen & Brümmer (2013),
        Interspeech.
    """

    derived_mean: float
    other_mean: float
    sd: float

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
        """Arguments and errors as `BiStudent.fit`."""
        p, d = labelled(derived, other, derived_weights, other_weights, derived_units, other_units)
        pooled = (p.units - 1) * p.sd**2 + (d.units - 1) * d.sd**2
        return cls(p.mean, d.mean, float(np.sqrt(pooled / (p.units + d.units - 2))))

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratio of each score, in the shape of the scores."""
        slope = max(self.derived_mean - self.other_mean, 0.0) / self.sd**2
        middle = (self.derived_mean + self.other_mean) / 2
        found: Floats = (floats(scores) - middle) * slope / np.log(10)
        return found


@dataclass(frozen=True, slots=True)
class Logistic:
    """Penalised logistic regression on the standardised score, without the prior odds of the sample.

    ln LR = offset + slope · (s − centre)/scale, from minimising
    ½·slope² + C · Σ weight · ln(1 + exp(∓ln posterior odds)), where the weights of each side sum to
    its units; then ln(units_p / units_d) is taken off. Centre and scale are those of an even mixture of
    both sides, so the unit of the score does not matter.

    Source: Morrison (2013), Australian Journal of Forensic Sciences 45(2), 173-197; the penalty of le
        Cessie & van Houwelingen (1992), Applied Statistics 41(1), 191-201.
    """

    centre: float
    scale: float
    offset: float
    slope: float

    @classmethod
    def fit(
        cls,
        derived: ArrayLike,
        other: ArrayLike,
        derived_weights: ArrayLike,
        other_weights: ArrayLike,
        derived_units: float,
        other_units: float,
        *,
        c: float = 1.0,
    ) -> Self:
        """Arguments and errors as `BiStudent.fit`.

        Args:
            derived: As there.
            other: As there.
            derived_weights: As there.
            other_weights: As there.
            derived_units: As there.
            other_units: As there.
            c: What a unit's loss weighs against the penalty, above 0; larger fits closer.
        """
        p, d = labelled(derived, other, derived_weights, other_weights, derived_units, other_units)
        centre = (p.mean + d.mean) / 2
        scale = float(np.sqrt((p.sd**2 + d.sd**2) / 2 + ((p.mean - d.mean) / 2) ** 2))
        if p.mean <= d.mean:
            return cls(centre, scale, 0.0, 0.0)
        offset, slope = _ridge(p, d, centre, scale, c)
        return cls(centre, scale, offset - float(np.log(p.units / d.units)), slope)

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratio of each score, in the shape of the scores."""
        standard = (floats(scores) - self.centre) / self.scale
        found: Floats = (self.offset + self.slope * standard) / np.log(10)
        return found


def _ridge(p: Side, d: Side, centre: float, scale: float, c: float) -> tuple[float, float]:
    """Offset and slope, by Newton steps damped so that every one of them descends.

    Source: Sun & Tran-Dinh (2019), Mathematical Programming 178, 145-213, for the damping.
    """
    standard = (np.concatenate([p.scores, d.scores]) - centre) / scale
    design = np.stack([np.ones_like(standard), standard], -1)  # (n, 2)
    truth = np.repeat([1.0, 0.0], [len(p.scores), len(d.scores)])
    weights = np.concatenate([p.weights, d.weights])
    penalty = np.diag([0.0, 1 / c])
    found = np.zeros(2)
    for _ in range(STEPS):
        likely = expit(design @ found)
        gradient = design.T @ (weights * (likely - truth)) + penalty @ found
        curvature = (design.T * (weights * likely * (1 - likely))) @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        moved = np.abs(design @ step).max()
        if moved < SMALL_STEP:
            return float(found[0]), float(found[1])
        found = found - step * np.log1p(moved) / moved
    raise CalibrationError(
        f"The logistic fit did not settle in {STEPS} steps.",
        fix="Give a smaller c, which holds the slope back.",
    )


@dataclass(frozen=True, slots=True)
class Kde:
    """Ratio of two Gaussian kernel densities, made non-decreasing, and flat beyond the labelled scores.

    Bandwidth by Silverman's rule, s·(4/(3n))^(1/5). The log ratio is taken at even steps from the
    smallest to the largest labelled score and replaced by the non-decreasing row nearest to it in
    least squares, so where it turns back it is held at the average of what it rises and falls by.

    Source: Silverman (1986), "Density Estimation for Statistics and Data Analysis", eq. 3.28; pooling
        as in `performance.pav`.
    """

    lowest: float
    highest: float
    log10_lrs: tuple[float, ...]
    """At even steps from lowest to highest."""

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
        """Arguments and errors as `BiStudent.fit`; each side needs 100 units or more."""
        p, d = labelled(derived, other, derived_weights, other_weights, derived_units, other_units)
        if min(p.units, d.units) < KDE_UNITS:
            raise CalibrationError(
                f"Kernel densities need {KDE_UNITS} independent units on each side, and there are "
                f"{p.units:g} derived and {d.units:g} other ones.",
                fix="Take the bi-Student calibration, which fits few units.",
            )
        lowest = float(min(p.scores.min(), d.scores.min()))
        highest = float(max(p.scores.max(), d.scores.max()))
        points = np.linspace(lowest, highest, KDE_POINTS)
        ratio = (_log_density(p, points) - _log_density(d, points)) / np.log(10)
        pooled = isotonic_regression(ratio).x if p.mean > d.mean else np.zeros(KDE_POINTS)
        return cls(lowest, highest, tuple(pooled.tolist()))

    def log10_lr(self, scores: ArrayLike) -> Floats:
        """log10 likelihood ratio of each score, in the shape of the scores."""
        points = np.linspace(self.lowest, self.highest, len(self.log10_lrs))
        return np.interp(floats(scores), points, self.log10_lrs)


def _log_density(side: Side, points: Floats) -> Floats:
    bandwidth = side.sd * (4 / (3 * side.units)) ** 0.2
    away = (points[:, None] - side.scores) / bandwidth  # (points, n)
    summed = logsumexp(-np.square(away) / 2, axis=-1, b=side.weights)
    found: Floats = summed - np.log(bandwidth * side.units)  # but for √(2π), on both sides alike
    return found
