"""Figures for exploring, in Plotly; figures that are evidence are built in `workbench.report`."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from workbench.records import PassageProfile
from workbench.report.charts import ACCENT
from workbench.visible import visible_line, visible_token

COLOURS = ("#0072B2", ACCENT, "#8C8C8C")
"""Reference, suspect (as in the exhibits), control."""
PATTERNS = ("", "/", ".")
"""The same three apart without colour."""
HATCHING = {"fillmode": "overlay", "fgcolor": "rgba(255, 255, 255, 0.6)", "solidity": 0.15}
TOKENS_SHOWN = 12
BEFORE = 24
"""Characters of a passage shown before a place in it."""
FIELDS = 8
"""Places in a line of a heat strip."""
FIELD_CHARACTERS = 14


def next_token_figure(
    tokens: pd.DataFrame, models: Sequence[tuple[str, str]], position: int
) -> go.Figure:
    """Draw each model's most probable next tokens side by side.

    Args:
        tokens: Columns role, model, position, tokens, logprobs, as `CaseStore.next_tokens` gives.
        models: (role, model) of the bars, the reference first; those without tokens are left out.
        position: Which position of the probe.
    """
    here = tokens[tokens["position"] == position]
    found = {
        f"{role} {model}": _probabilities(rows.iloc[0])
        for role, model in models
        if len(rows := here[(here["role"] == role) & (here["model"] == model)])
    }
    shown = _most_probable(found)
    figure = go.Figure()
    for (name, probability), colour, pattern in zip(found.items(), COLOURS, PATTERNS, strict=False):
        figure.add_bar(
            name=inert(visible_line(name)),
            x=[inert(token) for token in shown],
            y=[probability.get(token) for token in shown],
            marker={"color": colour, "pattern": HATCHING | {"shape": pattern}},
            hovertemplate="%{x}: %{y:.4f}",
        )
    return figure.update_layout(
        barmode="group",
        xaxis={"type": "category", "title": "next token (␣ is a space)", "tickfont": {"size": 14}},
        yaxis={"title": "probability", "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.12},
        margin={"t": 24, "b": 8, "l": 8, "r": 8},
    )


def profile_figure(prompt: str, profile: PassageProfile) -> go.Figure:
    """Draw how far suspect and controls lie from the reference along a passage.

    Args:
        prompt: The passage.
        profile: Divergences in bits at its offsets.
    """
    before = [inert(visible_line(prompt[max(0, at - BEFORE) : at])) for at in profile.offsets]
    figure = go.Figure()
    for name, values, colour, dash in (
        ("suspect", profile.suspect, COLOURS[1], "solid"),
        ("controls, mean", profile.controls, COLOURS[2], "dot"),
    ):
        figure.add_scatter(
            name=name,
            x=profile.offsets,
            y=values,
            customdata=before,
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            hovertemplate="…%{customdata}·<br>%{y:.3f} bits",
        )
    return figure.update_layout(
        xaxis={"title": "characters of the passage before this place"},
        yaxis={"title": "divergence from the reference, bits", "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.12},
        margin={"t": 24, "b": 8, "l": 8, "r": 8},
    )


def strip_figure(prompt: str, profile: PassageProfile) -> go.Figure:
    """Lay divergence from the reference over a passage, line by line.

    Args:
        prompt: The passage.
        profile: Divergences in bits at its offsets.

    Returns:
        Two heat maps on one scale, the suspect's above the controls'; a field holds what was read
        since the place before.
    """
    starts = (0, *profile.offsets)
    read = [visible_line(prompt[a:b]) for a, b in zip(starts, profile.offsets, strict=False)]
    most = max((*profile.suspect, *profile.controls), default=0.0)
    figure = make_subplots(
        rows=2, cols=1, subplot_titles=("suspect", "controls, mean"), vertical_spacing=0.12
    )
    for row, values in enumerate((profile.suspect, profile.controls), start=1):
        figure.add_heatmap(
            z=_wrapped(values),
            text=_wrapped([inert(_tail(words)) for words in read]),
            customdata=_wrapped([inert(words[-BEFORE:]) for words in read]),
            texttemplate="%{text}",
            hovertemplate="…%{customdata}·<br>%{z:.3f} bits<extra></extra>",
            coloraxis="coloraxis",
            xgap=1,
            ygap=1,
            row=row,
            col=1,
        )
    lines = -(-len(read) // FIELDS)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, autorange="reversed")
    return figure.update_layout(
        coloraxis={"colorscale": "Cividis", "reversescale": True, "cmin": 0, "cmax": most or 1.0,
                   "colorbar": {"title": "bits"}},
        height=100 + 2 * 30 * lines,
        margin={"t": 32, "b": 8, "l": 8, "r": 8},
    )  # fmt: skip


def _wrapped(cells: Sequence[Any]) -> list[list[Any]]:
    """Cells in lines of `FIELDS`, the last one filled up with nothing."""
    filled = [*cells, *[None] * (-len(cells) % FIELDS)]
    return [filled[at : at + FIELDS] for at in range(0, len(filled), FIELDS)]


def _tail(words: str) -> str:
    return words if len(words) <= FIELD_CHARACTERS else f"…{words[1 - FIELD_CHARACTERS :]}"


def _probabilities(row: pd.Series) -> dict[str, float]:
    """Visible token → probability; two tokens that look alike are one bar."""
    found: dict[str, float] = {}
    for token, logprob in zip(row["tokens"], row["logprobs"], strict=True):
        name = visible_token(token)
        found[name] = found.get(name, 0.0) + float(np.exp(logprob))
    return found


def _most_probable(found: dict[str, dict[str, float]]) -> list[str]:
    best: dict[str, float] = {}
    for probability in found.values():
        for token, value in probability.items():
            best[token] = max(value, best.get(token, 0.0))
    return sorted(best, key=lambda token: (-best[token], token))[:TOKENS_SHOWN]


def inert(text: str) -> str:
    """Text that Plotly, which reads a little HTML in its labels, draws as it stands."""
    return escape(text, quote=False) or "⟨empty⟩"
