"""Families and recipes drawn with replacement: what a likelihood ratio would be under other ones."""

from dataclasses import dataclass

import numpy as np

from workbench.evidence.calibrators import BiStudent, BiStudents
from workbench.evidence.labelled import Floats, Indices, Side

ROUNDS = 1000
"""Draws behind an interval."""
ROUNDING = 1e-12
"""A draw's variance below this share of the whole's comes from rounding: all its scores are alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What families and recipes drawn with replacement say."""

    fits: BiStudents
    fitted: Indices
    """Draws that could be fitted."""
    noise: Floats
    """Standard normal numbers, shape (ROUNDS,)."""

    def log10_lr(self, scores: Floats) -> Floats:
        """log10 likelihood ratio of scores (ROUNDS, k) in each draw.

        A draw that no calibrator can be fitted to says nothing, so it counts as a likelihood ratio
        of 1.
        """
        found = np.zeros_like(scores)
        found[self.fitted] = self.fits.log10_lr(scores[self.fitted])
        return found


def draw(scores: Floats, derived: Side, other: Side, generator: np.random.Generator) -> Drawn:
    """Draw recipes of derivatives and families of the others, and fit each draw.

    Args:
        scores: Of all labelled pairs, on the scale that is fitted.
        derived: The derivatives.
        other: Pairs under the alternative.
        generator: Decides the draws.

    Raises:
        CalibrationError: If no draw shows a spread on both sides.
    """
    ours = _moments(scores[derived.index], derived, generator)
    theirs = _moments(scores[other.index], other, generator)
    full = np.flatnonzero((ours[0] > 0) & (theirs[0] > 0))
    fits = BiStudent.fit_many(
        _two_points(ours[1][full], ours[2][full]),
        _two_points(theirs[1][full], theirs[2][full]),
        derived_weights=np.ones((len(full), 2)),
        other_weights=np.ones((len(full), 2)),
        derived_units=derived.units,
        other_units=other.units,
    )
    return Drawn(fits, full[fits.kept], generator.standard_normal(ROUNDS))


def _moments(
    scores: Floats, side: Side, generator: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Weight, mean and standard deviation of each draw, shape (ROUNDS,)."""
    centre = np.average(scores, weights=side.weights)
    away = scores - centre
    powers = side.weights[:, None] * np.stack([np.ones_like(away), away, np.square(away)], -1)
    weight, first, second = side.drawn_sums(powers, ROUNDS, generator).T
    share = np.divide(1, weight, out=np.zeros_like(weight), where=weight > 0)
    variance = second * share - np.square(first * share)
    whole = np.average(np.square(away), weights=side.weights)
    variance[variance <= ROUNDING * whole] = 0
    return weight, centre + first * share, np.sqrt(variance)


def _two_points(mean: Floats, sd: Floats) -> Floats:
    """Two scores of that mean and standard deviation, in place of all of a draw."""
    return np.stack([mean - sd, mean + sd], -1)
