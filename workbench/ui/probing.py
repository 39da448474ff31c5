"""What the reader chose to look at in a case: which probes are listed, which one is shown, and how."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from workbench.records import Comparison, EvidenceLine, Pack
from workbench.ui.address import addressed_box, carried, choose
from workbench.ui.widgets import three_decimals
from workbench.visible import visible_line

PROBE_TABLE = "probe-table"


def chosen_pack(packs: Sequence[Pack]) -> str | None:
    """Let the reader keep the probes of one pack, carried as `?pack=ID`."""
    pack: str | None = st.selectbox(
        "Pack",
        [pack.id for pack in packs],
        index=None,
        format_func=visible_line,
        placeholder="Every pack",
        key="pack",
        bind="query-params",
    )
    return pack


def chosen_words() -> str:
    """Let the reader search prompts and answers, carried as `?words=…`."""
    return st.text_input(
        "Search prompts and answers", key="words", bind="query-params", max_chars=200
    )


def chosen_line(comparison: Comparison) -> EvidenceLine | None:
    """Let the reader choose the metric whose values the list shows, carried as `?metric=…`."""
    lines = {line.metric: line for line in comparison.lines if line.suspect.probes}
    metric: str | None = st.selectbox(
        "Metric of the list",
        list(lines),
        format_func=lambda key: visible_line(lines[key].title),
        key="metric",
        bind="query-params",
    )
    return lines[metric] if metric else None


def only_closer() -> bool:
    """Let the reader keep the probes that set the suspect apart, carried as `?closer=true`."""
    return st.toggle(
        "Only where the suspect is closer to the reference than every control",
        key="closer",
        bind="query-params",
    )


def chosen_probe(addresses: Sequence[str]) -> str:
    """Let the reader go through the listed probes; `?probe=…` always names the one shown."""
    asked = carried("probe")
    if asked is not None and asked not in addresses:
        st.caption("The probe in the address bar is not among these; the first one is shown.")
    place = addresses.index(asked) if asked in addresses else 0
    back, box, onward = st.columns([2, 6, 2], vertical_alignment="bottom")
    with back:
        _step("Previous", "arrow_back", "P", addresses[place - 1] if place else None)
    with box:
        label = f"Probe {place + 1} of {len(addresses)}"
        current = addressed_box(label, "probe", addresses, addresses[0])
    with onward:
        _step("Next", "arrow_forward", "N", next(iter(addresses[place + 1 :]), None))
    return current or addresses[0]


def selectable_probes(rows: pd.DataFrame, addresses: Sequence[str]) -> None:
    """List probes; selecting a row goes to it.

    Args:
        rows: A row for each probe, all cells fit to be shown.
        addresses: The same probes' addresses.
    """
    st.dataframe(
        rows,
        hide_index=True,
        column_config=three_decimals(rows),
        key=PROBE_TABLE,
        on_select=lambda: _show_selected_probe(addresses),
        selection_mode="single-row",
        alt="Probes that fit the filters",
    )


def shown_controls(controls: Sequence[str], at_once: int) -> Sequence[str]:
    """Let the reader page through the controls, `at_once` of them beside each other."""
    pages = -(-len(controls) // at_once)
    page = st.pagination(pages, key="controls-page", persist_state="session") if pages > 1 else 1
    return controls[(page - 1) * at_once : page * at_once]


def chosen_control(controls: Sequence[str]) -> str | None:
    """Let the reader choose one control to draw beside the reference and the suspect."""
    control: str | None = st.selectbox(
        "Control beside them",
        controls,
        format_func=visible_line,
        key="control",
        bind="query-params",
    )
    return control


def chosen_position(positions: Sequence[int]) -> int:
    """Let the reader choose a position where there are several along a passage."""
    if len(positions) == 1:
        return positions[0]
    return st.select_slider(
        "Position along the passage", positions, key="position", bind="query-params"
    )


def _step(label: str, icon: str, shortcut: str, address: str | None) -> None:
    """A button to another probe, dead where there is none."""
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=address is None,
        width="stretch",
        on_click=choose,
        args=("probe", address),
    )


def _show_selected_probe(addresses: Sequence[str]) -> None:
    if selected := st.session_state[PROBE_TABLE].selection.rows:
        choose("probe", addresses[selected[0]])
