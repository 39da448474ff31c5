"""How far the answers of every two models lie apart, and a tree that illustrates it."""

import streamlit as st

from workbench.explore import lineage_of
from workbench.records import Comparison
from workbench.store import CaseStore
from workbench.ui import maps, state, widgets


def render() -> None:
    """Draw matrix and tree of the chosen case."""
    st.title("Lineage")
    with widgets.errors_shown():
        opened = state.compared_case()
        if opened is not None:
            _draw(*opened)


def _draw(store: CaseStore, _: str, comparison: Comparison) -> None:
    with st.spinner("Measuring every two models: done once for each case"):
        found = lineage_of(store, comparison)
    if found.left_out:
        widgets.plain(f"Too few answers, so left out: {', '.join(found.left_out)}.")
    st.header("Every two models", anchor=False)
    st.caption(
        f"Mean over {found.probes:,} probes of how far the embedded answers of two models lie apart, "
        "less what repeats of one model do: 0, the darkest, means as near as a model is to itself."
    )
    widgets.explored(
        maps.matrix_figure(found), alt="Distance of the answers of every two models of the case"
    )
    st.header("Tree", anchor=False)
    st.caption(
        "Nearest groups are joined first, by their mean distance. Beside each join stands in how "
        "many sets of probes, drawn again with replacement, the same models are together. A tree is "
        "drawn whatever the data: shared teachers, shared data and one recipe make models alike too, "
        "and it gives no direction. What may be said stands on the Verdict page."
    )
    widgets.explored(
        maps.tree_figure(found),
        alt="Tree of the models by the distance of their answers: an illustration, not evidence",
    )


if __name__ == "__main__":
    render()
