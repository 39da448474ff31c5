"""Figures that are evidence: built once from a comparison, shown unchanged in browser and PDF.

In the browser: `st.altair_chart(exhibit.chart, theme=None)` with caption and alt text; in the PDF:
`svg(exhibit)`. A metric that could not be computed is named in words, never drawn as zero.
"""

from workbench.records import Comparison
from workbench.report.figures.beside_controls import beside_controls
from workbench.report.figures.exhibit import Exhibit
from workbench.report.figures.per_probe import per_probe

__all__ = ["EXHIBITS", "Exhibit", "beside_controls", "exhibits", "per_probe"]

EXHIBITS = (beside_controls, per_probe)
"""Every exhibit, in the order of their numbers."""


def exhibits(comparison: Comparison) -> tuple[Exhibit, ...]:
    """Draw every exhibit of a comparison."""
    return tuple(draw(comparison) for draw in EXHIBITS)
