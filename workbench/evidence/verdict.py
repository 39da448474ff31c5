"""What may be said of a comparison.

A verdict is an evaluation only where a calibration for the very protocol exists; without one the
answer is "inconclusive", whatever the scores look like.
"""

from collections.abc import Sequence

from workbench.evidence.propositions import DERIVED, INDEPENDENT, UNTESTED
from workbench.records import EvidenceLine, NoScore, Status, Verdict

FEW_FAMILIES = 20
"""A panel below this carries no evaluative opinion (docs/methods.md, "Control panel")."""


def conclude(reference: str, suspect: str, lines: Sequence[EvidenceLine], controls: int) -> Verdict:
    """Say what the evidence lines allow to be said.

    Args:
        reference: Name of the reference.
        suspect: Name of the suspect.
        lines: One per metric.
        controls: Independent families in the panel.

    Returns:
        `not comparable` if no metric could be computed, else `inconclusive`: no calibration file
        for any protocol exists yet, so nothing can be evaluated.
    """
    computed = [line for line in lines if not isinstance(line.suspect.raw, NoScore)]
    status, wording = _wording(bool(computed))
    return Verdict(
        status=status,
        wording=wording,
        reasons=tuple(_reasons(lines, controls)) if computed else tuple(_absences(lines)),
        proposition=DERIVED.about(reference, suspect),
        alternative=INDEPENDENT.about(reference, suspect),
        untested=tuple(
            f"{item.about(reference, suspect)} Not tested: the panel holds no {item.needs}."
            for item in UNTESTED
        ),
    )


def _wording(comparable: bool) -> tuple[Status, str]:
    if not comparable:
        return "not comparable", "Not comparable: the two models gave nothing that can be compared."
    return "inconclusive", "Inconclusive: not calibrated for this protocol."


def _reasons(lines: Sequence[EvidenceLine], controls: int) -> list[str]:
    reasons = [
        (
            "No calibration exists for these packs, metrics and decoding, so the strength of the "
            "evidence cannot be stated."
        ),
    ]
    if controls < FEW_FAMILIES:
        reasons.append(
            f"The control panel holds {controls} independent families; an evaluative opinion needs "
            f"at least {FEW_FAMILIES}."
        )
    return reasons + _absences(lines)


def _absences(lines: Sequence[EvidenceLine]) -> list[str]:
    absent: list[str] = []
    for line in lines:
        for score in (line.suspect.raw, line.suspect.centred):
            if isinstance(score, NoScore):
                absent.append(f"{line.title}: {score.reason}.")
                break
    return absent
