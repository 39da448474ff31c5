"""Prompts until the level of a score is settled: against all of them, and against repeated t-intervals.

Recorded answers with known lineage, the weights question. A score is the mean over prompts of a term
that is linear in likeness (the centred, fused table of that prompt alone); prompts come in random
order. Levels are those of `workbench calibrate`, each pair judged without its own families; the range
of a term and the spread of a score are those of unrelated pairs of other families, and terms are cut
to that range, as `workbench run --until-decided` does. Slopes and units are the source's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.lineage import NOT_MEASURED, UNRELATED, Lineage, read_lineage
from benchmarks.terms import prompt_by_prompt
from workbench import calibrations
from workbench.deciding.rule import ALPHA, CUT
from workbench.digest import seed_from
from workbench.evaluate import evaluate, read_sources
from workbench.evidence.fuse import centred_many
from workbench.evidence.judge import (
    Systems,
    judge,
    levels_held_out,
    measured_at,
    measured_with,
    spread_of,
    systems_of,
)
from workbench.evidence.labelled import Cluster, Labelled
from workbench.evidence.levels import NEUTRAL, side
from workbench.evidence.sequential import ConfidenceSequence, settled
from workbench.evidence.steps import Steps, steps_of
from workbench.records import Level

GRID = 400
ORDERS = 3
"""Random orders of the prompts for each pair."""
FIRST_LOOK = 10
"""Prompts before a t-interval is first looked at."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Examined:
    """All labelled pairs, term by term."""

    terms: Floats
    """Shape (pairs, prompts); the mean of a row is the pair's score."""
    labelled: Labelled
    """The same pairs in the same order."""
    systems: Systems


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is fixed before a pair is examined, from pairs of other families."""

    low: float
    high: float
    steps: Steps


Limits = Callable[[Floats, Frozen], Floats]
"""Terms in order → lower and upper limit of the score after each, shape (prompts, 2)."""


@dataclass(frozen=True, slots=True)
class Course:
    """How one pair went in one order."""

    pair: int
    prompts: int
    """Until the level was settled."""
    stopped: str
    """Level at that point."""
    final: str
    """Level of all prompts, by the same rule."""
    asked: Floats
    """Terms of the prompts that were asked, not cut."""


def measure(quick: bool) -> dict[str, object]:
    """Prompts until settled, and what early levels are worth, by label."""
    lineage = read_lineage()
    if lineage is None:
        return dict(NOT_MEASURED)
    examined = examine(lineage)
    orders = 1 if quick else ORDERS
    frozen = {kin: _freeze(examined, kin) for kin in set(examined.labelled.families)}
    whole = levels_held_out(examined.labelled, examined.systems)
    rows: dict[str, object] = {
        "prompts": examined.terms.shape[1],
        "pairs": len(examined.labelled),
        "pairs with one level only within reach": sum(
            not frozen[kin].steps.edges for kin in examined.labelled.families
        ),
        "levels within reach": sorted({x for one in frozen.values() for x in one.steps.levels}),
    }
    for way, limits in {"ours": _betting, "t-interval": _repeated_t}.items():
        courses = list(_courses(examined, frozen, limits, orders))
        for label in (*dict.fromkeys(examined.labelled.label), "all"):
            here = [c for c in courses if label in {"all", examined.labelled.label[c.pair]}]
            if here:
                rows[f"{way}, {label}"] = _line(examined, here, whole)
        if way == "ours":
            rows["judged on the prompts asked alone"] = _alone(examined, courses)
    return rows


def examine(lineage: Lineage) -> Examined:
    """Every labelled pair's weights score, prompt by prompt, and a calibration of these scores."""
    table = evaluate(
        read_sources(lineage.answers, lineage.models), lineage.pairs, lineage.models
    ).table
    _, kept = calibrations.make(table, name="made", title="Recorded answers", protocols={})
    calibration = calibrations.from_bytes(kept, "made")
    labelled = calibration.labelled["weights"]
    fused = prompt_by_prompt(lineage)
    sides = zip(labelled.reference, labelled.suspect, strict=True)
    pairs = [(fused.models.index(a), fused.models.index(b)) for a, b in sides]
    panels = [fused.scorer.panels.panel(*pair) for pair in pairs]
    terms = centred_many(fused.tables, pairs, panels).T
    return Examined(terms, labelled, systems_of(labelled, "weights"))


def _freeze(examined: Examined, kin: Cluster) -> Frozen:
    labelled = examined.labelled
    apart = np.array([not (families & kin) for families in labelled.families])
    unrelated = np.flatnonzero(apart & (np.array(labelled.label) == UNRELATED))
    low, high = map(float, np.percentile(examined.terms[unrelated], CUT))
    spreads = [
        spread_of(*(float(part[i]) for part in _limits(labelled))) for i in unrelated.tolist()
    ]
    spread = float(np.sqrt(np.mean(np.square(spreads))))

    def level(score: float) -> str:
        return judge(examined.systems, measured_with(score, spread), kin).level or "none"

    return Frozen(low, high, steps_of(level, low, high))


def _limits(labelled: Labelled) -> tuple[Floats, Floats, Floats, Floats]:
    return labelled.low, labelled.high, labelled.panel_low, labelled.panel_high


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
    examined: Examined, frozen: Mapping[Cluster, Frozen], limits: Limits, orders: int
) -> Iterator[Course]:
    """Every pair in every order; pairs that have one level at any score are left out."""
    for pair, (terms, kin) in enumerate(
        zip(examined.terms, examined.labelled.families, strict=True)
    ):
        fixed = frozen[kin]
        for order in range(orders if fixed.steps.edges else 0):
            dice = np.random.default_rng(seed_from("order of prompts", pair, order))
            yield _course(pair, dice.permutation(terms), fixed, limits)


def _course(pair: int, terms: Floats, fixed: Frozen, limits: Limits) -> Course:
    cut = np.clip(terms, fixed.low, fixed.high)
    final = fixed.steps.at(float(cut.mean()))
    for prompts, (low, high) in enumerate(limits(cut, fixed), 1):
        if settled(fixed.steps.at, float(low), float(high)):
            return Course(pair, prompts, fixed.steps.at(float(low)), final, terms[:prompts])
    return Course(pair, len(terms), final, final, terms)


def _line(examined: Examined, courses: Sequence[Course], whole: Mapping[int, Level]) -> str:
    prompts = [course.prompts for course in courses]
    low, middle, high = np.percentile(prompts, [25, 50, 75])
    called = [_called(course.stopped) for course in courses]
    compared = [whole.get(course.pair, NEUTRAL) for course in courses]
    return (
        f"median {middle:.0f} prompts ({low:.0f} to {high:.0f} the middle half), all of them in "
        f"{sum(n == examined.terms.shape[1] for n in prompts)}; another level than all prompts give by "
        f"the same rule {sum(c.stopped != c.final for c in courses)} of {len(courses)}, than a "
        f"comparison of all prompts gives "
        f"{sum(c.stopped != one for c, one in zip(courses, compared, strict=True))}; support for "
        f"derivation when settled {sum(called)}, in a comparison of all prompts "
        f"{sum(map(_called, compared))}"
    )


def _called(level: str) -> bool:
    return side(level) > 0  # type: ignore[arg-type]


def _alone(examined: Examined, courses: Sequence[Course]) -> str:
    """How a comparison of nothing but the prompts asked reads; the first order of every pair."""
    first = {course.pair: course for course in reversed(courses)}
    found = [(one.stopped, _level_of_asked(examined, one)) for one in first.values()]
    return (
        f"the settled level in {sum(a == b for a, b in found)} of {len(found)}; support for derivation "
        f"where that was settled in {sum(_called(a) and _called(b) for a, b in found)} of "
        f"{sum(_called(a) for a, _ in found)}, where it was not in "
        f"{sum(not _called(a) and _called(b) for a, b in found)}"
    )


def _level_of_asked(examined: Examined, course: Course) -> str:
    known = measured_at(examined.labelled, course.pair)
    prompts = float(course.asked.std(ddof=1) / np.sqrt(len(course.asked)))
    panel = spread_of(known.score, known.score, known.panel_low, known.panel_high)
    measured = measured_with(float(course.asked.mean()), float(np.hypot(prompts, panel)))
    kin = examined.labelled.families[course.pair]
    return judge(examined.systems, measured, kin).level or NEUTRAL
