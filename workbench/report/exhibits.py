"""Figures that are evidence: built once from a comparison, shown unchanged in browser and PDF.

In the browser: `st.vega_lite_chart(exhibit.spec, theme=None)` with caption and alt text; in the PDF:
`svg(exhibit)`. A metric that could not be computed is named in words, never drawn as zero.
"""

from collections.abc import Sequence

from workbench.records import Comparison, Curves, Question, Validated
from workbench.report.figures.beside_controls import beside_controls
from workbench.report.figures.exhibit import Exhibit
from workbench.report.figures.ladder import ladder
from workbench.report.figures.per_probe import per_probe
from workbench.report.figures.validation import reliability, tippett

__all__ = [
    "RESULTS",
    "VALIDATION",
    "Exhibit",
    "beside_controls",
    "exhibit_of",
    "exhibits",
    "ladder",
    "per_probe",
    "reliability",
    "tippett",
]

RESULTS = (beside_controls, per_probe)
"""Exhibits of every comparison, in the order of their numbers; those of questions follow."""
VALIDATION = (tippett, reliability)
"""Exhibits of a calibration, in the order of their numbers, after all others."""


def exhibits(comparison: Comparison, validated: Sequence[Validated] = ()) -> tuple[Exhibit, ...]:
    """Draw every exhibit of a comparison: results, one for each question weighed, then calibrations.

    Numbers do not depend on whether a calibration is at hand, so page and report agree on them.
    """
    weighed = [
        opinion
        for opinion in comparison.verdict.opinions
        if any(item.ratio is not None for item in opinion.weighings)
    ]
    first = (
        *(draw(comparison) for draw in RESULTS),
        *(ladder(comparison, opinion, n) for n, opinion in enumerate(weighed, len(RESULTS) + 1)),
    )
    curves = [
        (draw, one, one.curves)
        for one in validated
        if isinstance(one.curves, Curves)
        for draw in VALIDATION
    ]
    return (
        *first,
        *(
            draw(one.question, one.alternative, found, n)
            for n, (draw, one, found) in enumerate(curves, len(first) + 1)
        ),
    )


def exhibit_of(drawn: Sequence[Exhibit], question: Question) -> Exhibit | None:
    """Find the exhibit that weighs a question; None where nothing was weighed."""
    fitting = (shown for shown in drawn if shown.question == question and not shown.validates)
    return next(fitting, None)
