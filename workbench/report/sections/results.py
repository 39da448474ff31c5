"""Every metric with the controls beside the suspect; a missing one has its line."""

from workbench.records import EvidenceLine, NoScore, PairScore, Score
from workbench.report.blocks import (
    Block,
    Column,
    Figure,
    Heading,
    Material,
    Paragraph,
    Table,
)
from workbench.report.numbers import decimals_for, interval, number
from workbench.report.sections import passages, stacks
from workbench.report.wording import Words, name, own, recorded, say

P_DECIMALS = 3


def blocks(material: Material) -> list[Block]:
    """Write the results."""
    lines = material.comparison.lines
    if not lines:
        return [Paragraph(own("No metric was planned, so there are no results."))]
    return [
        Heading(own("Overview")),
        _overview(lines),
        *(Figure(exhibit) for exhibit in material.exhibits if exhibit.question is None),
        *(block for line in lines for block in _by_metric(line)),
        *passages.blocks(material),
        *stacks.blocks(material),
    ]


def _overview(lines: tuple[EvidenceLine, ...]) -> Table:
    return Table(
        own("Every metric: the suspect's centred score and its place among the controls"),
        (
            Column(own("Metric"), share=3),
            Column(own("Centred score"), "number"),
            Column(own("95 % interval"), "number"),
            Column(own("Highest control"), "number"),
            Column(own("Rank"), "number"),
            Column(own("Rank p-value"), "number"),
        ),
        tuple(_overview_row(line) for line in lines),
    )


def _overview_row(line: EvidenceLine) -> tuple[Words, ...]:
    match line.suspect.centred:
        case NoScore(reason=reason):
            return recorded(line.title), say("not computed: {reason}", reason=recorded(reason))
        case Score() as score:
            decimals = decimals_for([score, *(pair.centred for pair in line.controls)])
            return (
                recorded(line.title),
                own(number(score.value, decimals, signed=True)),
                own(interval(score, decimals, signed=True)),
                own(_highest(line, decimals)),
                own(_rank(line, line.suspect)),
                own("not ranked" if line.rank_p is None else number(line.rank_p, P_DECIMALS)),
            )


def _highest(line: EvidenceLine, decimals: int) -> str:
    values = [pair.centred.value for pair in line.controls if isinstance(pair.centred, Score)]
    return number(max(values), decimals, signed=True) if values else "none"


def _rank(line: EvidenceLine, pair: PairScore) -> str:
    """Place by centred score among all that have one; equals share the better place."""
    pairs = (line.suspect, *line.controls)
    values = [other.centred.value for other in pairs if isinstance(other.centred, Score)]
    if line.rank_p is None or not isinstance(pair.centred, Score):
        return "none"
    return f"{1 + sum(value > pair.centred.value for value in values)} of {len(values)}"


def _by_metric(line: EvidenceLine) -> list[Block]:
    table = Table(
        say("{title}: raw scores in {unit}", title=recorded(line.title), unit=recorded(line.unit)),
        (
            Column(own("Role")),
            Column(own("Model"), "code", 1),
            Column(own("Raw score"), "number"),
            Column(own("95 % interval"), "number"),
            Column(own("Centred"), "number"),
            Column(own("95 % interval"), "number"),
            Column(own("Probes"), "number"),
            Column(own("Rank"), "number"),
        ),
        tuple(_pair_row(line, pair) for pair in (line.suspect, *line.controls)),
        strong_rows=(0,),
    )
    head = Heading(recorded(line.title)), Paragraph(_reading(line), weight="lead")
    return [*head] if _one_reason(line) else [*head, table]


def _one_reason(line: EvidenceLine) -> bool:
    """Whether no model has a score, all for the same reason: one sentence says it."""
    pairs = (line.suspect, *line.controls)
    reasons = {pair.raw.reason if isinstance(pair.raw, NoScore) else None for pair in pairs}
    return len(reasons) == 1 and None not in reasons


def _reading(line: EvidenceLine) -> Words:
    if isinstance(line.suspect.centred, NoScore):
        return say(
            "Not computed for the suspect{controls}: {reason}. This says nothing for or against "
            "either proposition.",
            controls=own(" and every control" if _one_reason(line) else ""),
            reason=recorded(line.suspect.centred.reason.rstrip(".")),
        )
    if line.above_every_control is None or line.rank_p is None:
        return say(
            "The suspect has a score and could not be ranked among the controls.{limits}",
            limits=own(_limits(line.suspect)),
        )
    place = "above every control" if line.above_every_control else "not above every control"
    return say(
        "The suspect's centred score is {place}; rank p-value {p}. {direction}{limits}{test}",
        place=own(place),
        p=own(number(line.rank_p, P_DECIMALS)),
        direction=own(
            "The raw score is a similarity: higher is more alike."
            if line.direction == "similarity"
            else "The raw score is a distance: lower is more alike. The centred score is turned."
        ),
        limits=own(_limits(line.suspect)),
        test=own(_own_test(line.suspect)),
    )


def _limits(suspect: PairScore) -> str:
    """Say that a value is known within limits, where it is."""
    score = suspect.raw
    if isinstance(score, NoScore) or score.least is None or score.most is None:
        return ""
    decimals = decimals_for([score])
    return (
        " Part of the distributions was not shown or not settled, so that the suspect's raw score "
        f"is an estimate and lies between {number(score.least, decimals)} and "
        f"{number(score.most, decimals)}; the intervals reach around both limits, and nothing is "
        "ranked whose limits overlap."
    )


def _own_test(suspect: PairScore) -> str:
    if isinstance(suspect.raw, NoScore) or suspect.raw.p is None:
        return ""
    return (
        f" The metric's own test, that suspect and reference answer alike, gives p = "
        f"{number(suspect.raw.p, P_DECIMALS + 1)}; this does not bear on derivation."
    )


def _pair_row(line: EvidenceLine, pair: PairScore) -> tuple[Words, ...]:
    who = (own(pair.role), name(pair.model))
    if isinstance(pair.raw, NoScore):
        return (*who, say("not computed: {reason}", reason=recorded(pair.raw.reason)))
    pairs = (line.suspect, *line.controls)
    raw_decimals = decimals_for(other.raw for other in pairs)
    raw = (own(number(pair.raw.value, raw_decimals)), own(interval(pair.raw, raw_decimals)))
    if isinstance(pair.centred, NoScore):
        return (*who, *raw, say("not computed: {reason}", reason=recorded(pair.centred.reason)))
    decimals = decimals_for(other.centred for other in pairs)
    return (
        *who,
        *raw,
        own(number(pair.centred.value, decimals, signed=True)),
        own(interval(pair.centred, decimals, signed=True)),
        own(str(pair.centred.n)),
        own(_rank(line, pair)),
    )
