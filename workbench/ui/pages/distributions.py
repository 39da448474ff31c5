"""What the models expect next: at one probe, or place by place along a passage."""

import streamlit as st

from workbench.store import CaseStore
from workbench.store.views import ProbeQuery, find_probes
from workbench.ui import probing, state, token_panel, widgets


def render() -> None:
    """Draw the distributions of the chosen case at the chosen probe."""
    st.title("Distributions")
    with widgets.errors_shown():
        opened = state.opened_case()
        if opened is not None:
            _draw(*opened)


def _draw(store: CaseStore, suspect: str) -> None:
    packs = [pack for pack in store.packs() if pack.kind != "generate"]
    if not packs:
        st.info(
            "No pack of this case reads distributions. Plan one with a pack of the family "
            "continuation or tokenizer; the Evidence page shows the answers of this case."
        )
        return
    chosen = probing.chosen_pack(packs)
    wanted = [pack for pack in packs if chosen in (None, pack.id)]
    among = [probe.address for pack in wanted for probe in pack.probes]
    listed = find_probes(store, ProbeQuery(among=among))
    address = probing.chosen_probe(listed["probe_address"].tolist())
    pack = next(item for item in packs if item.id == address.split("#")[0])
    st.header("Text", anchor=False)
    widgets.quoted(listed.loc[listed["probe_address"] == address, "prompt"].item(), whole=False)
    answers = store.answers(address)
    if answers.empty:
        st.info("This probe was not put to any model yet. The Cases page starts and goes on.")
        return
    token_panel.next_tokens(store, answers, address, suspect)
    comparison = state.comparison_of(store, suspect)
    if comparison is None:
        st.info("Divergences stand here once the case was compared.")
        widgets.command("workbench", "compare", store.name)
        return
    token_panel.along_the_passage(comparison, address, pack)


if __name__ == "__main__":
    render()
