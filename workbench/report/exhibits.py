"""Figures that are evidence: built once from a comparison, shown unchanged in browser and PDF.

In the browser: `st.altair_chart(exhibit.chart, theme=None)` with caption and alt text; in the PDF:
`svg(exhibit)`. A metric that could not be computed is named in words, never drawn as zero.
"""

from collections.abc import Sequence

from workbench.records import Comparison, Question
from workbench.report.figures.beside_controls import beside_controls
from workbench.report.figures.exhibit import Exhibit
from workbench.report.figures.ladder import ladder
from workbench.report.figures.per_probe import per_probe

__all__ = ["RESULTS", "Exhibit", "beside_controls", "exhibit_of", "exhibits", "ladder", "per_probe"]

RESULTS = (beside_controls, per_probe)
"""Exhibits of every comparison, in the order of their numbers; those of questions follow."""


def exhibits(comparison: Comparison) -> tuple[Exhibit, ...]:
    """Draw every exhibit of a comparison: its results, then one for each question that was weighed."""
    weighed = [
        opinion
        for opinion in comparison.verdict.opinions
        if any(item.ratio is not None for item in opinion.weighings)
    ]
    return (
        *(draw(comparison) for draw in RESULTS),
        *(ladder(comparison, opinion, n) for n, opinion in enumerate(weighed, len(RESULTS) + 1)),
    )


def exhibit_of(drawn: Sequence[Exhibit], question: Question) -> Exhibit | None:
    """Find the exhibit that weighs a question; None where nothing was weighed."""
    return next((exhibit for exhibit in drawn if exhibit.question == question), None)
