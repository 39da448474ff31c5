"""How well scores tell labels apart: with thresholds never seen in training, intervals by family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.digest import seed_from
from workbench.questions.paired import Floats
from workbench.records import Question

NEGATIVE = "unrelated"
POSITIVES: Mapping[Question, tuple[str, ...]] = {
    "weights": ("same_model_variant", "fine_tune_of"),
    "outputs": ("distilled_from",),
}
"""Labels a question is about. Every other label but `unrelated` is neither: how often it is called
is reported, and it never counts as a positive."""
FALSE_ALARMS = 0.01
ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class LabelRate:
    """One label against `unrelated`, by one score."""

    label: str
    pairs: int
    auc: float
    """Chance that a pair with this label scores above an unrelated one, ties counting half."""
    low: float
    """95 % interval over families."""
    high: float
    called: float
    """Share above the threshold that was set for 1 % on unrelated pairs of other families."""
    called_low: float
    called_high: float


def auc(positive: Floats, negative: Floats) -> float:
    """Chance that a value of the first kind is above one of the second, ties counting half.

    Args:
        positive: Shape (n,).
        negative: Shape (m,).

    Returns:
        0 to 1; NaN if either is empty.

    Source: Mann & Whitney (1947); Hanley & McNeil (1982), Radiology 143.
    """
    if not (len(positive) and len(negative)):
        return float("nan")
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, "left") + np.searchsorted(ranked, positive, "right")
    return float(below.mean() / (2 * len(negative)))


def held_out_calls(
    scores: Floats, labels: np.ndarray, families: Sequence[frozenset[str]]
) -> Floats:
    """Whether each pair is above a threshold set on unrelated pairs that share no family with it.

    Args:
        scores: Shape (pairs,).
        labels: Label of each, shape (pairs,).
        families: Families of reference and suspect of each.

    Returns:
        1 above, 0 not, shape (pairs,); NaN where fewer than 99 unrelated pairs are left, which
        cannot set a threshold for 1 %.

    Source: The order statistic of conformal prediction (Vovk, Gammerman & Shafer 2005), so that an
        exchangeable unrelated pair is above it with probability of at most 1 %.
    """
    called = np.full(len(scores), np.nan)
    negative = labels == NEGATIVE
    for held in set(families):
        here = np.array([one == held for one in families])
        train = np.sort(scores[negative & np.array([not (one & held) for one in families])])[::-1]
        allowed = int(FALSE_ALARMS * (len(train) + 1))
        if allowed >= 1:
            called[here] = scores[here] > train[allowed - 1]
    return called


def rates(
    scores: Floats, labels: np.ndarray, families: Sequence[frozenset[str]]
) -> list[LabelRate]:
    """Every label's AUC against `unrelated` and how often it is called, with intervals.

    The interval resamples families, each pair counting as often as both of its families were drawn
    (Owen 2007, "The pigeonhole bootstrap", Annals of Applied Statistics 1(2)): pairs of one family
    are not independent of each other.
    """
    called = held_out_calls(scores, labels, families)
    weights = _draws(families)
    found = []
    for label in sorted(set(labels), key=lambda one: (one != NEGATIVE, one)):
        here = labels == label
        area, share = _resampled(scores, here, labels == NEGATIVE, called, weights)
        found.append(
            LabelRate(
                label,
                int(here.sum()),
                auc(scores[here], scores[labels == NEGATIVE]),
                *_interval(area),
                float(np.nanmean(called[here])) if np.isfinite(called[here]).any() else np.nan,
                *_interval(share),
            )
        )
    return found


def _draws(families: Sequence[frozenset[str]]) -> Floats:
    """How often each pair counts in each round, shape (rounds, pairs)."""
    names = sorted(set().union(*families))
    place = {name: i for i, name in enumerate(names)}
    generator = np.random.default_rng(seed_from("families", len(names)))
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), ROUNDS)
    first = np.array([place[min(one)] for one in families])
    second = np.array([place[max(one)] for one in families])
    both = np.where(first == second, drawn[:, first], drawn[:, first] * drawn[:, second])
    return both.astype(np.float64)


def _resampled(
    scores: Floats, here: np.ndarray, negative: np.ndarray, called: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """AUC and share called in every round; NaN where a side was not drawn."""
    above = (scores[here][:, None] > scores[negative]) + 0.5 * (
        scores[here][:, None] == scores[negative]
    )
    mine, yours = weights[:, here], weights[:, negative]
    total = mine.sum(1) * yours.sum(1)
    area = np.einsum("rp,rp->r", mine @ above, yours)
    known = here & np.isfinite(called)
    count = weights[:, known].sum(1)
    hits = weights[:, known] @ called[known]
    return _ratio(area, total), _ratio(hits, count)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _interval(values: Floats) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def pair_families(pairs: pd.DataFrame, models: pd.DataFrame) -> list[frozenset[str]]:
    """Families of both sides of each pair; a model that is not listed is a family of its own."""
    family = dict(zip(models["model_id"], models["family"].astype(str), strict=True))
    sides = zip(pairs["reference"], pairs["suspect"], strict=True)
    return [frozenset((family.get(a, a), family.get(b, b))) for a, b in sides]


def contrast(scores: Floats, labels: np.ndarray, positive: np.ndarray, against: str) -> float:
    """AUC of chosen pairs against those of one label."""
    return auc(scores[positive], scores[labels == against])
