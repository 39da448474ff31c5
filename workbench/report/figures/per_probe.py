"""Exhibit 2: the suspect's raw value at every probe beside the controls', for the lead metric."""

from statistics import median
from typing import Any, Literal

import altair as alt

from workbench.records import Comparison, EvidenceLine, PairScore
from workbench.report.charts import (
    ACCENT,
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
from workbench.report.figures.exhibit import Exhibit, lead_line, missing
from workbench.report.wording import Words, own, recorded, say, spoken

MAX_PROBE_ROWS = 60
"""With more probes than this, there is one row per pack."""
KEY = f"◆ suspect{GAP}| one control{GAP}grey bar: range of the controls"

Unit = Literal["probe", "pack"]


def per_probe(comparison: Comparison) -> Exhibit:
    """Draw the lead metric's raw values, one row per probe or per pack."""
    line = lead_line(comparison)
    if line is None or not line.suspect.probes:
        return _nothing(comparison)
    unit: Unit = "probe" if len(line.suspect.probes) <= MAX_PROBE_ROWS else "pack"
    rows = _rows(line, unit)
    values = _values(comparison, line, rows, unit)
    return Exhibit(
        number=2,
        title=f"The suspect at every {unit}",
        caption=spoken(_caption(values)),
        alt=spoken(_described(values)),
        chart=dressed(_strips(line, rows), KEY),
        rows=tuple(rows),
    )


def _nothing(comparison: Comparison) -> Exhibit:
    sentence = say(
        "No metric has a value for each probe of the suspect {suspect}, so there is nothing to "
        "draw.{missing}",
        suspect=comparison.suspect,
        missing=missing(comparison.lines),
    )
    text = spoken(sentence)
    chart = dressed(note("Nothing to draw: see the caption.", PAGE_WIDTH, 40), " ")
    return Exhibit(2, "The suspect at every probe", text, text, chart, ())


# --- words ---------------------------------------------------------------------------------------


def _values(
    comparison: Comparison, line: EvidenceLine, rows: list[Row], unit: Unit
) -> dict[str, str | int | Words]:
    beyond = sum(_is_beyond(line, row) for row in rows)
    n = sum(bool(row["controls"]) for row in rows)
    return {
        "suspect": comparison.suspect,
        "reference": comparison.reference,
        "title": recorded(line.title),
        "unit": recorded(line.unit),
        "row": own(unit),
        "rule": own(_rule(len(line.suspect.probes)) if unit == "pack" else ""),
        "side": own("right" if line.direction == "similarity" else "left"),
        "beyond": beyond,
        "n": n,
        "others": own("; look at the other rows, too" if beyond < n else ""),
    }


def _caption(values: dict[str, str | int | Words]) -> Words:
    return say(
        "{title} ({unit}) with the reference {reference}, one row per {row}.{rule} Further {side} "
        "means more like the reference. The suspect {suspect} is more like it than every control "
        "in {beyond} of {n} rows{others}.",
        **values,
    )


def _described(values: dict[str, str | int | Words]) -> Words:
    return say(
        "One row per {row}: a bar from the lowest to the highest control and a diamond for the "
        "suspect {suspect}, which is more like the reference than every control in {beyond} of {n} "
        "rows.",
        **values,
    )


def _rule(probes: int) -> str:
    return (
        f" {probes} probes are too many for one row each (the rule: more than {MAX_PROBE_ROWS}), "
        "so every value is the median over the probes of one pack."
    )


def _is_beyond(line: EvidenceLine, row: Row) -> bool:
    """Whether the suspect is more alike than every control; a row without controls is not."""
    sign = 1 if line.direction == "similarity" else -1
    controls: list[float] = row["controls"]
    return bool(controls) and all(sign * value < sign * row["suspect"] for value in controls)


# --- data and drawing ----------------------------------------------------------------------------


def _rows(line: EvidenceLine, unit: Unit) -> list[Row]:
    suspect = _by_row(line.suspect, unit)
    controls = [_by_row(pair, unit) for pair in line.controls]
    labels = short_labels(list(suspect), most=44)
    return [
        {
            unit: key,
            "label": label,
            "suspect": value,
            "controls": [control[key] for control in controls if key in control],
        }
        for (key, value), label in zip(suspect.items(), labels, strict=True)
    ]


def _by_row(pair: PairScore, unit: Unit) -> dict[str, float]:
    """Values by probe address, or medians by pack, in the order of the probes."""
    gathered: dict[str, list[float]] = {}
    for item in pair.probes:
        address = item.probe_address
        key = address if unit == "probe" else address.split("#", maxsplit=1)[0]
        gathered.setdefault(key, []).append(item.value)
    return {key: median(values) for key, values in gathered.items()}


def _strips(line: EvidenceLine, rows: list[Row]) -> Any:  # noqa: ANN401 - any Altair chart
    labels = [row["label"] for row in rows]
    y = row_axis(labels, first_is_suspect=False)
    arrow = "more alike →" if line.direction == "similarity" else "← more alike"
    title = short_labels([f"{line.title}, {line.unit}"], most=70)[0]
    axis, scale = alt.Axis(title=f"{title}{GAP}{arrow}"), alt.Scale(zero=False, nice=True)
    x = alt.X("value:Q", axis=axis, scale=scale)
    ranges, points, suspects = _marks(rows)
    step = max(12, 20 - len(rows) // 4)
    return alt.layer(
        alt.Chart(alt.InlineData(values=ranges))
        .mark_rule(strokeWidth=6, color=LIGHT, strokeCap="round")
        .encode(y=y, x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q"),
        alt.Chart(alt.InlineData(values=points))
        .mark_tick(color=MIDDLE, thickness=1.2, height=8, opacity=1)
        .encode(y=y, x=x),
        alt.Chart(alt.InlineData(values=suspects))
        .mark_point(shape="diamond", filled=True, fill=ACCENT, size=75, opacity=1)
        .encode(y=y, x=x),
    ).properties(width=PAGE_WIDTH - label_width(labels), height=step * len(rows))


def _marks(rows: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    ranges = [
        {"label": row["label"], "low": min(row["controls"]), "high": max(row["controls"])}
        for row in rows
        if row["controls"]
    ]
    points = [{"label": row["label"], "value": value} for row in rows for value in row["controls"]]
    suspects = [{"label": row["label"], "value": row["suspect"]} for row in rows]
    return ranges, points, suspects
