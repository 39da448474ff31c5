"""How a calibration did, in Plotly: Tippett plot, error trade-off, reliability."""

import numpy as np
import plotly.graph_objects as go
from scipy.special import ndtri

from workbench.records import Curves
from workbench.ui.figures import COLOURS

DERIVED, OTHER = COLOURS[0], COLOURS[1]
MARGIN = {"t": 24, "b": 8, "l": 8, "r": 8}
LEGEND = {"orientation": "h", "y": 1.12}
PROBIT_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)


def tippett_figure(curves: Curves) -> go.Figure:
    """Draw the share of pairs that reach each likelihood ratio, derived pairs and others."""
    figure = go.Figure()
    for name, shares, colour, dash in (
        ("derived pairs", curves.derived_reaching, DERIVED, "solid"),
        ("pairs of the alternative", curves.other_reaching, OTHER, "dash"),
    ):
        figure.add_scatter(
            name=name,
            x=curves.thresholds,
            y=shares,
            line={"color": colour, "dash": dash, "shape": "hv"},
            hovertemplate="log10 LR ≥ %{x:.2f}: %{y:.1%}",
        )
    figure.add_vline(0, line={"color": COLOURS[2], "width": 1})
    return figure.update_layout(
        xaxis={"title": "log10 likelihood ratio"},
        yaxis={"title": "share that reach it", "range": [-0.02, 1.02], "tickformat": ".0%"},
        legend=LEGEND,
        margin=MARGIN,
    )


def roc_figure(curves: Curves) -> go.Figure:
    """Draw derived pairs found against pairs of the alternative taken for derived."""
    figure = go.Figure()
    figure.add_scatter(
        name="this calibration",
        x=curves.other_reaching,
        y=curves.derived_reaching,
        customdata=curves.thresholds,
        mode="lines+markers",
        line={"color": DERIVED, "shape": "vh"},
        marker={"size": 5},
        hovertemplate="from log10 LR %{customdata:.2f}: %{y:.1%} found, %{x:.1%} mistaken",
    )
    figure.add_scatter(
        name="chance", x=(0, 1), y=(0, 1), mode="lines", line={"color": COLOURS[2], "dash": "dot"}
    )
    return figure.update_layout(
        xaxis={"title": "mistaken for derived", "range": [-0.02, 1.02], "tickformat": ".0%"},
        yaxis={"title": "derived pairs found", "range": [-0.02, 1.02], "tickformat": ".0%"},
        legend=LEGEND,
        margin=MARGIN,
    )


def det_figure(curves: Curves) -> go.Figure | None:
    """Draw both kinds of error on normal scales; None where no threshold makes both.

    Source: Martin et al. (1997), "The DET curve in assessment of detection task performance",
        Eurospeech 1997.
    """
    mistaken = np.array(curves.other_reaching)
    missed = 1 - np.array(curves.derived_reaching)
    inside = (mistaken > 0) & (mistaken < 1) & (missed > 0) & (missed < 1)
    if not inside.any():
        return None
    figure = go.Figure()
    figure.add_scatter(
        x=ndtri(mistaken[inside]),
        y=ndtri(missed[inside]),
        customdata=np.stack([mistaken[inside], missed[inside]], -1),
        mode="lines+markers",
        line={"color": DERIVED},
        hovertemplate="%{customdata[0]:.1%} mistaken, %{customdata[1]:.1%} missed<extra></extra>",
    )
    ticks = {
        "tickvals": ndtri(np.array(PROBIT_TICKS)),
        "ticktext": [f"{t:.0%}" for t in PROBIT_TICKS],
    }
    span = [float(ndtri(PROBIT_TICKS[0])), float(ndtri(PROBIT_TICKS[-1]))]
    return figure.update_layout(
        xaxis={"title": "mistaken for derived", "range": span, **ticks},
        yaxis={"title": "derived pairs missed", "range": span, **ticks},
        margin=MARGIN,
    )


def reliability_figure(curves: Curves) -> go.Figure:
    """Draw what was said against what the labelled pairs themselves would have said at best.

    Where these pairs would have said infinity, which a handful of them always do at the ends, there
    is no point.
    """
    points = [
        (stated, pooled)
        for stated, pooled in zip(curves.stated, curves.pooled, strict=True)
        if pooled is not None
    ]
    edge = max(1.0, *(abs(value) for point in points for value in point), 1.0)
    figure = go.Figure()
    figure.add_scatter(
        name="as good as can be",
        x=(-edge, edge),
        y=(-edge, edge),
        mode="lines",
        line={"color": COLOURS[2], "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        name="labelled pairs",
        x=[stated for stated, _ in points],
        y=[pooled for _, pooled in points],
        mode="lines+markers",
        line={"color": DERIVED, "shape": "hv"},
        hovertemplate="said %{x:.2f}, borne out %{y:.2f}",
    )
    return figure.update_layout(
        xaxis={"title": "log10 likelihood ratio as given"},
        yaxis={"title": "as borne out (PAV)"},
        legend=LEGEND,
        margin=MARGIN,
    )
