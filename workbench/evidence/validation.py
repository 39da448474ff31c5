"""How well a calibration does on pairs it was not fitted to: loss, exceedance, counts at each level."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.counts import upper_limit
from workbench.evidence.labelled import (
    Floats,
    Labelled,
    Side,
    derived_side,
    drawn_families,
    drawn_recipes,
    other_side,
)
from workbench.evidence.levels import LEVELS, NEUTRAL, reaches, side
from workbench.evidence.performance import cllr, cllr_min, pav
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.system import System
from workbench.records import ErrorRate, Exceeding, Figure, Level, Question, SystemFigures

KS = (2.0, 5.0, 10.0)
ROUNDS = 1000


def figures(system: System) -> SystemFigures:
    """Sum a system up, every pair judged without its kin."""
    derived, other = system.judged
    counted = SystemFigures(
        question=system.question,
        alternative=system.alternative,
        derived_pairs=len(system.derived.index),
        derived_units=system.derived.units,
        other_pairs=len(system.other.index),
        other_families=system.families,
        left_out=int((~derived).sum() + (~other).sum()),
    )
    if reason := system.hindrance() or _none_judged(system):
        return replace(counted, reason=reason)
    ours, theirs = system.sides
    return replace(
        counted,
        least=system.bounds[0],
        most=system.bounds[1],
        elub=system.bounds_by["elub"],
        invariance=system.bounds_by["invariance"],
        cllr=loss(system.labelled, system.bounded(system.held_out), ours.index, theirs.index),
        cllr_min=cllr_min(*_values(system), ours.weights, theirs.weights),
        cllr_cal=_calibration_loss(system),
        exceeding=tuple(_exceeding(system, k) for k in KS),
    )


def _none_judged(system: System) -> str:
    if all(len(one.index) for one in system.sides):
        return ""
    return "no pair could be judged without its own families: too few families remain"


def _values(system: System) -> tuple[Floats, Floats]:
    bounded = system.bounded(system.held_out)
    ours, theirs = system.sides
    return bounded[ours.index], bounded[theirs.index]


def _calibration_loss(system: System) -> float:
    """Cllr less that of the best monotone recalibration, which has to keep within the same bounds.

    Without that last condition perfectly separated pairs would lose by their bounds alone.
    """
    ours, theirs = system.sides
    derived, other = _values(system)
    best = pav(derived, other, ours.weights, theirs.weights)
    kept = np.clip(best[0], *system.bounds), np.clip(best[1], *system.bounds)
    ideal = cllr(*kept, ours.weights, theirs.weights)
    return max(0.0, cllr(derived, other, ours.weights, theirs.weights) - ideal)


def loss(labelled: Labelled, values: Floats, derived: np.ndarray, other: np.ndarray) -> Figure:
    """Cllr of pairs, each family counting as one, with an interval over families.

    Args:
        labelled: Pairs whose history is known.
        values: log10 likelihood ratio of every labelled pair, shape (pairs,).
        derived: Indices of derivatives.
        other: Indices of pairs under the alternative.
    """
    ours = derived_side(labelled, derived).weights
    theirs = other_side(labelled, other).weights
    generator = np.random.default_rng(seed_from("validation", len(derived), len(other)))
    found = [
        cllr(values[derived], values[other], mine * ours, yours * theirs)
        for mine, yours in zip(
            drawn_recipes(labelled, derived, ROUNDS, generator),
            drawn_families(labelled, other, ROUNDS, generator),
            strict=True,
        )
        if yours.any()
    ]
    return _figure(cllr(values[derived], values[other], ours, theirs), found)


def _figure(value: float, found: Sequence[float]) -> Figure:
    if len(found) < ROUNDS // 2:
        return Figure(value)
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(value, float(low), float(high))


def _exceeding(system: System, k: float) -> Exceeding:
    other: Side = system.sides[1]
    values = system.bounded(system.held_out)[other.index]
    hits = (values >= np.log10(k)).astype(np.float64)
    generator = np.random.default_rng(seed_from("exceeding", system.question, system.alternative))
    weights = drawn_families(system.labelled, other.index, ROUNDS, generator) * other.weights
    total = weights.sum(1)
    found = (weights @ hits)[total > 0] / total[total > 0]
    share = float(hits @ other.weights / other.weights.sum())
    return Exceeding(k, _figure(share, list(found)), int(hits.sum()))


def error_rates(
    labelled: Labelled, question: Question, levels: Mapping[int, Level]
) -> tuple[ErrorRate, ...]:
    """Count how often each label reached each level, every pair judged without its kin.

    Args:
        labelled: Pairs whose history is known.
        question: Whose derivatives should reach a level; no other label should.
        levels: Index of each pair that could be judged → its level.

    Returns:
        For every label, `unrelated` first: levels for derivation; for derivatives also those for the
        alternative. One unit is a family on the suspect's side.
    """
    labels = sorted({labelled.label[i] for i in levels}, key=lambda one: (one != UNRELATED, one))
    found = []
    for label in labels:
        here = {i: level for i, level in levels.items() if labelled.label[i] == label}
        derived = label in DERIVED[question].labels
        wanted = [one for one in LEVELS if side(one) > 0 or (derived and side(one) < 0)]
        found += [_rate(labelled, label, level, here) for level in wanted]
    return tuple(found)


def _rate(labelled: Labelled, label: str, wanted: Level, levels: Mapping[int, Level]) -> ErrorRate:
    reached = [i for i, level in levels.items() if reaches(level, wanted)]
    families = {labelled.suspect_family[i] for i in levels}
    reaching = {labelled.suspect_family[i] for i in reached}
    return ErrorRate(
        label=label,
        level=wanted,
        events=len(reached),
        pairs=len(levels),
        inconclusive=sum(level == NEUTRAL for level in levels.values()),
        families=len(families),
        families_reaching=len(reaching),
        upper=upper_limit(len(reaching), len(families)),
    )
