"""How well a calibration does on pairs it was not fitted to: loss, exceedance, counts at each level."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.counts import upper_limit
from workbench.evidence.drawn import ROUNDS
from workbench.evidence.labelled import (
    Floats,
    Indices,
    Labelled,
    Side,
    derived_side,
    other_side,
)
from workbench.evidence.levels import LEVELS, NEUTRAL, reaches, side
from workbench.evidence.performance import bits, cllr, cllr_min, pav
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.system import System
from workbench.records import ErrorRate, Exceeding, Figure, Level, Question, SystemFigures

KS = (2.0, 5.0, 10.0)
FEWEST_DRAWN = 3
"""Of fewer units every draw is much like the others, so no interval is given."""


def figures(system: System) -> SystemFigures:
    """Sum a system up, every pair judged without its kin."""
    ours, theirs = system.judged
    left_out = (
        len(system.derived.index) - len(ours.index),
        len(system.other.index) - len(theirs.index),
    )
    counted = SystemFigures(system.question, system.alternative, *system.counts, *left_out)
    if reason := system.hindrance() or _none_judged(system):
        return replace(counted, reason=reason)
    bounds = system.bounds()
    derived, other = _values(system)
    return replace(
        counted,
        least=bounds.tightest[0],
        most=bounds.tightest[1],
        elub=bounds.elub,
        invariance=bounds.invariance,
        cllr=loss(system.labelled, system.bounded_held_out, ours.index, theirs.index),
        cllr_min=cllr_min(derived, other, ours.weights, theirs.weights),
        cllr_cal=_calibration_loss(system),
        exceeding=tuple(_exceeding(system, k) for k in KS),
    )


def _none_judged(system: System) -> str:
    if all(len(one.index) for one in system.judged):
        return ""
    return "no pair could be judged without its own families: too few families remain"


def _values(system: System) -> tuple[Floats, Floats]:
    ours, theirs = system.judged
    return system.bounded_held_out[ours.index], system.bounded_held_out[theirs.index]


def _calibration_loss(system: System) -> float:
    """Cllr less that of the best monotone recalibration, which has to keep within the same bounds.

    Without that last condition perfectly separated pairs would lose by their bounds alone.
    """
    ours, theirs = system.judged
    derived, other = _values(system)
    best = pav(derived, other, ours.weights, theirs.weights)
    limits = (system.bounds_held_out[side.index].T for side in system.judged)
    p, d = (np.clip(one, *bounds) for one, bounds in zip(best, limits, strict=True))
    ideal = cllr(p, d, ours.weights, theirs.weights)
    return max(0.0, cllr(derived, other, ours.weights, theirs.weights) - ideal)


def loss(labelled: Labelled, values: Floats, derived: Indices, other: Indices) -> Figure:
    """Cllr of pairs, each unit counting as one, with an interval over families and recipes.

    Args:
        labelled: Pairs whose history is known.
        values: log10 likelihood ratio of every labelled pair, shape (pairs,).
        derived: Indices of derivatives.
        other: Indices of pairs under the alternative.
    """
    ours, theirs = derived_side(labelled, derived), other_side(labelled, other)
    generator = np.random.default_rng(seed_from("validation", len(derived), len(other)))
    missed = _drawn_means(ours, bits(-values[derived]), generator)
    misled = _drawn_means(theirs, bits(values[other]), generator)
    value = cllr(values[derived], values[other], ours.weights, theirs.weights)
    return _figure(value, (missed + misled) / 2, min(ours.units, theirs.units))


def _drawn_means(side: Side, values: Floats, generator: np.random.Generator) -> Floats:
    """Weighted mean in each draw of the side's units, shape (ROUNDS,); NaN where none was drawn."""
    parts = side.weights[:, None] * np.stack([values, np.ones_like(values)], -1)
    total, weight = side.drawn_sums(parts, ROUNDS, generator).T
    found: Floats = np.divide(total, weight, out=np.full(ROUNDS, np.nan), where=weight > 0)
    return found


def _figure(value: float, drawn: Floats, units: int) -> Figure:
    known = drawn[np.isfinite(drawn)]
    if units < FEWEST_DRAWN or len(known) < ROUNDS // 2:
        return Figure(value)
    low, high = np.percentile(known, [2.5, 97.5])
    return Figure(value, float(low), float(high))


def _exceeding(system: System, k: float) -> Exceeding:
    other = system.judged[1]
    hits = (system.bounded_held_out[other.index] >= np.log10(k)).astype(np.float64)
    generator = np.random.default_rng(seed_from("exceeding", system.question, system.alternative))
    share = float(np.average(hits, weights=other.weights))
    if not hits.any():  # draws of nothing are nothing, which is not to say that it never happens
        return Exceeding(k, Figure(0.0, 0.0, upper_limit(0, other.units, 0.975)), 0)
    drawn = _drawn_means(other, hits, generator)
    return Exceeding(k, _figure(share, drawn, other.units), int(hits.sum()))


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
