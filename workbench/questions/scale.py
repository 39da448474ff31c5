"""What unrelated models of a source are like in one metric: its unit, and what goes with nuisances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evidence.fuse import Pair, centred_many, slopes, spread
from workbench.questions.measures import NUISANCES, Measure
from workbench.questions.paired import Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """What unrelated models of a source are like in one metric."""

    slopes: Floats
    """Per nuisance."""
    unit: float
    """Spread of centred likeness, length and layout left in."""
    adjusted_unit: float
    """The same without what goes with them."""

    @property
    def units(self) -> tuple[float, float]:
        """Both units; a metric without a spread tells nothing apart."""
        return self.unit, self.adjusted_unit

    def adjusted(self, table: Floats, nuisances: Floats) -> Floats:
        """A metric's table without what goes with nuisances; (…, models, models)."""
        return table - np.tensordot(self.slopes, nuisances, 1)


def fit_scales(
    measures: Sequence[Measure],
    raw: Mapping[str, Floats],
    plain: Mapping[str, Floats],
    pairs: Sequence[Pair],
    cohorts: Sequence[Sequence[int]],
) -> dict[str, Scale]:
    """Fit each metric's scale on pairs declared unrelated.

    Args:
        measures: Which metrics. A directed one is fitted on both directions of every pair.
        raw: Metric → likeness of every two models, shape (models, models).
        plain: The same; profiles freed of length and layout answer by answer.
        pairs: Unrelated pairs.
        cohorts: The panel of each.
    """
    turned = [(j, i) for i, j in pairs]
    found = {}
    for measure in measures:
        directions = [pairs, turned] if measure.directed else [pairs]
        both = [pair for direction in directions for pair in direction]
        panels = [cohort for _ in directions for cohort in cohorts]
        nuisances = centred_many(np.stack([raw[key] for key in NUISANCES]), both, panels)
        centred = centred_many(plain[measure.id], both, panels)
        slope = slopes(centred, nuisances) if measure.regressed else np.zeros(len(nuisances))
        unit = spread(centred_many(raw[measure.id], both, panels))
        found[measure.id] = Scale(slope, unit, spread(centred - slope @ nuisances))
    return found
