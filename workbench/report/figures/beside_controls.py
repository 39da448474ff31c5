"""Exhibit 1: the centred score of the suspect and of every control, for each metric."""

import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt

from workbench.records import Comparison, EvidenceLine, NoScore, PairScore, Score
from workbench.report.charts import (
    ACCENT,
    DARK,
    GAP,
    LIGHT,
    MIDDLE,
    PAGE_WIDTH,
    Row,
    dressed,
    label_width,
    note,
    row_axis,
    short_labels,
)
from workbench.report.contents import at
from workbench.report.figures.exhibit import Exhibit, lead_line, missing
from workbench.report.glyphs import printable
from workbench.report.wording import Words, own, say, spoken

COLUMNS = 3
"""Panels side by side at page width."""
APART = 18
"""Pixels between panels."""
KEY = f"◆ suspect{GAP}○ control{GAP}— 95 % interval over probes"
IS_SUSPECT = "datum.role === 'suspect'"


def beside_controls(comparison: Comparison) -> Exhibit:
    """Draw the suspect beside the controls, one panel per metric, one row per model."""
    names = _in_order(comparison)
    labels = short_labels(names)
    rows = [
        _row(line, pair, labels[names.index(pair.model)])
        for line in comparison.lines
        for pair in sorted((line.suspect, *line.controls), key=lambda p: names.index(p.model))
    ]
    return Exhibit(
        number=1,
        title="Suspect beside the controls",
        caption=spoken(_caption(comparison)),
        alt=spoken(_described(comparison)),
        chart=dressed(_panels(comparison.lines, rows, labels), KEY),
        rows=tuple(rows),
    )


def _in_order(comparison: Comparison) -> list[str]:
    """The suspect, then the controls from most to least alike by the lead metric."""
    lead = lead_line(comparison)
    centred = {pair.model: pair.centred for pair in lead.controls} if lead else {}

    def place(model: str) -> tuple[bool, float]:
        score = centred.get(model)
        return (False, -score.value) if isinstance(score, Score) else (True, 0.0)

    measured = [pair.model for line in comparison.lines for pair in line.controls]
    others = dict.fromkeys([*comparison.controls, *measured])
    return [comparison.suspect, *sorted(others, key=place)]


def _row(line: EvidenceLine, pair: PairScore, label: str) -> Row:
    row = {"metric": line.metric, "model": pair.model, "role": pair.role, "label": label}
    match pair.centred:
        case Score(value=value, low=low, high=high, n=n):
            return row | {"value": value, "low": low, "high": high, "probes": n}
        case NoScore(reason=reason):
            return row | {"words": "not computed", "reason": reason}


# --- words ---------------------------------------------------------------------------------------


def _caption(comparison: Comparison) -> Words:
    return say(
        "Each row is one model; further right means more like the reference {reference} than "
        "is usual for this panel, and 0 is what an independent model is expected to reach. "
        "Read whether the suspect {suspect} stands apart from the controls.{missing}",
        reference=comparison.reference,
        suspect=comparison.suspect,
        missing=missing(comparison.lines),
    )


def _described(comparison: Comparison) -> Words:
    ranked = [line for line in comparison.lines if line.above_every_control is not None]
    above = say(
        "The suspect is above every control by {above} of {ranked} ranked metrics.",
        above=sum(line.above_every_control is True for line in ranked),
        ranked=len(ranked),
    )
    return say(
        "Rows of points with 95 % intervals: the suspect {suspect} and {n} controls, by {m} "
        "metrics. {above} The numbers are in the tables of {results}.",
        results=own(at("results")),
        suspect=comparison.suspect,
        n=len(comparison.controls),
        m=len(comparison.lines),
        above=above if ranked else own("No metric could rank the suspect."),
    )


# --- drawing -------------------------------------------------------------------------------------


def _panels(lines: Sequence[EvidenceLine], rows: Sequence[Row], labels: Sequence[str]) -> Any:  # noqa: ANN401 - any Altair chart
    if not lines:
        return note("No metric was planned.", PAGE_WIDTH, 40)
    columns = min(COLUMNS, len(lines))
    width = (PAGE_WIDTH - label_width(labels) - APART * (columns - 1)) // columns
    height = max(15, 22 - len(labels) // 2) * len(labels)
    panels = [
        _panel(
            line, [r for r in rows if r["metric"] == line.metric], labels, first=not i % columns
        ).properties(width=width, height=height, title=_panel_title(line, width))
        for i, line in enumerate(lines)
    ]
    bands = [alt.hconcat(*panels[i : i + columns]) for i in range(0, len(panels), columns)]
    return alt.vconcat(*bands) if len(bands) > 1 else bands[0]


def _panel_title(line: EvidenceLine, width: int) -> alt.TitleParams:
    lines = textwrap.wrap(printable(line.title), max(12, width // 6), max_lines=2, placeholder=" …")
    return alt.TitleParams(lines or " ", anchor="start", fontSize=11, color=DARK)


def _panel(line: EvidenceLine, rows: list[Row], labels: Sequence[str], *, first: bool) -> Any:  # noqa: ANN401 - any Altair chart
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=row_axis(labels, shown=first))
    absent = (
        base.transform_filter("!isValid(datum.value)")
        .mark_text(fontStyle="italic", fontSize=10, color=DARK, align="left")
        .encode(text="words:N", x=alt.value(4))
    )
    if not any("value" in row for row in rows):
        return alt.layer(absent)  # an axis would suggest a scale that nothing was measured on
    return alt.layer(*_scores(line, base.transform_filter("isValid(datum.value)")), absent)


def _scores(line: EvidenceLine, scores: alt.Chart) -> list[alt.Chart]:
    unit = short_labels([line.unit.split(",")[0]], most=24)[0]  # the range needs no room here
    axis = alt.Axis(title=f"centred, {unit}", tickCount=4)
    scale = alt.Scale(zero=False, nice=True)
    x = alt.X("value:Q", axis=axis, scale=scale)
    colour = alt.condition(IS_SUSPECT, alt.value(ACCENT), alt.value(MIDDLE))
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}]))
    return [
        zero.mark_rule(color=LIGHT, strokeDash=[3, 3]).encode(x="zero:Q"),
        scores.mark_rule(strokeWidth=1.6).encode(
            x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q", color=colour
        ),
        scores.transform_filter(f"!({IS_SUSPECT})")
        .mark_point(shape="circle", filled=True, fill="white", stroke=MIDDLE, size=45, opacity=1)
        .encode(x=x),
        scores.transform_filter(IS_SUSPECT)
        .mark_point(shape="diamond", filled=True, fill=ACCENT, size=110, opacity=1)
        .encode(x=x),
    ]
