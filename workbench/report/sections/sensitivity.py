"""Within the evaluation: how far a question's score hangs on a pack, a control, or the decoding."""

from collections.abc import Sequence

from workbench.records import Comparison, Opinion, Plan, QuestionFinding, QuestionScore, Without
from workbench.report.blocks import Block, Column, Paragraph, Table
from workbench.report.contents import at
from workbench.report.numbers import number
from workbench.report.wording import Words, joined, name, own, recorded, say

DECIMALS = 2
OTHER_DECODING = (
    "Other decoding was not tested: all models were asked under the settings of {methods}, "
    "and under no others."
)


def finding_of(comparison: Comparison, opinion: Opinion) -> QuestionFinding | None:
    """What was measured for an opinion; None where nothing was."""
    own_level = [
        finding
        for finding in comparison.questions
        if finding.question == opinion.question
        and opinion.access in (None, finding.protocol.access)
        and isinstance(finding.score, QuestionScore)
    ]
    return own_level[-1] if own_level else None


def blocks(comparison: Comparison, opinion: Opinion, plan: Plan) -> list[Block]:
    """Write the lowest and the highest score with one pack, and with one control, left out.

    Then the score under another decoding.
    """
    finding = finding_of(comparison, opinion)
    decoding = Paragraph(_decoding(plan, finding), weight="small")
    if finding is None or not finding.without:
        return [
            Paragraph(own("How far the score hangs on one pack or one control is not known.")),
            decoding,
        ]
    return [*_left_out(finding), decoding]


def _decoding(plan: Plan, finding: QuestionFinding | None) -> Words:
    """Set the score from answers at the plan's other temperature beside the planned one."""
    if plan.other_temperature is None:
        return own(OTHER_DECODING.format(methods=at("methods")))
    asked = own(
        f"Packs of texts were asked once more at temperature {plan.other_temperature:g}, and "
        "those answers count in no score. "
    )
    other = (
        next((one for one in finding.without if one.kind == "decoding"), None) if finding else None
    )
    if finding is None or other is None:
        return asked + own("There is no score that one of theirs could be set beside.")
    if other.score is None:
        return asked + say("This score has no other beside it: {why}.", why=recorded(other.reason))
    return asked + own(
        f"From them alone, beside the same controls, the score is "
        f"{number(other.score, DECIMALS, signed=True)}; under the planned decoding it is "
        f"{_scored(finding.score)}. No likelihood ratio is given for the other score, because a "
        "calibration speaks for the planned decoding only."
    )


def _left_out(finding: QuestionFinding) -> list[Block]:
    packs = [one for one in finding.without if one.kind == "pack"]
    controls = [one for one in finding.without if one.kind == "control"]
    rows = (*_row("one pack", packs), *_row("one control", controls))
    return [
        Table(
            say(
                "The score with one pack or one control left out; with all of them it is {score}",
                score=own(_scored(finding.score)),
            ),
            (
                Column(own("Left out")),
                Column(own("Lowest"), "number"),
                Column(own("without"), "code", 1),
                Column(own("Highest"), "number"),
                Column(own("without"), "code", 1),
                Column(own("No score"), "number"),
            ),
            rows,
        ),
        Paragraph(
            own(
                "Leaving out a pack measures slopes and units on the other packs again; what "
                "is rare among all answers, and what length explains of a habit, stay as they "
                "are. Leaving out a control leaves the units as they are. No likelihood ratio "
                "is given for these scores: the calibration speaks for all packs together. "
                f"Each stands in {at('appendix')}."
            ),
            weight="small",
        ),
    ]


def _scored(score: object) -> str:
    assert isinstance(score, QuestionScore)  # noqa: S101 - `finding_of` has checked
    return number(score.score, DECIMALS, signed=True)


def _row(what: str, left: Sequence[Without]) -> list[tuple[Words, ...]]:
    known = sorted((one.score, one.name) for one in left if one.score is not None)
    if not left:
        return []
    if not known:
        return [(own(what), say("none could be computed: {why}", why=recorded(left[0].reason)))]
    (low, lowest), (high, highest) = known[0], known[-1]
    return [
        (
            own(what),
            own(number(low, DECIMALS, signed=True)),
            name(lowest),
            own(number(high, DECIMALS, signed=True)),
            name(highest),
            own(str(len(left) - len(known))),
        )
    ]


def tables(findings: Sequence[QuestionFinding]) -> list[Block]:
    """Every score under one change, and why some are missing."""
    shown = [finding for finding in findings if finding.without]
    if not shown:
        return []
    left = {(one.kind, one.name): one for finding in shown for one in finding.without}
    return [
        Table(
            own(
                "Scores with one pack or control left out, or of answers at another temperature alone"
            ),
            (
                Column(own("Changed")),
                Column(own("Name"), "code", 1),
                *(
                    Column(own(f"{finding.question}, {finding.protocol.access}"), "number")
                    for finding in shown
                ),
            ),
            tuple(
                (own(kind), name(what), *(_cell(finding, kind, what) for finding in shown))
                for kind, what in left
            ),
        ),
        *_reasons(shown),
    ]


def _cell(finding: QuestionFinding, kind: str, what: str) -> Words:
    found = next((one for one in finding.without if (one.kind, one.name) == (kind, what)), None)
    if found is None:
        return own("no part")
    return own("none" if found.score is None else number(found.score, DECIMALS, signed=True))


def _reasons(findings: Sequence[QuestionFinding]) -> list[Block]:
    reasons = dict.fromkeys(
        one.reason for finding in findings for one in finding.without if one.score is None
    )
    if not reasons:
        return []
    listed = joined((recorded(reason) for reason in reasons), "; ")
    return [Paragraph(say("Why there is no score: {reasons}.", reasons=listed), weight="small")]
