"""Models and answers to explore by, in Plotly: a map, a matrix, and a tree that is an illustration."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from workbench.records import AnswerMap, Lineage, MapPoint, Role
from workbench.ui.figures import COLOURS, inert
from workbench.visible import visible_line

MARGIN = {"t": 24, "b": 8, "l": 8, "r": 8}
LOOKS: dict[Role, tuple[str, str]] = {
    "reference": (COLOURS[0], "square"),
    "suspect": (COLOURS[1], "diamond"),
    "control": (COLOURS[2], "circle"),
    "stack": ("#CC79A7", "cross"),
}
"""Colour and sign of each role, told apart without colour too."""
ILLUSTRATION = "An illustration, not evidence: likeness has many causes"
LONGEST = 28


def role_of(run_id: str) -> Role:
    """The role that a run's id begins with."""
    role = run_id.split("-", maxsplit=1)[0]
    return next(known for known in LOOKS if known == role)


def named(run_id: str) -> str:
    """Role and model, fit for a label that reads a little HTML."""
    role = role_of(run_id)
    model = visible_line(run_id.removeprefix(f"{role}-"))
    return inert(f"{role} {model if len(model) <= LONGEST else model[: LONGEST - 1] + '…'}")


def map_figure(found: AnswerMap, runs: Sequence[str]) -> go.Figure:
    """Draw answers as small marks and the models' means as large ones.

    Args:
        found: Places of answers and models.
        runs: Whose answers are drawn, in the order of the legend; means are drawn of all.

    Returns:
        A figure whose small marks hold the address of their probe as custom data.
    """
    figure = go.Figure()
    for run in runs:
        points = [point for point in found.answers if point.run_id == run]
        figure.add_scattergl(**_marks(run, points, size=6, opacity=0.55))
    for role in LOOKS:
        points = [point for point in found.models if role_of(point.run_id) == role]
        if points:
            figure.add_scatter(
                **_marks(points[0].run_id, points, size=14, opacity=1.0)
                | {"name": f"{role}, mean", "showlegend": False}
            )
    return figure.update_layout(
        xaxis={"title": f"first direction ({found.shares[0]:.0%} of the variance)"},
        yaxis={"title": f"second direction ({found.shares[1]:.0%})"},
        legend={"orientation": "h", "y": 1.12},
        height=560,
        margin=MARGIN,
    )


def _marks(run: str, points: Sequence[MapPoint], *, size: int, opacity: float) -> dict[str, object]:
    colour, sign = LOOKS[role_of(run)]
    return {
        "name": named(run),
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "customdata": [[point.probe_address] for point in points],
        "text": [f"{named(point.run_id)}<br>{inert(point.probe_address)}" for point in points],
        "mode": "markers",
        "marker": {
            "color": colour,
            "symbol": sign,
            "size": size,
            "opacity": opacity,
            "line": {"width": 1 if opacity == 1.0 else 0, "color": "#FFFFFF"},
        },
        "hovertemplate": "%{text}<extra></extra>",
    }


def matrix_figure(found: Lineage) -> go.Figure:
    """Draw the distance of every two models, darker the nearer, in the order of the tree."""
    order = _leaf_order(found)
    labels = [named(found.runs[leaf]) for leaf in order]
    distances = np.array(found.distances)[np.ix_(order, order)]
    apart = distances[~np.eye(len(labels), dtype=bool)]
    figure = go.Figure()
    figure.add_heatmap(
        z=distances,
        x=labels,
        y=labels,
        zmin=0,
        zmax=float(apart.max()) or 1.0,
        colorscale="Cividis",
        colorbar={"title": "distance"},
        xgap=1,
        ygap=1,
        hovertemplate="%{y}<br>%{x}<br>%{z:.3f}<extra></extra>",
    )
    side = 180 + 26 * len(labels)
    return figure.update_layout(
        xaxis={"type": "category", "tickangle": -60, "automargin": True},
        yaxis={"type": "category", "autorange": "reversed", "automargin": True},
        height=max(360, side),
        margin=MARGIN,
    )


def tree_figure(found: Lineage) -> go.Figure:
    """Draw the tree with the support of every join, and on its face what it is not."""
    order = _leaf_order(found)
    places = {leaf: (0.0, float(row)) for row, leaf in enumerate(order)}
    figure = go.Figure()
    for number, join in enumerate(found.joins, start=len(found.runs)):
        (x1, y1), (x2, y2) = places[join.first], places[join.second]
        figure.add_scatter(
            x=[x1, join.height, join.height, x2],
            y=[y1, y1, y2, y2],
            mode="lines",
            line={"color": COLOURS[2], "width": 2},
            hoverinfo="skip",
        )
        places[number] = (join.height, (y1 + y2) / 2)
    _support(figure, found, places)
    side = 120 + 28 * len(order)
    return figure.update_layout(
        title={"text": ILLUSTRATION, "font": {"size": 14}},
        xaxis={"title": "distance at which they meet", "rangemode": "tozero"},
        yaxis={
            "tickvals": list(range(len(order))),
            "ticktext": [named(found.runs[leaf]) for leaf in order],
            "automargin": True,
            "showgrid": False,
        },
        showlegend=False,
        height=max(320, side),
        margin=MARGIN | {"t": 48},
    )


def _support(figure: go.Figure, found: Lineage, places: dict[int, tuple[float, float]]) -> None:
    """The support of each join but the last, which holds every model and is always there."""
    shown = list(enumerate(found.joins[:-1], start=len(found.runs)))
    figure.add_scatter(
        x=[places[number][0] for number, _ in shown],
        y=[places[number][1] for number, _ in shown],
        text=[f"{join.support:.0%}" for _, join in shown],
        mode="markers+text",
        textposition="top right",
        marker={"color": COLOURS[0], "size": 7},
        hovertemplate="in %{text} of the resampled sets of probes<extra></extra>",
    )


def _leaf_order(found: Lineage) -> list[int]:
    """Leaves in an order in which no branches cross."""
    below = [[leaf] for leaf in range(len(found.runs))]
    for join in found.joins:
        below.append([*below[join.first], *below[join.second]])
    return below[-1]
