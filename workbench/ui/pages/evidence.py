"""Every probe: what the reference, the suspect and the controls answered."""

import pandas as pd
import streamlit as st

from workbench.records import Comparison, Pack, Plan, Role
from workbench.store import CaseStore
from workbench.store.views import ProbeQuery, find_probes, probe_values
from workbench.ui import figures, state, tables, widgets

PROBES_LISTED = 500
ANSWERS_SHOWN = 20
"""Different answers of one model that are drawn; more are counted."""
CONTROLS_PER_PAGE = 6


def render() -> None:
    """Draw the chosen probe of the chosen case beside its list of probes."""
    st.title("Evidence")
    with widgets.errors_shown():
        choice, other = st.columns(2)
        with choice:
            store = state.chosen_case()
        if store is None:
            st.info("Choose a case above; the Cases page lists them with their state.")
            return
        with other:
            suspect = state.chosen_suspect(store.plan())
        widgets.recorded_by_others(store.runs())
        found = {item.suspect: item for item in store.comparisons()}
        listed = _listed(store, found.get(suspect))
        if listed.empty:
            st.info("No probe fits these filters. Take one of them back to see more.")
            return
        _browse(store, listed, suspect, found.get(suspect))


def _listed(store: CaseStore, comparison: Comparison | None) -> pd.DataFrame:
    packs, search, metric = st.columns(3)
    with packs:
        pack = state.chosen_pack(store.packs())
    with search:
        words = state.chosen_words()
    if comparison is None:
        return find_probes(store, ProbeQuery(pack, words))
    with metric:
        line = state.chosen_line(comparison)
    query = ProbeQuery(pack, words, closer=state.only_closer())
    return find_probes(store, query, comparison, line)


def _browse(
    store: CaseStore, listed: pd.DataFrame, suspect: str, comparison: Comparison | None
) -> None:
    addresses = listed["probe_address"].tolist()
    with st.expander(f"List of the {len(addresses):,} probes that fit"):
        rows = tables.probe_rows(listed.head(PROBES_LISTED))
        state.selectable_probes(widgets.shown_cells(rows), addresses)
        if len(addresses) > PROBES_LISTED:
            st.caption(f"The first {PROBES_LISTED}; narrow the filters to list the others.")
    address = state.chosen_probe(addresses)
    pack = next(item for item in store.packs() if item.id == address.split("#")[0])
    _prompt(pack, listed.loc[listed["probe_address"] == address, "prompt"].item())
    answers = store.answers(address)
    if answers.empty:
        st.info("This probe was not put to any model yet.")
        return
    if pack.kind == "generate":
        _answers(answers, store.plan(), suspect)
    else:
        _next_tokens(store, answers, address, suspect)
    if comparison is not None:
        _profile(comparison, address, pack)
        _values(store, comparison, address)


def _prompt(pack: Pack, prompt: str) -> None:
    st.header("Prompt", anchor=False)
    widgets.quoted(prompt)
    widgets.plain(f"{pack.title} (version {pack.version}). {pack.rationale}")
    if pack.weak is not None:
        widgets.plain(f"Shown, never counted in any score. {pack.weak}")


def _answers(answers: pd.DataFrame, plan: Plan, suspect: str) -> None:
    st.header("Answers", anchor=False)
    whole = st.toggle("Show long answers whole", key="whole")
    left, right = st.columns(2)
    with left:
        _of_one_model(answers, "reference", plan.reference, whole=whole)
    with right:
        _of_one_model(answers, "suspect", suspect, whole=whole)
    st.subheader("Controls", anchor=False)
    controls = state.shown_controls(plan.controls, CONTROLS_PER_PAGE)
    with st.grid("auto", min_column_width=260):
        for control in controls:
            _of_one_model(answers, "control", control, whole=whole)


def _of_one_model(answers: pd.DataFrame, role: Role, model: str, *, whole: bool) -> None:
    given = answers[(answers["role"] == role) & (answers["model"] == model)]
    groups = list(tables.repeats_together(given))
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            widgets.role_badge(role)
            widgets.plain(model)
        if not groups:
            st.caption("Not asked yet.")
        for repeats, answer in groups[:ANSWERS_SHOWN]:
            widgets.answer(repeats, answer, whole=whole)
        if len(groups) > ANSWERS_SHOWN:
            st.caption(f"{len(groups) - ANSWERS_SHOWN} more different answers are not drawn.")


def _next_tokens(store: CaseStore, answers: pd.DataFrame, address: str, suspect: str) -> None:
    st.header("Most probable next tokens", anchor=False)
    st.caption("This pack asks how probable each next token is; nothing is sampled.")
    tokens = store.next_tokens(address)
    if tokens.empty:
        st.info("No model gave token probabilities at this probe.")
    else:
        _token_figure(tokens, store.plan(), suspect)
    widgets.table(tables.asked_rows(answers), alt="Outcome of this probe for each model")


def _token_figure(tokens: pd.DataFrame, plan: Plan, suspect: str) -> None:
    control = state.chosen_control(plan.controls)
    position = state.chosen_position(tables.positions(tokens))
    models = [("reference", plan.reference), ("suspect", suspect)]
    models += [("control", control)] if control else []
    widgets.explored(
        figures.next_token_figure(tokens, models, position),
        alt="Probabilities of the next tokens by reference, suspect and one control",
    )


def _profile(comparison: Comparison, address: str, pack: Pack) -> None:
    profile = next((it for it in comparison.profiles if it.probe_address == address), None)
    if profile is None:
        return
    st.header("Along the passage", anchor=False)
    st.caption(
        "How far the next two bytes lie from the reference's, place by place: where the suspect runs "
        "below the controls, it is closer to the reference than they are."
    )
    prompt = next(probe.prompt for probe in pack.probes if probe.address == address)
    widgets.explored(
        figures.profile_figure(prompt, profile),
        alt="Divergence from the reference along the passage, of the suspect and the controls",
    )


def _values(store: CaseStore, comparison: Comparison, address: str) -> None:
    st.header("Metrics at this probe", anchor=False)
    values = probe_values(store, comparison, address)
    if values.empty:
        st.caption("No metric has a value of its own at this probe.")
        return
    widgets.table(
        tables.value_rows(values, comparison), alt="Value of each metric at this probe by model"
    )


if __name__ == "__main__":
    render()
