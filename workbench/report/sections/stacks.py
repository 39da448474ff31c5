"""Within the results: what serving the same weights another way changes by itself."""

from workbench.records import AnyScore, NoScore, StackFloor
from workbench.report.blocks import Block, Column, Heading, Material, Paragraph, Table
from workbench.report.numbers import decimals_for, interval, number
from workbench.report.wording import Words, own, recorded, say


def blocks(material: Material) -> list[Block]:
    """Write the serving-stack control, where there is one."""
    floors = material.comparison.stacks
    if not floors:
        return []
    return [
        Heading(own("Serving-stack control")),
        Paragraph(
            own(
                "The reference beside weights declared to be its own, served by another program. "
                "What differs here comes from serving alone: it is a noise floor, and a "
                "difference between two models that is no larger says nothing about their weights."
            )
        ),
        *(_table(material, floor) for floor in floors),
    ]


def _table(material: Material, floor: StackFloor) -> Table:
    titles = {line.metric: line.title for line in material.comparison.lines}
    rows = [(own("Log-probabilities of next tokens, mean difference in nats"), floor.difference)]
    rows += [(recorded(titles.get(score.metric, score.metric)), score) for score in floor.scores]
    return Table(
        say("{reference} and {stack}", reference=material.comparison.reference, stack=floor.model),
        (
            Column(own("Measure"), share=3),
            Column(own("Value"), "number"),
            Column(own("95 % interval"), "number"),
            Column(own("Probes"), "number"),
        ),
        tuple(_row(title, score) for title, score in rows),
    )


def _row(title: Words, score: AnyScore) -> tuple[Words, ...]:
    if isinstance(score, NoScore):
        return title, say("not computed: {reason}", reason=recorded(score.reason))
    decimals = decimals_for([score])
    return (
        title,
        own(number(score.value, decimals)),
        own(interval(score, decimals)),
        own(str(score.n)),
    )
