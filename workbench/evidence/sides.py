"""The two sides a calibration is fitted on: scores of derived pairs and of the others."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from workbench.errors import CalibrationError
from workbench.evidence.weighted import Floats, Weighted, moments, varied

MIN_UNITS = 2
"""One unit shows no spread."""


class Side(NamedTuple):
    """Scores of one side, and what is known of their distribution."""

    scores: Floats  # (n,)
    weights: Floats  # (n,), summing to `units`
    units: float
    """Independent units behind the scores: families, not pairs."""
    mean: float
    sd: float

    @classmethod
    def of(cls, name: str, scores: ArrayLike, weights: ArrayLike, units: float) -> Self:
        """Check one side and describe it; weights are scaled so that they sum to the units.

        Raises:
            ValueError: If shapes differ, a number is not finite, or a weight is negative.
            CalibrationError: If there are fewer than two units, or all scores are alike.
        """
        side = Weighted.of(scores, weights, name)
        if not (np.isfinite(side.values).all() and np.isfinite(units)):
            raise ValueError(f"{name}: scores and units must be finite")
        if units < MIN_UNITS:
            raise CalibrationError(
                f"The {name} side of the labelled scores holds {units:g} independent units, and a "
                f"calibration needs at least {MIN_UNITS}.",
                fix="Label pairs of more families.",
            )
        if not varied(side.values, side.weights):
            raise CalibrationError(
                f"All labelled scores of the {name} side are alike, so their spread is not known.",
                fix="Label pairs of more families, or use a metric that tells them apart.",
            )
        mean, sd = moments(side.values, side.weights, units)
        weights = side.weights * (units / side.total)
        return cls(side.values, weights, float(units), float(mean), float(sd))


def labelled(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike,
    other_weights: ArrayLike,
    derived_units: float,
    other_units: float,
) -> tuple[Side, Side]:
    """Both sides, checked; arguments and errors as `Side.of`."""
    return (
        Side.of("derived", derived, derived_weights, derived_units),
        Side.of("other", other, other_weights, other_units),
    )
