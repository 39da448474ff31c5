"""Choose models and packs, see what it takes and what it can say, and fix the plan."""

from collections.abc import Mapping

import streamlit as st

from workbench import errand, launch
from workbench.calibrations import library
from workbench.effort import Effort, efforts
from workbench.extent import Extent, asked_packs, problems
from workbench.models.catalogue import load_catalogue
from workbench.outlook import outlooks
from workbench.packs import find_pack, load_packs
from workbench.packs.imported import imported_ids
from workbench.packs.variants import with_variants
from workbench.paths import Stamps, cases_folder, probes_folder, stamps
from workbench.records import ModelEntry, Pack
from workbench.report.numbers import counted
from workbench.store.habits import Habit, habits
from workbench.ui import adding, forecasts, planning, state, widgets
from workbench.ui.planning import Models

KEPT = 4
"""States of the packs, and of the cases, whose reading is remembered."""


def render() -> None:
    """Draw the plan as far as it is chosen, and what is still missing."""
    st.title("New comparison")
    with widgets.errors_shown():
        adding.draw()
        catalogue = load_catalogue()
        st.header("Models", anchor=False)
        models = planning.chosen_models(catalogue)
        st.header("Probes", anchor=False)
        packs = planning.chosen_packs(_packs(stamps(probes_folder(), "**/*.toml"), _imported()))
        extent = planning.chosen_extent(packs)
        if models.reference is None or not models.suspects:
            st.info("Choose a reference and a suspect to see what asking them takes.")
            return
        entries = {name: catalogue[name] for name in models.names}
        if _cannot_be(entries, models, packs, extent):
            return
        asked = asked_packs(packs, extent)
        _takes(entries, models, with_variants(asked, extent.other_temperature), extent)
        _can_say(entries, models, asked)
        _fix(models, packs, extent)


def _imported() -> tuple[str, ...]:
    return tuple(imported_ids())  # what an imported pack holds never changes


@st.cache_data(max_entries=KEPT, show_spinner="Reading the packs")
def _packs(files: Stamps, imported: tuple[str, ...]) -> dict[str, Pack]:  # noqa: ARG001 - the key
    return load_packs() | {pack_id: find_pack(pack_id) for pack_id in imported}


@st.cache_data(max_entries=KEPT, show_spinner="Looking through earlier cases")
def _habits(databases: Stamps) -> list[Habit]:  # noqa: ARG001 - the key
    return habits(state.case_roots())


def _recorded() -> Stamps:
    return tuple(s for root in state.case_roots() for s in stamps(root, "*/case.duckdb"))


def _cannot_be(
    entries: Mapping[str, ModelEntry], models: Models, packs: list[Pack], extent: Extent
) -> bool:
    """Say what keeps this from being planned, if anything does."""
    found = problems(
        entries,
        models.reference or "",
        models.suspects,
        models.controls,
        models.stacks,
        packs,
        extent,
    )
    if found:
        st.info("This cannot be planned yet; change what is named here.", icon=":material/rule:")
    for problem in found:
        widgets.plain(f"• {problem}")
    return bool(found)


def _takes(
    entries: Mapping[str, ModelEntry], models: Models, asked: tuple[Pack, ...], extent: Extent
) -> None:
    st.header("What it takes", anchor=False)
    roles = forecasts.roles_of(
        models.reference or "", models.suspects, models.controls, models.stacks
    )
    found = efforts([(role, entries[name]) for role, name in roles], asked, _habits(_recorded()))
    widgets.plain(
        f"{counted(sum(one.questions for one in found), 'question')} in all, put to "
        f"{counted(len(found), 'model')}; {counted(len(asked), 'pack')}, "
        f"{counted(sum(len(pack.probes) for pack in asked), 'probe')} of them."
    )
    _amounts(found)
    if extent.other_temperature is not None:
        st.caption("All figures count what is asked once more at the other temperature.")
    if extent.readings:
        st.caption(
            "Readings of each other's answers come on top; no figure here counts them. Costs are "
            "without retries."
        )
    widgets.table(
        forecasts.effort_rows(found, entries), alt="Questions, tokens, cost and time of each model"
    )
    if absent := forecasts.absent(entries):
        st.caption("Weights that are not here have to be fetched before these models can be asked:")
        widgets.plain(", ".join(absent))
        adding.fetch(absent)


def _amounts(found: tuple[Effort, ...]) -> None:
    for line in forecasts.effort_sentences(found):
        widgets.plain(line)


def _can_say(entries: Mapping[str, ModelEntry], models: Models, asked: tuple[Pack, ...]) -> None:
    st.header("What it can say at best", anchor=False)
    recorded = all(entry.backend == "replay" for entry in entries.values())
    for ahead in outlooks(asked, library(), recorded=recorded):
        for line in forecasts.outlook_lines(ahead):
            widgets.plain(line)
    controls = len(models.controls)
    widgets.plain(
        f"With {counted(controls, 'control')} the smallest rank p-value is {1 / (controls + 1):.3f}."
    )


def _fix(models: Models, packs: list[Pack], extent: Extent) -> None:
    st.header("Fix the plan", anchor=False)
    st.caption("A plan is digested before anything is asked, and never changed afterwards.")
    name = planning.chosen_name().strip()
    parties = planning.chosen_parties()
    st.caption("The report names them as they are written here, and says that nobody checked it.")
    with st.container(horizontal=True):
        start = st.button(
            "Fix the plan and start asking", icon=":material/play_arrow:", type="primary"
        )
        fix = st.button("Fix the plan only", icon=":material/lock:")
    if not (start or fix):
        return
    with st.spinner("Fixing the plan; this takes some seconds"):
        errand.complete(adding.place("plan"), planning.words(name, models, packs, extent, parties))
    if start:
        launch.start_unwatched(cases_folder() / name)
    st.switch_page("workbench/ui/pages/run.py", query_params={"case": name})


if __name__ == "__main__":
    render()
