"""What unrelated models of a source are like in one metric: its unit, and what goes with nuisances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evidence.fuse import Pair, centred_many, slopes, spread
from workbench.questions.likeness import ADJUSTED_BEFORE, NUISANCES
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

    def adjusted(self, table: Floats, nuisances: Floats) -> Floats:
        """A metric's table without what goes with nuisances; (…, models, models)."""
        return table - np.tensordot(self.slopes, nuisances, 1)


def fit_scales(
    metrics: Sequence[str],
    raw: Mapping[str, Floats],
    plain: Mapping[str, Floats],
    pairs: Sequence[Pair],
    cohorts: Sequence[Sequence[int]],
) -> dict[str, Scale]:
    """Fit each metric's scale on pairs declared unrelated.

    Args:
        metrics: Which metrics.
        raw: Metric → likeness of every two models, shape (models, models).
        plain: The same; profiles freed of length and layout answer by answer.
        pairs: Unrelated pairs.
        cohorts: The panel of each.
    """
    nuisances = centred_many(np.stack([raw[key] for key in NUISANCES]), pairs, cohorts)
    found = {}
    for metric in metrics:
        centred = centred_many(plain[metric], pairs, cohorts)
        slope = _slopes(metric, centred, nuisances)
        unit = spread(centred_many(raw[metric], pairs, cohorts))
        found[metric] = Scale(slope, unit, spread(centred - slope @ nuisances))
    return found


def _slopes(metric: str, centred: Floats, nuisances: Floats) -> Floats:
    """Profiles are adjusted answer by answer already; twice would take style away as well."""
    if metric in ADJUSTED_BEFORE:
        return np.zeros(len(nuisances))
    return slopes(centred, nuisances)
