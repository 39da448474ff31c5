"""What may be said of a comparison: one opinion per question, and neither speaks for the other."""

from collections.abc import Sequence

from workbench.evidence import wording
from workbench.evidence.propositions import ALTERNATIVES, DERIVED
from workbench.records import EvidenceLine, NoScore, Opinion, Status, Verdict

FEW_FAMILIES = 20
"""With fewer controls a score depends much on who is on the panel (docs/methods.md, "Control panel").
"""


def conclude(
    reference: str,
    suspect: str,
    lines: Sequence[EvidenceLine],
    controls: int,
    opinions: Sequence[Opinion] = (),
) -> Verdict:
    """Say what the evidence lines and the opinions allow to be said.

    Args:
        reference: Name of the reference.
        suspect: Name of the suspect.
        lines: One per metric.
        controls: Independent families in the panel.
        opinions: One per question that has a score; none if no question has.

    Returns:
        `not comparable` if no metric could be computed; else the status that says most of any opinion,
        and every opinion in words.
    """
    computed = [line for line in lines if not isinstance(line.suspect.raw, NoScore)]
    status = _status(bool(computed), opinions)
    said = tuple(opinions) if computed else ()
    return Verdict(
        status=status,
        wording=_wording(status, said),
        reasons=tuple(_reasons(lines, controls, said)) if computed else tuple(_absences(lines)),
        proposition=" Or: ".join(item.about(reference, suspect) for item in DERIVED.values()),
        alternative=ALTERNATIVES[0].about(reference, suspect),
        untested=tuple(_untested(reference, suspect, said)),
        opinions=said,
    )


def common_reasons(verdict: Verdict) -> tuple[str, ...]:
    """Reasons that belong to no single question."""
    single = {reason for opinion in verdict.opinions for reason in opinion.reasons}
    return tuple(reason for reason in verdict.reasons if reason not in single)


def _status(comparable: bool, opinions: Sequence[Opinion]) -> Status:
    if not comparable:
        return "not comparable"
    order: tuple[Status, ...] = ("evaluated", "no evaluative opinion", "inconclusive")
    return next((s for s in order if any(o.status == s for o in opinions)), "inconclusive")


def _wording(status: Status, opinions: Sequence[Opinion]) -> str:
    if status == "not comparable":
        return wording.not_comparable("the two models gave nothing that can be compared")
    if not opinions:
        return wording.not_calibrated()
    if (
        not any(opinion.calibration for opinion in opinions)
        and len({o.wording for o in opinions}) == 1
    ):
        return opinions[0].wording
    return " ".join(f"{wording.QUESTION_WORDS[o.question]} {o.wording}" for o in opinions)


def _reasons(
    lines: Sequence[EvidenceLine], controls: int, opinions: Sequence[Opinion]
) -> list[str]:
    reasons = list(dict.fromkeys(reason for opinion in opinions for reason in opinion.reasons))
    scored = [opinion for opinion in opinions if opinion.score is not None]
    if not any(opinion.calibration for opinion in scored) and (scored or not opinions):
        reasons.insert(
            0,
            "No calibration exists for these packs, metrics, decoding and controls, so the strength of "
            "the evidence cannot be stated.",
        )
    if controls < FEW_FAMILIES:
        reasons.append(
            f"The control panel holds {controls} independent families; with fewer than {FEW_FAMILIES} "
            "a score depends much on which they are, and its interval is wide."
        )
    return reasons + _absences(lines)


def _untested(reference: str, suspect: str, opinions: Sequence[Opinion]) -> list[str]:
    tested = {w.alternative for o in opinions for w in o.weighings if w.log10_lr is not None}
    return [
        f"{item.about(reference, suspect)} Not tested: there are no labelled {item.needs}."
        for item in ALTERNATIVES[1:]
        if item.key not in tested
    ]


def _absences(lines: Sequence[EvidenceLine]) -> list[str]:
    absent: list[str] = []
    for line in lines:
        for score in (line.suspect.raw, line.suspect.centred):
            if isinstance(score, NoScore):
                absent.append(f"{line.title}: {score.reason}.")
                break
    return absent
