"""Several measures of likeness → one score: centred against a panel, freed of nuisances, on one scale.

Everything here works on tables of likeness, shape (…, models, models), symmetric, higher is more
alike. Centring, residuals and means are linear, so their order does not matter.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]

Pair = tuple[int, int]


def centre(values: Table, reference: int, candidate: int, cohort: Sequence[int]) -> Table:
    """Two-way centred likeness of a pair, every member of the cohort weighing the same.

    Args:
        values: Likeness of models, shape (…, models, models), float64.
        reference: Index of the reference.
        candidate: Index of the suspect or of a control.
        cohort: Indices of at least two other models.

    Returns:
        v(R, x) − mean v(R, k) − mean v(k, x) + mean v(k, k'), shape (…), in the unit of `values`;
        0 is what one expects of an independent model, higher is more alike.

    Source: As `evidence.panel.centred`, there probe by probe: S-norm of Shum et al. (2010), Odyssey,
        without its scaling.
    """
    members = np.asarray(cohort)
    size = len(members)
    among = values[..., members[:, None], members]
    own = np.trace(among, axis1=-2, axis2=-1)
    centred: Table = (
        values[..., reference, candidate]
        - values[..., reference, members].mean(-1)
        - values[..., members, candidate].mean(-1)
        + (among.sum((-2, -1)) - own) / (size * (size - 1))
    )
    return centred


def centred_many(values: Table, pairs: Sequence[Pair], cohorts: Sequence[Sequence[int]]) -> Table:
    """`centre` for several pairs, each with its own cohort; shape (…, pairs)."""
    return np.stack(
        [centre(values, i, j, cohort) for (i, j), cohort in zip(pairs, cohorts, strict=True)], -1
    )


def slopes(centred: Table, nuisances: Table) -> Table:
    """How much of a measure goes with nuisances such as length, among unrelated models.

    Args:
        centred: Centred likeness of pairs declared unrelated, shape (pairs,).
        nuisances: Centred likeness of the same pairs in each nuisance, shape (nuisances, pairs).

    Returns:
        Slope of each nuisance, shape (nuisances,): least squares through the origin, where centred
        values of unrelated models lie. A negative slope becomes 0 and the others are fitted
        anew, since answers of more alike length can only raise likeness.

    Source: Non-negative least squares, Lawson & Hanson (1974), by leaving out what turns negative.
    """
    kept = list(range(len(nuisances)))
    while kept:
        fitted = np.linalg.lstsq(nuisances[kept].T, centred, rcond=None)[0]
        if (fitted >= 0).all():
            found = np.zeros(len(nuisances))
            found[kept] = fitted
            return found
        kept.pop(int(fitted.argmin()))
    return np.zeros(len(nuisances))


def spread(centred: Table) -> float:
    """Root mean square of centred likeness among unrelated models: one unit of a fused score.

    It is taken about 0, the value expected of them, so a panel that sits off-centre widens it.
    """
    return float(np.sqrt(np.mean(np.square(centred))))


def fuse(tables: Sequence[Table], units: Sequence[float]) -> Table:
    """Equal-weight mean of measures, each in units of its spread among unrelated models.

    No weight is learned from labelled pairs: with few families a learned weight is fitted to them.

    Args:
        tables: Likeness by each measure, each of shape (…, models, models).
        units: Spread of each, as from `spread`; a measure with no spread is left out.

    Returns:
        Fused likeness, same shape, in standard deviations of unrelated pairs, before any gain from
        averaging.

    Raises:
        ValueError: If no measure has any spread.

    Source: The sum rule for combining experts (Kittler et al. 1998, IEEE TPAMI 20(3)).
    """
    usable = [table / unit for table, unit in zip(tables, units, strict=True) if unit > 0]
    if not usable:
        raise ValueError("no measure tells unrelated models apart")
    fused: Table = np.mean(usable, axis=0)
    return fused
