"""Further choices of the pages that explore: which answers, models and calibrations are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import plotly.graph_objects as go
import streamlit as st

from workbench.calibrations import FIGURES
from workbench.paths import calibration_folder
from workbench.records import Alternative, Outcome, Pack, Question
from workbench.store import CaseStore
from workbench.ui import state
from workbench.ui.address import addressed_box
from workbench.ui.calibration_tables import ALTERNATIVES
from workbench.visible import visible_line

CONTROLS_DRAWN = 3
QUESTION_WORDS: dict[Question, str] = {
    "weights": "Weights: re-served, quantised, fine-tuned or merged",
    "outputs": "Outputs: trained on what the reference wrote",
}


def chosen_family(packs: Sequence[Pack]) -> str | None:
    """Let the reader keep the packs of one family, carried as `?family=…`."""
    family: str | None = st.selectbox(
        "Family",
        sorted({pack.family for pack in packs}),
        index=None,
        format_func=visible_line,
        placeholder="Every family",
        key="family",
        bind="query-params",
    )
    return family


def chosen_outcome() -> Outcome | None:
    """Let the reader keep the probes with some observation of one outcome, as `?outcome=…`."""
    outcome: Outcome | None = st.selectbox(
        "Outcome",
        get_args(Outcome),
        index=None,
        placeholder="Any outcome",
        key="outcome",
        bind="query-params",
    )
    return outcome


def only_noted() -> bool:
    """Let the reader keep the probes with a star or a note, carried as `?noted=true`."""
    return st.toggle("Only with a star or a note", key="noted", bind="query-params")


def furthest_first() -> bool:
    """Let the reader begin with the probes that set the suspect apart most, as `?furthest=true`."""
    return st.toggle(
        "Where the suspect stands out most first",
        help="By how far the suspect lies beyond the control nearest to the reference.",
        key="furthest",
        bind="query-params",
    )


def chosen_other(models: Sequence[str]) -> str:
    """Let the reader choose whose answer stands beside the reference's, carried as `?beside=…`."""
    chosen: str = st.selectbox(
        "Word by word with",
        models,
        format_func=visible_line,
        key="beside",
        bind="query-params",
    )
    return chosen


def chosen_trial_model(models: Sequence[str]) -> str:
    """Let the reader choose the model that a pack is tried on, carried as `?model=NAME`."""
    chosen: str = st.selectbox(
        "Model", models, format_func=visible_line, key="model", bind="query-params"
    )
    return chosen


def chosen_answer(label: str, key: str, repeats: Sequence[str]) -> int:
    """Let the reader choose among different answers of one model; gives the place in the list."""
    return st.selectbox(
        label, range(len(repeats)), format_func=lambda place: repeats[place], key=key
    )


def calibration_folders(store: CaseStore | None) -> dict[str, Path]:
    """Calibrations at hand by name: those that spoke in the case, of the library, others it keeps."""
    spoke = _spoke(store) if store else {}
    library = sorted(calibration_folder().glob(f"*/{FIGURES}"))
    kept = sorted(store.calibration_folder.glob(f"*/{FIGURES}")) if store else []
    others = [path.parent for path in kept if path.parent not in spoke.values()]
    return (
        spoke
        | {path.parent.name: path.parent for path in library}
        | {f"kept in the case: {folder.name[:12]}": folder for folder in others}
    )


def _spoke(store: CaseStore) -> dict[str, Path]:
    """Calibrations that an opinion of the case comes from, as the case keeps them."""
    found = {}
    for suspect in store.plan().suspects:
        comparison = state.comparison_of(store, suspect)
        for opinion in comparison.verdict.opinions if comparison else ():
            if opinion.calibration_digest is not None:
                name = f"{opinion.calibration}, which spoke in this case"
                digest = opinion.calibration_digest.removeprefix("sha256:")
                found[name] = store.calibration_folder / digest
    return {name: folder for name, folder in found.items() if (folder / FIGURES).is_file()}


def chosen_calibration(folders: Mapping[str, Path]) -> str:
    """Let the reader choose a calibration, carried as `?calibration=NAME`."""
    names = list(folders)
    return addressed_box("Calibration", "calibration", names, names[0]) or names[0]


def chosen_question(questions: Sequence[Question]) -> Question:
    """Let the reader choose what the likelihood ratios are about, carried as `?question=…`."""
    question: Question = st.selectbox(
        "Question",
        questions,
        format_func=QUESTION_WORDS.__getitem__,
        key="question",
        bind="query-params",
    )
    return question


def chosen_alternative(alternatives: Sequence[Alternative]) -> Alternative:
    """Let the reader choose what derivation is weighed against, carried as `?against=…`."""
    alternative: Alternative = st.selectbox(
        "Weighed against",
        alternatives,
        format_func=ALTERNATIVES.__getitem__,
        key="against",
        bind="query-params",
    )
    return alternative


def chosen_models(controls: Sequence[str]) -> list[str]:
    """Let the reader choose whose answers are drawn beside reference and suspect, as `?models=…`."""
    chosen: list[str] = st.multiselect(
        "Controls whose answers are drawn too",
        controls,
        default=list(controls[:CONTROLS_DRAWN]),
        format_func=visible_line,
        key="models",
        bind="query-params",
    )
    return chosen


def selected_on_map(figure: go.Figure) -> str | None:
    """Draw a map; gives the probe of the mark that the reader chose, None while there is none."""
    event = st.plotly_chart(
        figure,
        key="map",
        on_select="rerun",
        selection_mode="points",
        config={"displaylogo": False, "displayModeBar": False},
        alt="Answers and models in the plane of the two directions in which the answers differ most",
    )
    points = event.selection.points
    return (points[0]["customdata"][0] or None) if points else None
