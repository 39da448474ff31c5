"""Probe packs: read them, see what they separated so far, write them."""

import streamlit as st

from workbench.errors import PackError
from workbench.packs import find_pack
from workbench.packs.weights import read_weights
from workbench.records import Pack
from workbench.report.numbers import counted
from workbench.ui import pack_editor, pack_tables, pack_trial, widgets


def render() -> None:
    """Draw the chosen pack, and the way to a new one."""
    st.title("Probe packs")
    with widgets.errors_shown():
        pack_id = pack_editor.chosen_pack()
        pack_editor.begin(pack_id)
        if pack_id is None:
            st.info("There is no pack yet. Begin one above, or set WORKBENCH_PROBES to a folder.")
        elif pack_editor.is_draft(pack_id):
            pack_editor.edit(pack_id)
        else:
            _draw(pack_id)


def _draw(pack_id: str) -> None:
    reading, separating, trying, writing = st.tabs(["Read", "What it separated", "Try", "Write"])
    try:
        pack = find_pack(pack_id)
    except PackError as error:
        with reading:
            widgets.problem(error.what, error.fix)
    else:
        with reading:
            _read(pack)
        with separating:
            _separated(pack)
        with trying, widgets.errors_shown():
            pack_trial.draw(pack)
    with writing:
        pack_editor.edit(pack_id)


def _read(pack: Pack) -> None:
    st.subheader(widgets.escaped(pack.title), anchor=False)
    st.caption(f"Version {pack.version:,}, {counted(len(pack.probes), 'probe')}")
    widgets.plain(pack.rationale)
    if pack.weak is not None:
        widgets.plain(f"Shown, never counted in any score. {pack.weak}")
    for confounder in pack.confounders:
        widgets.plain(f"What else makes models alike: {confounder}")
    widgets.plain(f"Source: {pack.source}")
    widgets.table(pack_tables.about_rows(pack), alt="How the pack asks")
    rows = pack_tables.probe_rows(pack, read_weights(pack))
    widgets.table(rows, alt="Probes of the pack")


def _separated(pack: Pack) -> None:
    weights = read_weights(pack)
    if weights is None:
        st.info("No panel was asked this version yet. Weigh it on recorded cases:")
        widgets.command("workbench", "packs", "weigh", "--panel", "CASE")
        return
    gaps = [probe.gap for probe in weights.probes]
    mean = sum(gaps) / max(len(gaps), 1)
    st.caption(
        f"Weighed on {len(weights.models):,} independent models: mean gap {mean:.2f}. A gap is how "
        "much more alike a model is to itself than two models are: 0 tells nothing, 1 everything."
    )
    widgets.plain(f"Models of the panel: {', '.join(weights.models)}")
    if not weights.separations:
        st.info("The panel held no declared derivative, so nothing says how far one is set apart.")
        return
    st.caption("How far declared derivatives stood out from the controls, by this pack alone:")
    rows = pack_tables.separation_rows(weights)
    widgets.table(rows, alt="Declared derivatives and how far the pack set them apart")


if __name__ == "__main__":
    render()
