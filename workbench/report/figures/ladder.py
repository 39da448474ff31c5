"""One exhibit per question: its likelihood ratios on a ladder, one rung per alternative."""

from typing import Any

import altair as alt

from workbench.evidence.propositions import DERIVED, account
from workbench.evidence.ratios import interval_words, ratio_words
from workbench.records import Comparison, Opinion, Question, Weighing
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
    row_axis,
)
from workbench.report.figures.exhibit import Exhibit, stated
from workbench.report.wording import Words, joined, own, say, spoken

KEY = GAP.join(
    ("◆ the answer", "◊ other alternatives", "— 90 % interval", "[ ] bounds", "grey: neither way")
)
TITLES: dict[Question, str] = {
    "weights": "Weights: the likelihood ratio against each alternative",
    "outputs": "Outputs: the likelihood ratio against each alternative",
}
TICKS = (0.001, 0.01, 0.1, 1, 10, 100, 1000)
"""The same on every ladder, so that two can be compared at a glance."""
IN_WORDS = (
    (10**-2.5, "moderately strong"),
    (10**-1.5, "moderate"),
    (10**-0.65, "weak"),
    (1.0, "neither way"),
    (10**0.65, "weak"),
    (10**1.5, "moderate"),
    (10**2.5, "moderately strong"),
)
STEP = 30
"""Pixels from rung to rung."""
IS_ANSWER = "datum.answer"


def ladder(comparison: Comparison, opinion: Opinion, number: int) -> Exhibit:
    """Draw what one question was weighed to, against every alternative."""
    rows = [_row(opinion, item) for item in opinion.weighings]
    return Exhibit(
        number=number,
        title=TITLES[opinion.question],
        caption=spoken(_caption(comparison, opinion)),
        alt=spoken(_described(opinion)),
        chart=dressed(_rungs(rows), KEY),
        rows=tuple(rows),
        question=opinion.question,
    )


def _row(opinion: Opinion, item: Weighing) -> Row:
    row = {
        "question": opinion.question,
        "alternative": item.alternative,
        "label": account(item.alternative).noun,
        "families": item.families,
        "answer": item.alternative == opinion.headline,
    }
    ratio = item.ratio
    if ratio is None:
        return row | {"words": "not tested", "reason": item.reason}
    numbers = ("value", "low", "high", "least", "most")
    return row | {name: 10 ** getattr(ratio, name) for name in numbers} | {"level": item.level}


# --- words ---------------------------------------------------------------------------------------


def _caption(comparison: Comparison, opinion: Opinion) -> Words:
    untested = [account(w.alternative).noun for w in opinion.weighings if w.ratio is None]
    return say(
        "Each rung weighs the statement that {derived} against one alternative. To the right of 1 "
        "findings support that statement, to the left the alternative; where the diamond lies in the "
        "grey band, or its bar crosses 1, neither. The smallest ratio of all is the answer.{untested}",
        derived=stated(comparison, DERIVED[opinion.question]),
        untested=own(f" Not tested: {', '.join(untested)}." if untested else ""),
    )


def _described(opinion: Opinion) -> Words:
    return say(
        "A ladder of likelihood ratios from 1/1,000 to 1,000 on a logarithmic axis. {rungs}",
        rungs=joined((own(_rung(item)) for item in opinion.weighings), " "),
    )


def _rung(item: Weighing) -> str:
    noun, ratio = account(item.alternative).noun, item.ratio
    if ratio is None:
        return f"Against {noun}: not tested."
    interval = "at the bound" if ratio.at_bound else interval_words(ratio.low, ratio.high)
    bounds = interval_words(ratio.least, ratio.most)
    return f"Against {noun}: {ratio_words(ratio.value)}, interval {interval}, bounds {bounds}."


# --- drawing -------------------------------------------------------------------------------------


def _rungs(rows: list[Row]) -> Any:  # noqa: ANN401 - any Altair chart
    labels = [row["label"] for row in rows]
    axis = alt.Axis(
        title=f"← supports the alternative{GAP}likelihood ratio{GAP}supports derivation →",
        values=list(TICKS),
        labelExpr="(datum.value < 1 ? '1/' : '') + format(exp(abs(log(datum.value))), ',.0f')",
    )
    scale = alt.Scale(type="log", domain=[TICKS[0], TICKS[-1]], nice=False)
    tested = alt.Chart(alt.InlineData(values=[row for row in rows if "value" in row]))
    tested = tested.encode(y=row_axis(labels, first_is_suspect=False))
    absent = alt.Chart(alt.InlineData(values=[row for row in rows if "value" not in row]))

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=axis, scale=scale)

    colour = alt.condition(IS_ANSWER, alt.value(ACCENT), alt.value(MIDDLE))
    return alt.layer(
        *_background(x),
        *(
            tested.mark_text(text=text, fontSize=17, color=MIDDLE, dy=-1).encode(x=x(field))
            for field, text in (("least", "["), ("most", "]"))
        ),
        tested.mark_rule(strokeWidth=3).encode(x=x("low"), x2="high:Q", color=colour),
        tested.transform_filter(f"!{IS_ANSWER}")
        .mark_point(shape="diamond", filled=True, fill="white", stroke=MIDDLE, size=80, opacity=1)
        .encode(x=x("value")),
        tested.transform_filter(IS_ANSWER)
        .mark_point(shape="diamond", filled=True, fill=ACCENT, size=130, opacity=1)
        .encode(x=x("value")),
        absent.mark_text(fontStyle="italic", fontSize=10, color=DARK, align="left").encode(
            y=row_axis(labels, first_is_suspect=False), x=alt.value(6), text="words:N"
        ),
    ).properties(width=PAGE_WIDTH - label_width(labels), height=STEP * len(rows))


def _background(x: Any) -> list[alt.Chart]:  # noqa: ANN401 - a function that makes an axis
    """The neutral band, the edges of the scale, and its words above."""
    band = alt.Chart(alt.InlineData(values=[{"from": 0.5, "to": 2}]))
    edges = alt.Chart(alt.InlineData(values=[{"edge": edge} for edge in TICKS if edge != 1]))
    one = alt.Chart(alt.InlineData(values=[{"one": 1}]))
    words = [
        {"at": at, "line": line, "place": place}
        for at, text in IN_WORDS
        for place, line in enumerate(reversed(text.split()))
    ]
    return [
        band.mark_rect(color=LIGHT, opacity=0.6).encode(x=x("from"), x2="to:Q"),
        edges.mark_rule(color=LIGHT, strokeDash=[3, 3]).encode(x=x("edge")),
        one.mark_rule(color=MIDDLE).encode(x=x("one")),
        *(
            alt.Chart(alt.InlineData(values=[word for word in words if word["place"] == place]))
            .mark_text(fontSize=9, color=DARK)
            .encode(x=x("at"), y=alt.value(-7 - 10 * place), text="line:N")
            for place in (0, 1)
        ),
    ]
