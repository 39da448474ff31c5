"""One pair's score → likelihood ratios against every alternative, and the level they bear together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evidence.labelled import Cluster, Floats, Labelled
from workbench.evidence.levels import LEVELS, level_of
from workbench.evidence.propositions import ALTERNATIVES
from workbench.evidence.system import System
from workbench.records import Alternative, Level, Question, Weighing

Z_95, Z_90 = 1.959964, 1.644854

Systems = Mapping[Alternative, System]


@dataclass(frozen=True, slots=True)
class Measured:
    """A pair's score by one question, with what is known of its spread."""

    score: float
    low: float
    """95 % interval over prompts."""
    high: float
    panel_low: float
    """5th and 95th percentile over random half-panels; equal to the score where unknown."""
    panel_high: float
    raw: float | None = None
    """With length and layout left in."""

    @property
    def usable(self) -> bool:
        """Whether every number is one."""
        numbers = (self.score, self.low, self.high, self.panel_low, self.panel_high)
        return bool(np.isfinite(numbers).all())

    @property
    def spread(self) -> float:
        """Standard deviation over prompts and panels."""
        return spread_of(self.low, self.high, self.panel_low, self.panel_high)


def spread_of(low: float, high: float, panel_low: float, panel_high: float) -> float:
    """Standard deviation of a score over prompts and panels.

    Args:
        low: Lower limit of its 95 % interval over prompts.
        high: Upper limit.
        panel_low: Its 5th percentile over random half-panels.
        panel_high: Its 95th. Half of a panel drawn without replacement varies about the whole as the
            whole varies about the population.
    """
    prompts = (high - low) / (2 * Z_95)
    panel = (panel_high - panel_low) / (2 * Z_90)
    return float(np.hypot(prompts, panel))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the alternatives together allow to be said of one pair."""

    weighings: tuple[Weighing, ...]
    headline: Weighing | None
    """Of the tested alternatives the one with the smallest likelihood ratio."""
    level: Level | None
    """The least favourable to derivation of all tested alternatives; None if none was tested."""


def systems_of(labelled: Labelled, question: Question) -> dict[Alternative, System]:
    """One system for every alternative, the untestable ones too."""
    return {item.key: System(labelled, question, item.key) for item in ALTERNATIVES}


def measured_at(labelled: Labelled, index: int) -> Measured:
    """A labelled pair's score, as that of a pair in question."""
    raw = float(labelled.raw[index])
    return Measured(
        float(labelled.score[index]),
        float(labelled.low[index]),
        float(labelled.high[index]),
        float(labelled.panel_low[index]),
        float(labelled.panel_high[index]),
        raw if np.isfinite(raw) else None,
    )


def judge(systems: Systems, measured: Measured, kin: Cluster) -> Judged:
    """Weigh a score against every alternative.

    Args:
        systems: One for each alternative.
        measured: The pair's score.
        kin: Families of both sides, set aside wherever they occur.

    Returns:
        Weighings in the order of `ALTERNATIVES`, and what they come to.
    """
    return judge_all(systems, [measured], kin)[0]


def judge_all(systems: Systems, measured: Sequence[Measured], kin: Cluster) -> list[Judged]:
    """Weigh the scores of several pairs of the same families; otherwise as `judge`."""
    found = [_weighings(system, measured, kin) for system in systems.values()]
    return [_together(weighings) for weighings in zip(*found, strict=True)]


def _together(weighings: tuple[Weighing, ...]) -> Judged:
    tested = [item for item in weighings if item.log10_lr is not None]
    return Judged(
        weighings,
        min(tested, key=lambda item: item.log10_lr or 0.0, default=None),
        least_favourable(item.level for item in tested),
    )


def measured_with(score: float, spread: float) -> Measured:
    """A score of a known spread, the whole of it put down to prompts.

    Args:
        score: The score.
        spread: Its standard deviation over prompts and panels.
    """
    half = Z_95 * spread
    return Measured(score, score - half, score + half, score, score)


def least_favourable(levels: Iterable[Level | None]) -> Level | None:
    """Of several levels the one that says least for derivation, or most against it."""
    known = [level for level in levels if level is not None]
    return max(known, key=LEVELS.index, default=None)


def _weighings(system: System, measured: Sequence[Measured], kin: Cluster) -> list[Weighing]:
    families = system.families(kin)
    if reason := system.hindrance(kin):
        untested = Weighing(system.alternative, families=families, reason=reason)
        return [untested] * len(measured)
    scores = np.array([one.score for one in measured])
    values = system.bounded(system.unbounded(scores, kin), kin)
    limits = system.intervals(scores, np.array([one.spread for one in measured]), kin)
    least, most = system.bounds(kin).tightest
    return [
        Weighing(
            alternative=system.alternative,
            log10_lr=value,
            low=min(low, value),
            high=max(high, value),
            least=least,
            most=most,
            level=level_of(value, min(low, value), max(high, value)),
            families=families,
        )
        for value, (low, high) in zip(values.tolist(), limits.tolist(), strict=True)
    ]


def levels_held_out(labelled: Labelled, systems: Systems) -> dict[int, Level]:
    """Level of every labelled pair that can be judged without its kin."""
    found: dict[int, Level] = {}
    for kin, here in labelled.by_families():
        measured = {int(i): measured_at(labelled, i) for i in here}
        usable = {i: one for i, one in measured.items() if one.usable}
        judged = judge_all(systems, list(usable.values()), kin)
        levels = {i: one.level for i, one in zip(usable, judged, strict=True)}
        found |= {i: level for i, level in levels.items() if level is not None}
    return dict(sorted(found.items()))


def headline_held_out(labelled: Labelled, systems: Systems) -> Floats:
    """Smallest bounded log10 likelihood ratio over tested alternatives, shape (pairs,); NaN: none."""
    tested = [system.bounded_held_out for system in systems.values() if not system.hindrance()]
    if not tested:
        return np.full(len(labelled), np.nan)
    every = np.stack(tested)
    least = np.where(np.isfinite(every), every, np.inf).min(0)
    return np.where(np.isfinite(least), least, np.nan)
