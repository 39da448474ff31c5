"""Full tables: both questions' scores at each level of access, what they hang on, and every probe."""

from statistics import fmean

from workbench.records import EvidenceLine, NoScore, QuestionFinding, QuestionScore
from workbench.report.blocks import Block, Column, Heading, Material, Paragraph, Table
from workbench.report.figures.exhibit import lead_line
from workbench.report.numbers import number
from workbench.report.sections import sensitivity
from workbench.report.wording import Words, joined, name, own, recorded, say

DECIMALS = 2
PROBE_DECIMALS = 4


def blocks(material: Material) -> list[Block]:
    """Write the appendix."""
    findings = material.comparison.questions
    line = lead_line(material.comparison)
    found: list[Block] = []
    if findings:
        found += [Heading(own("Scores of both questions")), _scores(findings), *_left_out(findings)]
        found += sensitivity.tables(findings)
    if line is not None and line.suspect.probes:
        found += [Heading(own("Every probe by the lead metric")), _probes(line)]
    return found or [Paragraph(own("There are no further tables."))]


def _scores(findings: tuple[QuestionFinding, ...]) -> Table:
    return Table(
        own("Each question at each access level; 0 is what unrelated models reach, 1 their spread"),
        (
            Column(own("Question")),
            Column(own("Access")),
            Column(own("Score"), "number"),
            Column(own("95 % interval"), "number"),
            Column(own("Half panels, 5 to 95 %"), "number"),
            Column(own("Rank p"), "number"),
            Column(own("Prompts"), "number"),
            Column(own("Controls, each in the suspect's place"), share=1),
        ),
        tuple(_score(finding) for finding in findings),
    )


def _score(finding: QuestionFinding) -> tuple[Words, ...]:
    head = (own(finding.question), own(finding.protocol.access))
    score = finding.score
    if isinstance(score, NoScore):
        return (*head, say("no score: {reason}", reason=recorded(score.reason)))
    return (
        *head,
        own(_signed(score.score)),
        own(f"{_signed(score.low)} to {_signed(score.high)}"),
        own(f"{_signed(score.panel_low)} to {_signed(score.panel_high)}"),
        own(number(score.p, 3)),
        own(str(finding.prompts)),
        _controls(finding, score),
    )


def _controls(finding: QuestionFinding, score: QuestionScore) -> Words:
    pairs = zip(finding.controls, score.controls, strict=False)
    return joined(say("{model} {value}", model=m, value=own(_signed(v))) for m, v in pairs)


def _signed(value: float) -> str:
    return number(value, DECIMALS, signed=True)


def _left_out(findings: tuple[QuestionFinding, ...]) -> list[Block]:
    rows = tuple(
        (
            own(finding.question),
            own(finding.protocol.access),
            name(one.metric),
            recorded(one.reason),
        )
        for finding in findings
        for one in finding.left_out
    )
    if not rows:
        return []
    return [
        Table(
            own("Metrics about a question that its score is not fused of"),
            (
                Column(own("Question")),
                Column(own("Access")),
                Column(own("Metric"), "code", 1),
                Column(own("Why not"), share=2),
            ),
            rows,
        )
    ]


def _probes(line: EvidenceLine) -> Table:
    controls = [{one.probe_address: one.value for one in pair.probes} for pair in line.controls]
    return Table(
        say(
            "{title} with the reference at every probe, in {unit}",
            title=recorded(line.title),
            unit=recorded(line.unit),
        ),
        (
            Column(own("Probe"), "code", 1),
            Column(own("Suspect"), "number"),
            Column(own("Controls, lowest"), "number"),
            Column(own("mean"), "number"),
            Column(own("highest"), "number"),
        ),
        tuple(
            (
                name(one.probe_address),
                own(number(one.value, PROBE_DECIMALS)),
                *_beside([v[one.probe_address] for v in controls if one.probe_address in v]),
            )
            for one in line.suspect.probes
        ),
    )


def _beside(values: list[float]) -> tuple[Words, ...]:
    if not values:
        return (own("no control has a value"),)
    return tuple(own(number(v, PROBE_DECIMALS)) for v in (min(values), fmean(values), max(values)))
