"""Answers and models in a plane; a mark leads to its answer on the Evidence page."""

import streamlit as st

from workbench.explore import map_of
from workbench.records import Comparison
from workbench.store import CaseStore
from workbench.ui import choices, maps, state, widgets


def render() -> None:
    """Draw the map of the chosen case."""
    st.title("Map")
    with widgets.errors_shown():
        opened = state.compared_case()
        if opened is not None:
            _draw(*opened)


def _draw(store: CaseStore, suspect: str, comparison: Comparison) -> None:
    with st.spinner("Placing the answers: done once for each case"):
        found = map_of(store, comparison)
    plan = store.plan()
    shown = choices.chosen_models(plan.controls_of(suspect))
    runs = [f"control-{name}" for name in shown]
    runs += [f"reference-{plan.reference}", f"suspect-{suspect}"]
    st.caption(
        f"{len(found.answers):,} answers of {found.measured:,} that the directions were found from; "
        "from each, the mean of all models' answers to the same probe is taken away, so that the map "
        "shows how models differ and not what was asked. Large marks are the models' means."
    )
    address = choices.selected_on_map(maps.map_figure(found, runs))
    if address is None:
        st.info("Choose a mark to open its answer beside the others on the Evidence page.")
        return
    widgets.plain(address)
    st.page_link(
        "workbench/ui/pages/evidence.py",
        label="Open this probe in Evidence",
        icon=":material/forum:",
        query_params={"case": store.name, "suspect": suspect, "probe": address},
    )


if __name__ == "__main__":
    render()
