"""Question scores of a case and calibrations at hand → what may be said of each question."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.evidence.gates import case_gates
from workbench.evidence.judge import Measured, judge
from workbench.evidence.levels import NEUTRAL, side
from workbench.evidence.protocols import calibrated_for
from workbench.evidence.weighing import (
    Asked,
    Calibration,
    nothing_to_weigh,
    uncalibrated,
    unscored,
    weigh,
)
from workbench.records import QUESTIONS, NoScore, Opinion, QuestionFinding, QuestionScore

RICHEST_FIRST = ("logits", "text")


def opinions(
    reference: str,
    suspect: str,
    findings: Sequence[QuestionFinding],
    calibrations: Sequence[Calibration],
) -> tuple[Opinion, ...]:
    """Say what the scores of one suspect are worth.

    Args:
        reference: Name of the reference.
        suspect: Name of the suspect.
        findings: Each question at each level of access.
        calibrations: Those at hand.

    Returns:
        One opinion per question that was measured: of the richest level of access that a calibration is
        of, or without a number if there is none.
    """
    ordered = sorted(findings, key=lambda one: RICHEST_FIRST.index(one.protocol.access))
    return tuple(
        _opinion(Asked(question, reference, suspect), own, calibrations)
        for question in QUESTIONS
        if (own := [one for one in ordered if one.question == question])
    )


def _opinion(
    asked: Asked, findings: Sequence[QuestionFinding], calibrations: Sequence[Calibration]
) -> Opinion:
    apart: dict[str, None] = {}
    measured: Measured | None = None
    for finding in findings:
        if isinstance(finding.score, NoScore):
            continue
        measured = measured or _measured(finding.score)
        calibration, reasons = calibrated_for(finding.protocol, asked.question, calibrations)
        if calibration is not None:
            return _weighed(asked, finding, finding.score, calibration)
        apart |= dict.fromkeys(reasons)
    if measured is None:
        absent = [one.score.reason for one in findings if isinstance(one.score, NoScore)]
        reason = "; ".join(dict.fromkeys(absent))
        if any(one.prompts for one in findings):
            return unscored(asked, reason)
        return nothing_to_weigh(asked, reason)
    return uncalibrated(asked, measured, tuple(apart))


def _weighed(
    asked: Asked, finding: QuestionFinding, score: QuestionScore, calibration: Calibration
) -> Opinion:
    gates = case_gates(
        asked.question,
        controls=len(finding.controls),
        fewest_controls=calibration.figures.fewest_controls,
        called_controls=_called(asked, finding, score, calibration),
        missing_reference=_missing(finding.missing_reference),
        missing_suspect=_missing(finding.missing_suspect),
    )
    opinion = weigh(asked, _measured(score), calibration, gates)
    return replace(opinion, access=finding.protocol.access)


def _missing(share: float | None) -> float:
    """Where nothing was planned that could be answered, everything is missing."""
    return 1.0 if share is None else share


def _called(
    asked: Asked, finding: QuestionFinding, score: QuestionScore, calibration: Calibration
) -> int:
    """Controls that would be called derived, each with the suspect's spread about its own score."""
    systems = calibration.systems[asked.question]
    called = 0
    for control, value in zip(finding.controls, score.controls, strict=True):
        kin = calibration.kin(asked.question, [asked.reference, control], frozenset())
        level = judge(systems, _measured(score, value - score.score), kin).level
        called += side(level or NEUTRAL) > 0
    return called


def _measured(score: QuestionScore, shift: float = 0.0) -> Measured:
    return Measured(
        score.score + shift,
        score.low + shift,
        score.high + shift,
        score.panel_low + shift,
        score.panel_high + shift,
        score.raw + shift,
    )
