"""Habits of the next byte: what is left of distributions once what is common to a panel is gone.

Two able models are close on common text, and a sharp model is far from everybody: a plain divergence
mostly says which. Where two models depart from what others expect in the same direction, position by
position and byte by byte, they share a habit.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError

METRIC = "next-byte-correlation"
MIN_PROBES = 5
"""Fewer give no interval worth printing."""
MIN_PANEL = 2
"""With one model nobody can tell what is common from what is that model's own."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Common:
    """What a panel expects at every position."""

    roots: Tensor
    """Mean of the members' roots of probability, shape (positions, classes), float64."""
    known: Tensor
    """Whether enough members were read there, shape (positions,), bool."""


@dataclass(frozen=True, slots=True)
class HabitCorrelation:
    """How two models' departures from a panel go together."""

    value: float
    """From −1 to 1; higher is more alike."""
    contributions: Tensor
    """What each probe adds, shape (probes,), float64; their mean over the probes counted is `value`.
    NaN where a probe is not counted."""


def common_to(panel: Tensor) -> Common:
    """What models beside a pair expect.

    Args:
        panel: Roots of probability, shape (models, positions, classes), float64; NaN throughout a
            position where a model was not read.

    Returns:
        Their mean at each position over the models that were read there; not known where those are
        fewer than 2.
    """
    read = panel.isnan().any(2).logical_not()  # (models, positions)
    many = read.sum(0)
    total = panel.nan_to_num(nan=0.0).sum(0)
    return Common(total / many.clamp(min=1)[:, None], many >= MIN_PANEL)


def habit_correlation(
    first: Tensor, second: Tensor, common: Common, probe_of: Tensor, probes: int
) -> HabitCorrelation:
    """Correlate what sets two models apart from what a panel expects.

    Args:
        first: One model's roots of probability, shape (positions, classes), float64; NaN throughout a
            position where it was not read.
        second: The same of the other.
        common: What models related to neither expect; see `common_to`.
        probe_of: Probe that each position belongs to, shape (positions,), int64, from 0.
        probes: How many probes there are.

    Returns:
        The cosine of the two departures over all positions that both were read at, and each probe's
        part in it; 0 where a model does not depart from the panel at all. Symmetric. Independent
        models lie above 0 by what the panel fails to share with both, so it speaks only beside the
        values of other pairs.

    Raises:
        NotEnoughEvidenceError: If fewer than 5 probes were read by both and by enough of the panel.

    Source: The root of a distribution is its Hellinger embedding (Rao 1945), in which rare and frequent
        bytes weigh alike by their noise and a probability of 0 is finite; Euclidean distance there is
        the Hellinger distance but for a factor. Departure from a reference population before
        comparing is customary for scores (Auckenthaler et al. 2000); on distributions, byte by byte,
        it is our own choice. docs/methods.md has the measured alternatives.
    """
    one, other = first - common.roots, second - common.roots
    shared = common.known & (one + other).isnan().any(1).logical_not()
    one, other, place = one[shared], other[shared], probe_of[shared]
    counted = torch.zeros(probes, dtype=torch.bool)
    counted[place] = True
    if (many := int(counted.sum())) < MIN_PROBES:
        raise NotEnoughEvidenceError(METRIC, got=many, need=MIN_PROBES)
    parts = torch.zeros(probes, dtype=torch.float64).index_add(0, place, (one * other).sum(1))
    parts /= (one.norm() * other.norm()).clamp(min=TINY)
    contributions = torch.where(counted, parts * many, torch.nan)
    return HabitCorrelation(float(parts.sum()), contributions)
