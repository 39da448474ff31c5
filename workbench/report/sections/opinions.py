"""Within the evaluation: one question, from its answer in words to the conditions behind it.

The pages show these blocks, too.
"""

from workbench.evidence.wording import headline_words, untested
from workbench.records import Comparison, Opinion
from workbench.report.blocks import Block, Figure, KeyValues, Paragraph, Points
from workbench.report.exhibits import Exhibit
from workbench.report.numbers import number
from workbench.report.sections import weighed
from workbench.report.sections.weighed import Said
from workbench.report.wording import Words, name, own, recorded, say


def reasons(comparison: Comparison, opinion: Opinion, said: Said) -> tuple[Words, ...]:
    """What stands behind the answer, less what the table of alternatives says.

    Where nothing was calibrated they list what differs from other people's calibrations, whose names
    may be anything.
    """
    if opinion.calibration is None:
        return tuple(recorded(reason) for reason in opinion.reasons)
    tabled = {
        untested(item, comparison.reference, comparison.suspect)
        for item in opinion.weighings
        if item.ratio is None
    }
    return tuple(said(reason) for reason in opinion.reasons if reason not in tabled)


def figures(opinion: Opinion) -> KeyValues:
    """The numbers of an answer that stand by themselves, and where they come from."""
    rows: list[tuple[Words, Words]] = [(own("Status"), own(opinion.status))]
    if opinion.level is not None:
        rows.append((own("Level"), own(opinion.level)))
    if ratio := headline_words(opinion):
        rows.append((own("Likelihood ratio"), own(ratio)))
    if opinion.score is not None and opinion.low is not None and opinion.high is not None:
        rows.append((own("Score"), _score(opinion.score, opinion.low, opinion.high)))
    if opinion.access is not None:
        rows.append((own("Access level"), own(opinion.access)))
    rows.append((own("Calibration"), _calibration(opinion)))
    return KeyValues(tuple(rows))


def _score(value: float, low: float, high: float) -> Words:
    shown, least, most = (number(item, 2, signed=True) for item in (value, low, high))
    return own(
        f"{shown} (95 % interval over prompts {least} to {most}); 0 is what unrelated models reach on "
        "average, 1 their spread"
    )


def _calibration(opinion: Opinion) -> Words:
    if opinion.calibration is None or opinion.calibration_digest is None:
        return own("none")
    return say(
        "{name}, {digest}", name=opinion.calibration, digest=name(opinion.calibration_digest)
    )


def details(
    comparison: Comparison, opinion: Opinion, exhibit: Exhibit | None, said: Said
) -> list[Block]:
    """Everything that was weighed, measured and required for one question."""
    return [
        *([weighed.weighings(comparison, opinion, said)] * bool(opinion.weighings)),
        *([] if exhibit is None else [Figure(exhibit)]),
        *weighed.lattice(opinion),
        *weighed.gates(opinion, said),
    ]


def blocks(
    comparison: Comparison, opinion: Opinion, exhibit: Exhibit | None, said: Said
) -> list[Block]:
    """Write one question's part, after its heading."""
    why = reasons(comparison, opinion, said)
    return [
        Paragraph(said(opinion.wording), weight="answer"),
        figures(opinion),
        *([Points(why)] * bool(why)),
        *details(comparison, opinion, exhibit, said),
    ]
