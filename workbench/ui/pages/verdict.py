"""What may be said about one suspect, why, and the suspect beside the controls."""

from collections.abc import Sequence

import streamlit as st

from workbench.evidence.verdict import common_reasons
from workbench.evidence.wording import QUESTION_WORDS, stopped_early
from workbench.records import Comparison, EvidenceLine, Plan, Verdict
from workbench.report.exhibits import Exhibit, exhibit_of
from workbench.report.figures.exhibit import lead_line
from workbench.report.numbers import counted
from workbench.report.sections import opinions, sensitivity, weighed
from workbench.report.wording import own
from workbench.store import CaseStore
from workbench.store.views import ProbeQuery, find_probes, held_open
from workbench.ui import blocks, case_lines, drawn, state, tables, widgets

LED_TO = 3
"""Probes that the page links to."""


def render() -> None:
    """Draw the conclusion about the chosen suspect and what it rests on."""
    st.title("Verdict")
    with widgets.errors_shown():
        choice, other = st.columns(2)
        with choice:
            store = state.chosen_case()
        if store is None:
            st.info("Choose a case above; the Cases page lists them with their state.")
            return
        with other:
            suspect = state.chosen_suspect(store.plan())
        with held_open(store):
            runs, comparison = store.runs(), state.comparison_of(store, suspect)
        case_lines.recorded_by_others(runs)
        if comparison is None:
            _not_compared(store)
        else:
            _draw(store, comparison)


def _not_compared(store: CaseStore) -> None:
    st.info("There is no verdict yet: this suspect was not compared.", icon=":material/balance:")
    st.caption("Ask the models (a run that was interrupted goes on where it stopped):")
    widgets.command("workbench", "run", store.name)
    st.caption("Then compare what came back:")
    widgets.command("workbench", "compare", store.name)
    _outcomes(store)


def _draw(store: CaseStore, comparison: Comparison) -> None:
    if comparison.decided is not None:
        widgets.plain(stopped_early(comparison.decided))
    shown = drawn.exhibits_of(comparison)
    if comparison.verdict.opinions:
        _questions(comparison, store.plan(), shown)
    else:
        _conclusion(comparison.verdict)
        _propositions(comparison.verdict)
    st.header("The suspect beside the controls", anchor=False)
    for exhibit in shown:
        if exhibit.question is None:
            widgets.exhibit(exhibit)
    _standing_out(store, comparison)
    st.header("Scores", anchor=False)
    for line in comparison.lines:
        _line(line)
    _outcomes(store)
    _custody(store, comparison)


def _standing_out(store: CaseStore, comparison: Comparison) -> None:
    """Lead to the probes at which the suspect lies furthest beyond the nearest control."""
    line = lead_line(comparison)
    found = find_probes(store, ProbeQuery(closer=True, furthest=True), comparison, line)
    if line is None or found.empty:
        return
    st.header("Where the suspect stands out most", anchor=False)
    widgets.plain(
        f"{line.title}: closer to the reference than every control at "
        f"{counted(len(found), 'probe')}. Those with the widest margin:"
    )
    for address in found["probe_address"].head(LED_TO):
        case_lines.probe_link(store.name, comparison.suspect, address, line.title)


def _questions(comparison: Comparison, plan: Plan, shown: Sequence[Exhibit]) -> None:
    """Answer each question in a block of its own, as the report's evaluation does."""
    st.caption("Sections that are named here are those of the report.")
    verdict = comparison.verdict
    for opinion in verdict.opinions:
        with st.container(border=True):
            st.header(widgets.escaped(QUESTION_WORDS[opinion.question]), anchor=False)
            case_lines.status_badge(opinion.status)
            exhibit = exhibit_of(shown, opinion.question)
            blocks.show(opinions.blocks(comparison, opinion, exhibit, own))
            blocks.show(weighed.errors(opinion))
            blocks.show(sensitivity.blocks(comparison, opinion, plan))
    _listed("For both questions", common_reasons(verdict))
    _listed("Alternatives not tested", verdict.untested)
    blocks.show([weighed.scale()])


def _listed(title: str, items: Sequence[str]) -> None:
    if items:
        st.header(widgets.escaped(title), anchor=False)
    for item in items:
        widgets.plain(f"• {item}")


def _conclusion(verdict: Verdict) -> None:
    with st.container(border=True, gap="xsmall"):
        case_lines.status_badge(verdict.status)
        st.subheader(widgets.escaped(verdict.wording), anchor=False)
        for reason in verdict.reasons:
            widgets.plain(f"• {reason}")


def _propositions(verdict: Verdict) -> None:
    weighed, untested = st.columns(2)
    with weighed:
        st.header("Propositions weighed", anchor=False)
        widgets.plain(verdict.proposition)
        st.caption("against")
        widgets.plain(verdict.alternative)
    with untested:
        st.header("Not tested", anchor=False)
        if not verdict.untested:
            st.caption("Every alternative of the plan was tested.")
        for alternative in verdict.untested:
            widgets.plain(f"• {alternative}")


def _line(line: EvidenceLine) -> None:
    with st.expander(widgets.escaped(f"{line.title}: {tables.standing(line)}")):
        widgets.plain(tables.rank_sentence(line))
        alt = f"Scores of the suspect and controls: {line.title}"
        widgets.table(tables.score_rows(line), alt=alt)


def _outcomes(store: CaseStore) -> None:
    st.header("Observations by outcome", anchor=False)
    counts = store.outcomes()
    if counts.empty:
        st.caption("Nothing was asked yet.")
        return
    widgets.table(tables.outcome_rows(counts), alt="Observations of each run by outcome")


def _custody(store: CaseStore, comparison: Comparison) -> None:
    st.header("Custody", anchor=False)
    st.caption("Recompute every digest and every number of this page from the journals:")
    widgets.command("workbench", "verify", store.name)
    widgets.table(tables.digest_rows(comparison), alt="Digests of the comparison")
    widgets.table(tables.head_rows(comparison), alt="Digest of the last record of each run")


if __name__ == "__main__":
    render()
