"""Prompts until the level of a score is settled: against all of them, and against repeated t-intervals.

Recorded answers with known lineage, the weights question. A score is the mean over prompts of a term
that is linear in likeness (the centred, fused table of that prompt alone); prompts come in random
order. The range of a term, the calibration and its thresholds are taken from pairs that share no
family with the one examined, and the score is the mean of terms cut to that range. Slopes and units
are the source's, as in `workbench evaluate`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmarks.lineage import DERIVED, NOT_MEASURED, UNRELATED, Lineage, read_lineage
from benchmarks.terms import prompt_by_prompt
from workbench.digest import seed_from
from workbench.evaluate.summary import pair_families
from workbench.evidence.fuse import centred_many
from workbench.evidence.sequential import ConfidenceSequence, settled

BANDS = {
    "two levels, parted at LR 1": (0.0,),
    "five levels, parted at LR 0.1, 1, 10 and 100": (-1.0, 0.0, 1.0, 2.0),
}
"""log10 likelihood ratios between levels. A panel of nine families carries the first at most."""
ALPHA = 0.05
GRID = 400
ORDERS = 3
"""Random orders of the prompts for each pair."""
FIRST_LOOK = 10
"""Prompts before a t-interval is first looked at."""
CUT = (1, 99)
"""Percentiles of unrelated terms that bound the range of a term."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examined:
    """All labelled pairs, term by term."""

    terms: Floats
    """Shape (pairs, prompts); the mean of a row is the pair's score."""
    labels: NDArray[np.str_]
    families: Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is fixed before a pair is examined, from pairs of other families."""

    low: float
    high: float
    thresholds: tuple[float, ...]
    """Least score of each level but the lowest."""

    def level(self, score: float) -> str:
        """Number of thresholds that a score has reached."""
        return str(sum(score >= threshold for threshold in self.thresholds))


Side = tuple[float, float, int]
"""Mean, standard deviation and number of families of a calibration's one side."""
Limits = Callable[[Floats, Frozen], Floats]
"""Terms in order → lower and upper limit of the score after each, shape (prompts, 2)."""


@dataclass(frozen=True, slots=True)
class Course:
    """How one pair went in one order."""

    label: str
    prompts: int
    """Until the level was settled."""
    stopped: str
    """Level at that point."""
    final: str
    """Level of all prompts."""


def measure(quick: bool) -> dict[str, object]:
    """Prompts until settled, and what early levels are worth, by label."""
    lineage = read_lineage()
    if lineage is None:
        return dict(NOT_MEASURED)
    examined = examine(lineage)
    orders = 1 if quick else ORDERS
    rows: dict[str, object] = {"prompts": examined.terms.shape[1]}
    for bands, edges in BANDS.items():
        frozen = {held: _freeze(examined, held, edges) for held in set(examined.families)}
        for way, limits in {"ours": _betting, "t-interval": _repeated_t}.items():
            courses = _courses(examined, frozen, limits, orders)
            called = str(edges.index(0.0) + 1)
            for label in pd.unique(examined.labels):
                here = [course for course in courses if course.label == label]
                rows[f"{bands}, {way}, {label}"] = _line(here, called)
            rows[f"{bands}, {way}, all"] = _line(courses, called)
    return rows


def examine(lineage: Lineage) -> Examined:
    """Every labelled pair's weights score, prompt by prompt."""
    fused = prompt_by_prompt(lineage)
    sides = lineage.pairs[["reference", "suspect"]].to_numpy(dtype=str)
    pairs = [(fused.models.index(a), fused.models.index(b)) for a, b in sides]
    terms = centred_many(fused.tables, pairs, [fused.scorer.panel(*pair) for pair in pairs]).T
    labels = lineage.pairs["label"].to_numpy(dtype=str)
    return Examined(terms, labels, pair_families(lineage.pairs, lineage.models))


def _freeze(examined: Examined, held: frozenset[str], edges: Sequence[float]) -> Frozen:
    apart = np.array([not (families & held) for families in examined.families])
    unrelated = apart & (examined.labels == UNRELATED)
    derived = apart & np.isin(examined.labels, DERIVED)
    low, high = map(float, np.percentile(examined.terms[unrelated], CUT))
    scores = np.clip(examined.terms, low, high).mean(1)
    log10_lr = _log10_lr(_side(examined, scores, derived), _side(examined, scores, unrelated))
    return Frozen(low, high, _thresholds(log10_lr, edges, low, high))


def _side(examined: Examined, scores: Floats, chosen: NDArray[np.bool_]) -> Side:
    families = [one for one, here in zip(examined.families, chosen, strict=True) if here]
    mean, deviation = scores[chosen].mean(), scores[chosen].std(ddof=1)
    return float(mean), float(deviation), len(frozenset().union(*families))


def _log10_lr(derived: Side, unrelated: Side) -> Callable[[Floats], Floats]:
    """Ratio of Student's predictive densities, families counting as observations."""

    def density(scores: Floats, side: Side) -> Floats:
        mean, deviation, n = side
        wide = deviation * np.sqrt(1 + 1 / n)
        logs: Floats = stats.t.logpdf(scores, n - 1, mean, wide) / np.log(10)
        return logs

    return lambda scores: density(scores, derived) - density(scores, unrelated)


def _thresholds(
    log10_lr: Callable[[Floats], Floats], edges: Sequence[float], low: float, high: float
) -> tuple[float, ...]:
    """Where a ratio that rises with the score passes each edge: ±∞ where it never does.

    It is read upwards from where it is lowest, since a wider density turns it back below.
    """
    scores = np.linspace(low, high, 5000)
    ratio = log10_lr(scores)
    least = int(ratio.argmin())
    risen = np.maximum.accumulate(ratio[least:])
    found = []
    for edge in edges:
        reached = risen >= edge
        place = float(scores[least + reached.argmax()]) if reached.any() else np.inf
        found.append(-np.inf if reached[0] else place)
    return tuple(found)


def _betting(terms: Floats, fixed: Frozen) -> Floats:
    sequence = ConfidenceSequence(fixed.low, fixed.high, size=len(terms), alpha=ALPHA, grid=GRID)
    return sequence.update(terms)


def _repeated_t(terms: Floats, _: Frozen) -> Floats:
    """A t-interval after each prompt, as if it were the only one; shape (prompts, 2)."""
    count = np.arange(1, len(terms) + 1)
    mean = np.cumsum(terms) / count
    variance = (np.cumsum(terms**2) - count * mean**2) / np.maximum(count - 1, 1)
    half = stats.t.ppf(1 - ALPHA / 2, np.maximum(count - 1, 1)) * np.sqrt(variance / count)
    half[: FIRST_LOOK - 1] = np.inf
    return np.column_stack([mean - half, mean + half])


def _courses(
    examined: Examined, frozen: Mapping[frozenset[str], Frozen], limits: Limits, orders: int
) -> list[Course]:
    found = []
    rows = zip(examined.terms, examined.labels, examined.families, strict=True)
    for pair, (terms, label, held) in enumerate(rows):
        fixed = frozen[held]
        cut = np.clip(terms, fixed.low, fixed.high)
        for order in range(orders):
            dice = np.random.default_rng(seed_from("order of prompts", pair, order))
            found.append(_course(str(label), dice.permutation(cut), fixed, limits))
    return found


def _course(label: str, terms: Floats, fixed: Frozen, limits: Limits) -> Course:
    final = fixed.level(float(terms.mean()))
    for prompts, (low, high) in enumerate(limits(terms, fixed), 1):
        if settled(fixed.level, float(low), float(high)):
            return Course(label, prompts, fixed.level(float(low)), final)
    return Course(label, len(terms), final, final)


def _line(courses: Sequence[Course], called: str) -> str:
    """`called`: lowest level on the side of derivation."""
    prompts = [course.prompts for course in courses]
    low, middle, high = np.percentile(prompts, [25, 50, 75])
    early = sum(course.stopped >= called for course in courses)
    late = sum(course.final >= called for course in courses)
    return (
        f"median {middle:.0f} prompts ({low:.0f} to {high:.0f} the middle half), "
        f"another level than all prompts give {sum(c.stopped != c.final for c in courses)} of "
        f"{len(courses)}; LR of 1 or more when settled {early}, with all prompts {late}"
    )
