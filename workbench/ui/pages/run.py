"""How far a case is: progress by model and pack, failures, start, stop, and the comparison."""

import streamlit as st

from workbench.parties import party_lines
from workbench.store import CaseStore, CaseSummary, summarise
from workbench.ui import case_lines, errands, run_panel, state, widgets
from workbench.ui.errands import Task


def render() -> None:
    """Draw the progress of the chosen case and what can be done next."""
    st.title("Run")
    with widgets.errors_shown():
        store = state.chosen_case()
        if store is None:
            st.info("Choose a case above; New comparison makes one.", icon=":material/play_arrow:")
            return
        case = summarise(store.folder)
        case_lines.case_line(case)
        for line in party_lines(store.plan()):
            widgets.plain(line)
        if case.read_only:
            case_lines.read_only()
        elif case.state not in state.UNFINISHED:
            _compare(case, store)
        run_panel.draw(case, store)


def _compare(case: CaseSummary, store: CaseStore) -> None:
    compared = case.state == "evaluated"
    st.caption(
        "Everything is recorded and compared; comparing again keeps only what is new."
        if compared
        else "Everything is recorded. Comparing needs no model; it computes every score and verdict."
    )
    task = Task(
        errands.place_of(store.folder, "compare"),
        ("compare", str(store.folder.absolute()), "--json"),
        "Compare again" if compared else "Compare",
        "balance",
        "compare",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        errands.draw(task, main=not compared)
        if compared:
            case_lines.link("verdict", "balance", case.name)


if __name__ == "__main__":
    render()
