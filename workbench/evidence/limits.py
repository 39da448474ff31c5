"""How far a likelihood ratio may go: what labelled data can carry, not what a formula extrapolates."""

import numpy as np
from numpy.typing import ArrayLike

from workbench.evidence.weighted import Floats, Weighted, both

ELUB_STEP = 0.01
ELUB_EXTREME = 9.0  # stands for an infinite log10 LR
IV_STEP = 0.001
IV_EXTREME = float(20 * np.log10(np.e))  # likewise


def elub(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> tuple[float, float]:
    """Empirical lower and upper bound of log10 LRs.

    One misleading LR of weight 1 is added to each side. Then the bounds are the thresholds next to
    LR = 1 beyond which deciding by the system costs more than deciding by LR = 1 throughout.

    Args and Raises as `cllr`. An LR beyond 10^±9 counts as that. Weights act in absolute terms: one
    independent unit must weigh 1.

    Returns:
        (low ≤ 0, high ≥ 0) in steps of 0.01, never beyond (−log10(W_p + 1), log10(W_d + 1)), W_p and
        W_d the weight of derived and other.

    Source: Vergeer et al. (2016), Science & Justice 56, 482-491.
    """
    p, d = both(derived, other, derived_weights, other_weights)
    p, d = p.clipped(ELUB_EXTREME), d.clipped(ELUB_EXTREME)
    grid = _elub_grid(p, d)
    thresholds = 10**grid
    missed = 1 - p.raised().above(thresholds) / (p.total + 1)
    cost = missed + thresholds * ((d.raised().above(thresholds) + 1) / (d.total + 1))
    worse = np.minimum(thresholds, 1) < cost
    low = np.max(grid[worse & (grid <= 0)] + ELUB_STEP, initial=grid[0])
    high = np.min(grid[worse & (grid >= 0)] - ELUB_STEP)  # the last one, beyond all LRs, is worse
    # Steps add up to 0.9999999999999998 where 1 is meant, and a level begins at 1.
    return min(round(float(low), 2), 0.0), max(round(float(high), 2), 0.0)


def _elub_grid(p: Weighted, d: Weighted) -> Floats:
    lowest = max(min(p.values.min(), d.values.min()), -np.log10(p.total + 1))
    highest = min(max(p.values.max(), d.values.max()), np.log10(d.total + 1))
    first = min(0, int(lowest // ELUB_STEP))
    last = max(0, int(highest // ELUB_STEP) + 1)
    return np.linspace(first * ELUB_STEP, last * ELUB_STEP, last - first + 1)


def iv_bound(
    derived: ArrayLike,
    other: ArrayLike,
    derived_weights: ArrayLike | None = None,
    other_weights: ArrayLike | None = None,
) -> tuple[float, float]:
    """Lower and upper bound of log10 LRs by invariance verification.

    "The LR of the LR is the LR": the bounds are the thresholds next to LR = 1 up to which the data
    bear out P(LR ≥ t | derived) / P(LR ≥ t | other) ≥ t, and the same from below. Probabilities are
    estimated with half an observation on either side (Jeffreys).

    Args and Raises as `elub`; an LR beyond e^±20 counts as that.

    Returns:
        (low ≤ 0, high ≥ 0) on a grid of 0.001 from the smallest LR on, never beyond the smallest and
        the largest LR.

    Source: Alberink et al. (2025), "A transparent method to determine limit values for likelihood
        ratio systems", as in lir 1.3.1, but for one thing: a failure at the very first threshold
        counts here as any other. There it passes unseen, or makes the last threshold the bound.
    """
    p, d = both(derived, other, derived_weights, other_weights)
    p, d = p.clipped(IV_EXTREME), d.clipped(IV_EXTREME)
    lowest = min(0.0, p.values.min(), d.values.min())
    highest = max(0.0, p.values.max(), d.values.max())
    grid = np.arange(lowest, highest + IV_STEP, IV_STEP)
    hits = (p.at_least(grid) + 0.5) / (p.total + 1)
    false_hits = (d.at_least(grid) + 0.5) / (d.total + 1)
    too_high = np.flatnonzero(np.log10(hits) - np.log10(false_hits) < grid)
    too_low = np.flatnonzero(np.log10(1 - hits) - np.log10(1 - false_hits) > grid)
    high = grid[max(too_high[0] - 1, 0)] if too_high.size else p.values.max()
    low = grid[min(too_low[-1] + 1, len(grid) - 1)] if too_low.size else d.values.min()
    return min(float(low), 0.0), max(float(high), 0.0)
