"""Every case on this machine: its state, who is compared, the verdict in a line."""

import streamlit as st

from workbench.paths import cases_folder
from workbench.report.numbers import counted
from workbench.store import CaseSummary
from workbench.ui import run_panel, state, widgets

CASES_PER_PAGE = 10
RUNNABLE = frozenset({"planned", "recording", "running", "stalled"})
"""States in which something is left to ask, or is being asked."""


def render() -> None:
    """Draw the list of cases, or what to do while there is none."""
    st.title("Cases")
    cases = state.summaries()
    if not cases:
        _nothing_yet()
        return
    pages = -(-len(cases) // CASES_PER_PAGE)
    st.caption(f"{counted(len(cases), 'case')} on this machine")
    shown = st.pagination(pages, key="cases-page") if pages > 1 else 1
    for case in cases[(shown - 1) * CASES_PER_PAGE : shown * CASES_PER_PAGE]:
        with st.container(border=True, gap="xsmall"):
            _card(case)


def _nothing_yet() -> None:
    st.info("There is no case yet. One of these makes the first.", icon=":material/folder_open:")
    st.caption("Ask, compare and report on small real models that are fetched for it:")
    widgets.command("make", "demo")
    st.caption("Or plan a comparison of your own, then run it and compare:")
    widgets.command("workbench", "plan", "CASE", "--reference", "R", "--suspect", "S")
    st.caption("Cases are looked for in this folder:")
    widgets.plain(str(cases_folder()))


def _card(case: CaseSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(widgets.named(case.name), anchor=False, width="content")
        widgets.state_badge(case.state)
    if case.problem:
        widgets.plain(case.problem)
        return
    suspects = counted(len(case.suspects), "suspect")
    controls = counted(len(case.controls), "control")
    widgets.plain(f"Reference {case.reference}; {suspects}: {', '.join(case.suspects)}; {controls}")
    if case.state in RUNNABLE:
        run_panel.draw(case)
    else:
        for line in case.verdicts or (
            f"Recorded, not compared yet: workbench compare {case.name}",
        ):
            widgets.plain(line)
    _links(case)


def _links(case: CaseSummary) -> None:
    with st.container(horizontal=True):
        st.page_link(
            "workbench/ui/pages/verdict.py",
            icon=":material/balance:",
            query_params={"case": case.name},
        )
        st.page_link(
            "workbench/ui/pages/evidence.py",
            icon=":material/forum:",
            query_params={"case": case.name},
        )


if __name__ == "__main__":
    render()
