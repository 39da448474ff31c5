"""Every probe: what the reference, the suspect and the controls answered."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from workbench.packs.variants import planned_name, with_variants
from workbench.records import Comparison, Note, Pack
from workbench.store import CaseStore
from workbench.store.notes import notes
from workbench.store.views import ProbeQuery, find_probes, held_open, probe_values
from workbench.ui import (
    case_lines,
    choices,
    noting,
    probe_tables,
    probing,
    side_by_side,
    state,
    token_panel,
    widgets,
)

PROBES_LISTED = 500


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
        with held_open(store):
            _of_suspect(store, suspect)


def _of_suspect(store: CaseStore, suspect: str) -> None:
    case_lines.recorded_by_others(store.runs())
    comparison, noted = state.comparison_of(store, suspect), notes(store)
    packs = with_variants(store.packs(), store.plan().other_temperature)
    listed = _listed(store, packs, comparison, noted)
    if listed.empty:
        st.info("No probe fits these filters. Take one of them back to see more.")
        return
    _browse(store, packs, listed, suspect, comparison, noted)


def _listed(
    store: CaseStore,
    packs: Sequence[Pack],
    comparison: Comparison | None,
    noted: Mapping[str, Note],
) -> pd.DataFrame:
    first, second, third, search = st.columns(4)
    with first:
        family = choices.chosen_family(packs)
    with second:
        pack = probing.chosen_pack(packs)
    with third:
        outcome = choices.chosen_outcome()
    with search:
        words = probing.chosen_words()
    with st.container(horizontal=True):
        among = _spoken_of(noted) if choices.only_noted() else None
        closer = comparison is not None and probing.only_closer()
        furthest = comparison is not None and choices.furthest_first()
    query = ProbeQuery(pack, words, closer, family, outcome, among, furthest)
    if comparison is None:
        return find_probes(store, query, packs=packs)
    return find_probes(store, query, comparison, probing.chosen_line(comparison), packs)


def _spoken_of(noted: Mapping[str, Note]) -> list[str]:
    return [address for address, note in noted.items() if note.starred or note.text]


def _browse(
    store: CaseStore,
    packs: Sequence[Pack],
    listed: pd.DataFrame,
    suspect: str,
    comparison: Comparison | None,
    noted: Mapping[str, Note],
) -> None:
    addresses = listed["probe_address"].tolist()
    with st.expander(f"List of the {len(addresses):,} probes that fit"):
        rows = probe_tables.probe_rows(listed.head(PROBES_LISTED), noted)
        probing.selectable_probes(widgets.shown_cells(rows), addresses)
        if len(addresses) > PROBES_LISTED:
            st.caption(f"The first {PROBES_LISTED}; narrow the filters to list the others.")
    address = probing.chosen_probe(addresses)
    pack = next(item for item in packs if item.id == address.split("#")[0])
    prompt, margin = st.columns([2, 1])
    with prompt:
        _prompt(pack, listed.loc[listed["probe_address"] == address, "prompt"].item())
    with margin:
        noting.draw(store, address, noted.get(address))
    _recorded(store, pack, address, suspect)
    if comparison is not None:
        token_panel.along_the_passage(comparison, address, pack)
        _values(store, comparison, address)


def _recorded(store: CaseStore, pack: Pack, address: str, suspect: str) -> None:
    answers = store.answers(address)
    if answers.empty:
        st.info("This probe was not put to any model yet. The Cases page starts and goes on.")
    elif pack.kind == "generate":
        side_by_side.draw(answers, store.plan(), suspect)
    else:
        token_panel.next_tokens(store, answers, address, suspect)


def _prompt(pack: Pack, prompt: str) -> None:
    st.header("Prompt", anchor=False)
    widgets.quoted(prompt)
    widgets.plain(f"{pack.title} (version {pack.version}). {pack.rationale}")
    if pack.weak is not None:
        widgets.plain(f"Shown, never counted in any score. {pack.weak}")
    if planned_name(pack.id) != pack.id:
        widgets.plain(
            f"Asked once more, at temperature {pack.decoding.temperature:g}: these answers show what "
            "a score hangs on and count in none."
        )


def _values(store: CaseStore, comparison: Comparison, address: str) -> None:
    st.header("Metrics at this probe", anchor=False)
    values = probe_values(store, comparison, address)
    if values.empty:
        st.caption("No metric has a value of its own at this probe.")
        return
    widgets.table(
        probe_tables.value_rows(values, comparison),
        alt="Value of each metric at this probe by model",
    )


if __name__ == "__main__":
    render()
