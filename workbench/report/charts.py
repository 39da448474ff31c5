"""The look shared by every exhibit: one font, one accent for the suspect, greys for the rest."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

import altair as alt

from workbench.report.glyphs import FONT, printable

Row = dict[str, Any]
"""One line of an exhibit's data."""

ACCENT = "#C4460A"
"""The suspect: vermilion, apart from every grey also for colour-blind readers and in greyscale."""
DARK, MIDDLE, LIGHT = "#333333", "#6B6B6B", "#C9C9C9"
PAGE_WIDTH = 620
"""Pixels of a full-width exhibit; at the report's page width, 11 pixels print as 8 points."""
LABEL_CHARACTERS = 32
GAP = "\N{NO-BREAK SPACE}" * 4
"""Between the parts of a line of text in a chart: other spaces collapse or lack a glyph."""


def short_labels(names: Sequence[str], most: int = LABEL_CHARACTERS) -> list[str]:
    """Row labels: printable, at most `most` characters, and never two alike.

    A long name keeps its beginning and its end, because versions stand there.
    """
    labels: list[str] = []
    for name in names:
        label = _shortened(printable(name) or "(no name)", most)
        numbered = (f"{label} ({n})" for n in count(2))
        labels.append(
            label if label not in labels else next(n for n in numbered if n not in labels)
        )
    return labels


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    # A spelled-out character is not cut in two.
    head = re.sub(r"⟨[^⟩]*$", "", text[:half])
    tail = re.sub(r"^[^⟨]*⟩", "", text[-half:]) if "⟨" in text else text[-half:]
    return f"{head}…{tail}"


def label_width(labels: Sequence[str]) -> int:
    """Pixels that row labels take beside a panel."""
    return round(5.6 * max((len(label) for label in labels), default=0)) + 12


def row_axis(labels: Sequence[str], *, shown: bool = True, first_is_suspect: bool = True) -> alt.Y:
    """Rows in the order of their labels; the suspect's label stands out."""
    if not shown:
        return alt.Y("label:N", sort=list(labels), title=None, axis=None)
    first = "datum.index === 0"  # by place: a name never enters an expression
    axis = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        labelLimit=label_width(labels) + 60,
        labelPadding=6,
        labelOverlap=False,
    )
    if first_is_suspect:
        axis.labelFontWeight = alt.condition(first, alt.value("bold"), alt.value("normal"))
        axis.labelColor = alt.condition(first, alt.value(ACCENT), alt.value(DARK))
    return alt.Y("label:N", sort=list(labels), axis=axis)


def note(text: str, width: int, height: int) -> Any:  # noqa: ANN401 - any Altair chart
    """A panel that says something instead of drawing it."""
    return (
        alt.Chart(alt.InlineData(values=[{"text": text}]))
        .mark_text(fontStyle="italic", fontSize=11, color=DARK, align="center")
        .encode(text="text:N", x=alt.value(width / 2), y=alt.value(height / 2))
        .properties(width=width, height=height)
    )


def dressed(chart: Any, key: str) -> Any:  # noqa: ANN401 - any Altair chart
    """Give a finished chart its key line and the shared look."""
    font = f"'{FONT}', 'Source Sans', sans-serif"  # unquoted, the digit is not a name
    return (
        chart.properties(
            title=alt.TitleParams(
                key, anchor="start", fontWeight="normal", fontSize=11, color=DARK, offset=10
            ),
            background="white",
            padding=2,
        )
        .configure(font=font, numberFormat="~g")
        .configure_view(stroke=None)
        .configure_axis(
            grid=False,
            labelFontSize=10,
            titleFontSize=10,
            titleFontWeight="normal",
            labelColor=DARK,
            titleColor=DARK,
            domainColor=MIDDLE,
            tickColor=MIDDLE,
        )
        .configure_concat(spacing=18)
    )
