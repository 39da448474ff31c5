"""Every case on this machine: its state, who is compared, the verdict in a line."""

import streamlit as st

from workbench.paths import cases_folder
from workbench.report.numbers import counted
from workbench.store import CaseSummary
from workbench.store.shelf import archive, bring_back
from workbench.ui import case_lines, run_panel, state, widgets

CASES_PER_PAGE = 10
PAGES = (("run", "play_arrow"), ("verdict", "balance"), ("evidence", "forum"), ("report", "draft"))
"""Pages of one case, and their icons."""


def render() -> None:
    """Draw the list of cases, or what to do while there is none."""
    st.title("Cases")
    every = state.summaries()
    if not every:
        _nothing_yet()
        return
    st.page_link(
        "workbench/ui/pages/new_comparison.py", label="New comparison", icon=":material/add:"
    )
    cases = _listed(every)
    pages = -(-len(cases) // CASES_PER_PAGE)
    st.caption(f"{counted(len(cases), 'case')} on this machine")
    shown = st.pagination(pages, key="cases-page") if pages > 1 else 1
    for case in cases[(shown - 1) * CASES_PER_PAGE : shown * CASES_PER_PAGE]:
        with st.container(border=True, gap="xsmall"):
            _card(case)


def _listed(every: list[CaseSummary]) -> list[CaseSummary]:
    """The cases that are not put aside, or with the reader's wish all of them."""
    aside = sum(case.archived for case in every)
    whole = bool(aside) and st.toggle(
        f"Show {counted(aside, 'archived case')}", key="archived", bind="query-params"
    )
    return [case for case in every if whole or not case.archived]


def _nothing_yet() -> None:
    st.info("There is no case yet. One of these makes the first.", icon=":material/folder_open:")
    st.page_link(
        "workbench/ui/pages/new_comparison.py", label="Plan a comparison", icon=":material/add:"
    )
    st.caption("Ask, compare and report on small real models that are fetched for it:")
    widgets.command("make", "demo")
    st.caption("Or plan a comparison of your own, then run it and compare:")
    widgets.command("workbench", "plan", "CASE", "--reference", "R", "--suspect", "S")
    st.caption("Cases are looked for in this folder:")
    widgets.plain(str(cases_folder()))


def _card(case: CaseSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(widgets.named(case.name), anchor=False, width="content")
        case_lines.state_badge(case.state)
        if case.read_only:
            st.badge("read-only", color="gray")
        if case.archived:
            st.badge("archived", color="gray")
    if case.problem:
        widgets.plain(case.problem)
        return
    case_lines.compared(case)
    for line in case.verdicts or (_next_step(case),):
        widgets.plain(line)
    with st.container(horizontal=True, vertical_alignment="center"):
        for page, icon in PAGES:
            case_lines.link(page, icon, case.name)
        _shelve(case)
    run_panel.refusal(case.folder)


def _next_step(case: CaseSummary) -> str:
    if run_panel.is_at_work(case):
        return "Models are being asked; the Run page shows how far it is."
    if case.state in state.UNFINISHED:
        return f"Not all models were asked yet: workbench run {case.name}"
    return f"Recorded, not compared yet: workbench compare {case.name}"


def _shelve(case: CaseSummary) -> None:
    act = bring_back if case.archived else archive
    st.button(
        "Bring back" if case.archived else "Archive",
        icon=":material/unarchive:" if case.archived else ":material/archive:",
        type="tertiary",
        help="Archived cases are left out of the list; nothing of them is moved or removed.",
        key=f"shelve-{case.folder}",
        on_click=run_panel.attempt,
        args=(case.folder, lambda: act(case.folder)),
    )


if __name__ == "__main__":
    render()
