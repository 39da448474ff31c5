"""Exhibits of a calibration: its Tippett plot, and whether its ratios are borne out."""

from typing import Any

import altair as alt

from workbench.evidence.propositions import account
from workbench.records import Alternative, Curves, Question
from workbench.report.charts import ACCENT, DARK, GAP, MIDDLE, PAGE_WIDTH, Row, dressed
from workbench.report.figures.exhibit import Exhibit
from workbench.report.numbers import number
from workbench.report.wording import own, spoken

HEIGHT = 230
TIPPETT_KEY = f"— derived pairs{GAP}- - pairs of the alternative"
RELIABILITY_KEY = f"○ labelled pairs{GAP}- - as good as can be"
LOG_RATIO = "log10 likelihood ratio"


def tippett(question: Question, alternative: Alternative, curves: Curves, at: int) -> Exhibit:
    """Draw the share of pairs that reach each likelihood ratio, derived pairs and others.

    Args:
        question: The question.
        alternative: What derivation is weighed against.
        curves: Of the calibration.
        at: Number of the exhibit.

    Source: Tippett et al. (1968), Journal of the Forensic Science Society 8(2–3); in this form Evett &
        Buckleton (1996), Advances in Forensic Haemogenetics 6.
    """
    rows: list[Row] = [
        {"pairs": pairs, "log10_lr": threshold, "share": share}
        for pairs, shares in (
            ("derived", curves.derived_reaching),
            ("alternative", curves.other_reaching),
        )
        for threshold, share in zip(curves.thresholds, shares, strict=True)
    ]
    misleading = sum(value > 0 for value in curves.other)
    missed = sum(value < 0 for value in curves.derived)
    said = (
        f"{_pairs(curves, alternative)} Each line shows how many of them reach a likelihood "
        "ratio, families counting alike. What the second line still reaches right of 0 is "
        f"misleading evidence for derivation ({misleading} of {len(curves.other)} pairs); what "
        f"the first lacks left of 0 is misleading evidence against it ({missed} of "
        f"{len(curves.derived)} pairs)."
    )
    return Exhibit(
        number=at,
        title=f"{question.capitalize()}: Tippett plot of the calibration",
        caption=spoken(own(said)),
        alt=spoken(own(f"Two falling lines over the {LOG_RATIO}. {said}")),
        chart=dressed(_steps(rows), TIPPETT_KEY),
        rows=tuple(rows),
        question=question,
        validates=True,
    )


def reliability(question: Question, alternative: Alternative, curves: Curves, at: int) -> Exhibit:
    """Draw what was said against what the labelled pairs themselves bear out; arguments as `tippett`.

    Where these pairs would have said infinity, which a handful of them always do at the ends, there is
    no point.

    Source: Pool-adjacent-violators, Zadrozny & Elkan (2002), KDD; for likelihood ratios Brümmer & du
        Preez (2006), Computer Speech & Language 20(2–3).
    """
    rows: list[Row] = [
        {"stated": stated, "borne_out": pooled}
        for stated, pooled in zip(curves.stated, curves.pooled, strict=True)
        if pooled is not None
    ]
    gap = max((abs(row["stated"] - row["borne_out"]) for row in rows), default=0.0)
    said = (
        f"{_pairs(curves, alternative)} Across: the ratio as it was given. Up: what the best "
        "monotone recalibration of these very pairs (PAV) makes of it. On the dashed line a "
        "ratio means what it says; below it, it claims too much. Ends where so few pairs would "
        "have said infinity have no point. "
        + (f"The largest gap is {number(gap, 2)} in log10." if rows else "So none has one here.")
    )
    return Exhibit(
        number=at,
        title=f"{question.capitalize()}: how the calibration's ratios are borne out",
        caption=spoken(own(said)),
        alt=spoken(own(f"Points near a rising diagonal. {said}")),
        chart=dressed(_diagonal(rows), RELIABILITY_KEY),
        rows=tuple(rows),
        question=question,
        validates=True,
    )


def _pairs(curves: Curves, alternative: Alternative) -> str:
    return (
        f"{len(curves.derived)} derived pairs and {len(curves.other)} of the alternative "
        f"({account(alternative).noun}), each judged without every pair of its own families."
    )


def _steps(rows: list[Row]) -> Any:  # noqa: ANN401 - any Altair chart
    derived = alt.datum.pairs == "derived"
    lines = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(interpolate="step-before", strokeWidth=2)
        .encode(
            x=alt.X("log10_lr:Q", axis=alt.Axis(title=LOG_RATIO)),
            y=alt.Y(
                "share:Q",
                axis=alt.Axis(title="share that reach it", format=".0%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            detail="pairs:N",
            color=alt.condition(derived, alt.value(ACCENT), alt.value(DARK)),
            strokeDash=alt.condition(derived, alt.value([1, 0]), alt.value([5, 4])),
        )
    )
    one = alt.Chart(alt.InlineData(values=[{"one": 0}])).mark_rule(color=MIDDLE)
    return alt.layer(one.encode(x="one:Q"), lines).properties(width=PAGE_WIDTH - 60, height=HEIGHT)


def _diagonal(rows: list[Row]) -> Any:  # noqa: ANN401 - any Altair chart
    edge = max([1.0, *(abs(value) for row in rows for value in row.values())])
    scale = alt.Scale(domain=[-edge, edge], nice=False)
    ideal = [{"stated": end, "borne_out": end} for end in (-edge, edge)]

    def drawn(values: list[Row]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=values)).encode(
            x=alt.X("stated:Q", scale=scale, axis=alt.Axis(title=f"{LOG_RATIO} as given")),
            y=alt.Y("borne_out:Q", scale=scale, axis=alt.Axis(title="as borne out (PAV)")),
        )

    return alt.layer(
        drawn(ideal).mark_line(color=MIDDLE, strokeDash=[5, 4]),
        drawn(rows).mark_line(color=ACCENT, strokeWidth=1, interpolate="step-before"),
        drawn(rows).mark_point(filled=True, fill="white", stroke=ACCENT, size=35, opacity=1),
    ).properties(width=PAGE_WIDTH - 60, height=HEIGHT)
