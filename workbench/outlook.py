"""What a plan could say at best, before anything is asked: calibrations at hand, and their bounds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.evidence.levels import reachable
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.protocols import calibrated_for
from workbench.evidence.weighing import Calibration
from workbench.packs.uses import text_packs
from workbench.questions.measures import at_level
from workbench.questions.protocols import protocol_of_asked, protocol_of_recorded
from workbench.records import (
    QUESTIONS,
    CalibrationFigures,
    ErrorRate,
    Level,
    Pack,
    Protocol,
    Question,
)

POWER = 0.8
"""Share of derivations of a kind that must reach a level before the kind counts as detected by it."""
LOWEST: Level = "weak support"
"""Power is told at the lowest level that speaks for derivation: no other is reached more often."""


@dataclass(frozen=True, slots=True)
class Power:
    """How often a calibration's own pairs reached the lowest level for derivation, out of fold."""

    unrelated: ErrorRate
    """The false positives."""
    derived: tuple[ErrorRate, ...]
    """Each kind of derivation, the one that was found least often first."""

    @property
    def weakest(self) -> ErrorRate | None:
        """Of the kinds that are detected the one that was found least often; None if none is."""
        return next((one for one in self.derived if one.events >= POWER * one.pairs), None)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be said of one question, whatever comes back."""

    question: Question
    calibration: str | None
    """Name of the calibration that speaks for this protocol; None: the verdict can only be
    inconclusive."""
    apart: tuple[str, ...] = ()
    """Without one: what keeps each calibration at hand from speaking."""
    derived: Level | None = None
    """Furthest level for derivation, against an independent model."""
    independent: Level | None = None
    """Furthest level for the alternative."""
    power: Power | None = None
    """None: no calibration speaks for this protocol, or it holds no such counts."""
    unmet: tuple[str, ...] = ()
    """Conditions that the calibration itself does not meet: then no opinion is given with it."""


def outlooks(
    packs: Sequence[Pack], calibrations: Sequence[Calibration], *, recorded: bool
) -> tuple[Outlook, ...]:
    """Look ahead for each question, at the level of answers, which every model gives.

    Args:
        packs: What is asked, as it will be.
        calibrations: Those at hand.
        recorded: Whether others recorded the answers of every model.

    Returns:
        One outlook for each question. A calibration is taken to fit if everything but its metrics is
        the same and all of its metrics are among those that answers allow: whether each of them can be
        computed shows only when the answers are there.
    """
    counted = text_packs(packs)
    return tuple(_outlook(one, counted, calibrations, recorded=recorded) for one in QUESTIONS)


def _outlook(
    question: Question,
    packs: Sequence[Pack],
    calibrations: Sequence[Calibration],
    *,
    recorded: bool,
) -> Outlook:
    measures = [one for one in at_level("text") if question in one.questions]
    planned = (
        protocol_of_recorded("text", measures, packs)
        if recorded
        else protocol_of_asked("text", measures, packs, 0)
    )
    adapted = [_adapted(one, question, planned) for one in calibrations]
    chosen, apart = calibrated_for(planned, question, adapted)
    if chosen is None:
        at_hand = any(question in one.labelled for one in calibrations)
        return Outlook(question, None, apart if at_hand else ())
    figures = chosen.figures
    derived, independent = reachable(figures.system(question, "independent"))
    gates = [gate for gate in figures.gates if gate.question == question]
    unmet = tuple(gate.words for gate in gates if not gate.passed)
    power = power_of(figures, question)
    return Outlook(question, figures.name, (), derived, independent, power, unmet)


def power_of(figures: CalibrationFigures, question: Question) -> Power | None:
    """Read off a calibration how often it finds derivations, and where there are none.

    Args:
        figures: The calibration's; its counts are of pairs judged without their own families.
        question: Weights or outputs.

    Returns:
        None where no unrelated pair, or no derivation, was counted at the level.

    Source: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd edition: a power
        of 0.8 as the convention. Here it is a share of recorded pairs, not a forecast.
    """
    counts = {
        one.label: one
        for one in figures.errors.get(question, ())
        if one.level == LOWEST and one.pairs
    }
    unrelated = counts.get(UNRELATED)
    derived = [counts[label] for label in DERIVED[question].labels if label in counts]
    if unrelated is None or not derived:
        return None
    return Power(unrelated, tuple(sorted(derived, key=lambda one: one.events / one.pairs)))


def _adapted(calibration: Calibration, question: Question, planned: Protocol) -> Calibration:
    """The calibration as if it were of the planned metrics, if it is of some of them."""
    own = calibration.figures.protocols.get(question)
    if own is None or not set(own.metrics) <= set(planned.metrics):
        return calibration
    same = replace(own, metrics=planned.metrics)
    protocols = {**calibration.figures.protocols, question: same}
    return replace(calibration, figures=replace(calibration.figures, protocols=protocols))
