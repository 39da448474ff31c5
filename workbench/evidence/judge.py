"""One pair's score → likelihood ratios against every alternative, and the level they bear together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.evidence.labelled import Cluster, Floats, Labelled
from workbench.evidence.levels import LEVELS, level_of
from workbench.evidence.propositions import ALTERNATIVES
from workbench.evidence.system import Z_95, System, spread_of
from workbench.records import Alternative, Level, Question, Weighing

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
        """Standard deviation over prompts and panels.

        Half of a panel drawn without replacement varies about the whole as the whole varies about the
        population.
        """
        return spread_of(self.low, self.high, self.panel_low, self.panel_high)


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
    weighings = tuple(_weighing(system, measured, kin) for system in systems.values())
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


def _weighing(system: System, measured: Measured, kin: Cluster) -> Weighing:
    if reason := system.hindrance(kin):
        return Weighing(system.alternative, families=system.families, reason=reason)
    value = float(system.bounded(np.array(system.unbounded(measured.score, kin))))
    spread = spread_of(measured.low, measured.high, measured.panel_low, measured.panel_high)
    low, high = system.interval(measured.score, spread, kin)
    low, high = min(low, value), max(high, value)
    least, most = system.bounds
    return Weighing(
        alternative=system.alternative,
        log10_lr=value,
        low=low,
        high=high,
        least=least,
        most=most,
        level=level_of(value, low, high),
        families=system.families,
    )


def levels_held_out(labelled: Labelled, systems: Systems) -> dict[int, Level]:
    """Level of every labelled pair that can be judged without its kin."""
    found = {}
    for index, kin in enumerate(labelled.families):
        measured = measured_at(labelled, index)
        if measured.usable and (level := judge(systems, measured, kin).level) is not None:
            found[index] = level
    return found


def headline_held_out(labelled: Labelled, systems: Systems) -> Floats:
    """Smallest bounded log10 likelihood ratio over tested alternatives, shape (pairs,); NaN: none."""
    tested = [
        system.bounded(system.held_out) for system in systems.values() if not system.hindrance()
    ]
    if not tested:
        return np.full(len(labelled), np.nan)
    every = np.stack(tested)
    least = np.where(np.isfinite(every), every, np.inf).min(0)
    return np.where(np.isfinite(least), least, np.nan)
