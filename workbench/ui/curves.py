"""How a calibration trades its two kinds of error, in Plotly; its other curves are exhibits."""

import numpy as np
import plotly.graph_objects as go
from scipy.special import ndtri

from workbench.records import Curves
from workbench.ui.figures import COLOURS

DERIVED = COLOURS[0]
MARGIN = {"t": 24, "b": 8, "l": 8, "r": 8}
LEGEND = {"orientation": "h", "y": 1.12}
PROBIT_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)


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
