"""What the address bar and the session hold: case, suspect, probe, and the filters of probes."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from workbench.paths import cases_folder, demo_folder
from workbench.records import Comparison, EvidenceLine, Pack, Plan
from workbench.store import CaseStore, CaseSummary, list_cases, open_case
from workbench.ui.widgets import command, three_decimals
from workbench.visible import visible_line

UNFINISHED = frozenset({"planned", "recording", "running", "stalled"})
"""States of a case in which something is left to ask, or is being asked."""
CARRIED = "carried-"
BOX = "-box"
PROBE_TABLE = "probe-table"


def case_roots() -> tuple[Path, ...]:
    """Folders that hold case folders: the user's, then the one that comes with the program."""
    return (cases_folder(), demo_folder())


def summaries() -> list[CaseSummary]:
    """Every case in one line; where two have a name, the user's own."""
    found: dict[str, CaseSummary] = {}
    for root in case_roots():
        for summary in list_cases(root):
            found.setdefault(summary.name, summary)
    return list(found.values())


def chosen_case() -> CaseStore | None:
    """Let the reader choose a case, carried as `?case=NAME`; None while there is no choice.

    Raises:
        CaseError: If the case does not open.
    """
    folders = _case_folders()
    asked = _carried("case")
    name = addressed_box("Case", "case", list(folders), None)
    if name is not None:
        return open_case(folders[name])
    if asked is not None:
        # Refused in the store's own words; a name from the address bar never becomes a path.
        return open_case(cases_folder() / Path(asked).name)
    return None


def chosen_limits() -> tuple[str, ...]:
    """Let the reader limit what endpoints may cost: options of the worker."""
    queries, cost = st.columns(2)
    with queries:
        most = st.number_input(
            "Most requests to endpoints", min_value=1, value=None, placeholder="No limit"
        )
    with cost:
        money = st.number_input(
            "Most money for endpoints", min_value=0.0, value=None, placeholder="No limit"
        )
    limits = {"--max-queries": most, "--max-cost": money}
    return tuple(word for key, n in limits.items() if n is not None for word in (key, repr(n)))


def left_out(sections: Sequence[str], exhibits: Sequence[int]) -> tuple[list[str], list[int]]:
    """Let the reader leave parts of a report out, carried as `?without=…`."""
    one, other = st.columns(2)
    with one:
        titles = st.multiselect(
            "Sections to leave out",
            sections,
            format_func=visible_line,
            placeholder="None",
            key="without",
            bind="query-params",
        )
    with other:
        numbers = st.multiselect(
            "Exhibits to leave out",
            exhibits,
            placeholder="None",
            key="without-exhibits",
            bind="query-params",
        )
    return titles, numbers


def opened_case() -> tuple[CaseStore, str] | None:
    """Let the reader choose a case and a suspect; None, with what to do next, while there is none.

    Raises:
        CaseError: If the case does not open.
    """
    choice, other = st.columns(2)
    with choice:
        store = chosen_case()
    if store is None:
        st.info("Choose a case above; the Cases page lists them with their state.")
        return None
    with other:
        return store, chosen_suspect(store.plan())


def compared_case() -> tuple[CaseStore, str, Comparison] | None:
    """The same, with the latest comparison; None, with the command to make one, without it.

    Raises:
        CaseError: If the case does not open.
    """
    opened = opened_case()
    if opened is None:
        return None
    store, suspect = opened
    comparison = comparison_of(store, suspect)
    if comparison is None:
        st.info("This suspect was not compared yet, so no answer was embedded.")
        command("workbench", "run", store.name)
        command("workbench", "compare", store.name)
        return None
    return store, suspect, comparison


def chosen_suspect(plan: Plan) -> str:
    """Let the reader choose among several suspects, carried as `?suspect=NAME`."""
    first = plan.suspects[0]
    return addressed_box("Suspect", "suspect", plan.suspects, first) or first


def comparison_of(store: CaseStore, suspect: str) -> Comparison | None:
    """The latest comparison of a suspect, read once for as long as it is the latest; None: none."""
    digest = store.comparison_digests().get(suspect)
    return None if digest is None else _comparison(store.folder, digest)


@st.cache_resource(max_entries=4, show_spinner=False)
def _comparison(folder: Path, digest: str) -> Comparison | None:
    return CaseStore(folder).comparison(digest)


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
    asked = _carried("probe")
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


def _carried(key: str) -> str | None:
    """The choice in the address bar, else the one taken along from another page."""
    return st.query_params.get(key, st.session_state.get(CARRIED + key))


def addressed_box(label: str, key: str, options: Sequence[str], default: str | None) -> str | None:
    """A box of choices that the address bar always names and every page takes along.

    Widgets bound by Streamlit itself forget a choice that came with the address when the reader
    changes the page, and leave a default out of the address.
    """
    asked = _carried(key)
    current = asked if asked in options else default
    st.session_state[key + BOX] = current
    if current is not None:
        _choose(key, current)
    st.selectbox(
        label,
        options,
        index=None if default is None else 0,
        format_func=visible_line,
        placeholder="Choose one",
        key=key + BOX,
        on_change=lambda: _choose(key, st.session_state[key + BOX]),
    )
    return current


def _choose(key: str, value: str | None) -> None:
    st.session_state[CARRIED + key] = value
    if value is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def _step(label: str, icon: str, shortcut: str, address: str | None) -> None:
    """A button to another probe, dead where there is none."""
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=address is None,
        width="stretch",
        on_click=_choose,
        args=("probe", address),
    )


def _show_selected_probe(addresses: Sequence[str]) -> None:
    if selected := st.session_state[PROBE_TABLE].selection.rows:
        _choose("probe", addresses[selected[0]])


def _case_folders() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for root in case_roots():
        for path in sorted(root.glob("*/journal/case.jsonl")):
            found.setdefault(path.parent.parent.name, path.parent.parent)
    return found
