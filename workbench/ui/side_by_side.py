"""Answers of reference, suspect and controls beside each other, and two of them word by word."""

import pandas as pd
import streamlit as st

from workbench.records import Plan, Role
from workbench.ui import case_lines, choices, probe_tables, probing, widgets
from workbench.wordwise import PHRASE_WORDS, differences, shared_phrases

ANSWERS_SHOWN = 20
"""Different answers of one model that are drawn; more are counted."""
CONTROLS_PER_PAGE = 6
PHRASES_SHOWN = 50


def draw(answers: pd.DataFrame, plan: Plan, suspect: str) -> None:
    """Draw what every model answered to one probe.

    Args:
        answers: Rows of `CaseStore.answers` for the probe.
        plan: Who was asked.
        suspect: The suspect in question.
    """
    st.header("Answers", anchor=False)
    whole = st.toggle("Show long answers whole", key="whole")
    left, right = st.columns(2)
    with left:
        _of_one_model(answers, "reference", plan.reference, whole=whole)
    with right:
        _of_one_model(answers, "suspect", suspect, whole=whole)
    st.subheader("Controls", anchor=False)
    controls = probing.shown_controls(plan.controls_of(suspect), CONTROLS_PER_PAGE)
    with st.grid("auto", min_column_width=260):
        for control in controls:
            _of_one_model(answers, "control", control, whole=whole)
    _word_by_word(answers, plan, suspect)
    _phrases(answers, plan, suspect)


def _given(answers: pd.DataFrame, role: Role, model: str) -> pd.DataFrame:
    return answers[(answers["role"] == role) & (answers["model"] == model)]


def _of_one_model(answers: pd.DataFrame, role: Role, model: str, *, whole: bool) -> None:
    groups = list(probe_tables.repeats_together(_given(answers, role, model)))
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            case_lines.role_badge(role)
            widgets.plain(model)
        if not groups:
            st.caption("Not asked yet.")
        for repeats, answer in groups[:ANSWERS_SHOWN]:
            widgets.answer(repeats, answer, whole=whole)
        if len(groups) > ANSWERS_SHOWN:
            st.caption(f"{len(groups) - ANSWERS_SHOWN} more different answers are not drawn.")


def _word_by_word(answers: pd.DataFrame, plan: Plan, suspect: str) -> None:
    st.header("Word by word", anchor=False)
    models = [suspect, *plan.controls_of(suspect)]
    who, ours, theirs = st.columns(3)
    with who:
        other = choices.chosen_other(models)
    role: Role = "suspect" if other == suspect else "control"
    one = _readable(_given(answers, "reference", plan.reference))
    two = _readable(_given(answers, role, other))
    if not one or not two:
        st.info("One of the two gave no text here. Choose another model or another probe.")
        return
    with ours:
        first = choices.chosen_answer("Answer of the reference", "ours", [name for name, _ in one])
    with theirs:
        second = choices.chosen_answer("Its answer", "theirs", [name for name, _ in two])
    widgets.differences(differences(one[first][1], two[second][1]), PHRASE_WORDS)


def _readable(given: pd.DataFrame) -> list[tuple[str, str]]:
    """Different answers with a text: which repeats gave it, and the text."""
    groups = probe_tables.repeats_together(given)
    return [(repeats, row["text"]) for repeats, row in groups if isinstance(row["text"], str)]


def _phrases(answers: pd.DataFrame, plan: Plan, suspect: str) -> None:
    st.header("Phrases that reference and suspect share", anchor=False)
    texts = {
        model: _given(answers, role, model)["text"].dropna().tolist()
        for role, model in reversed(plan.models)  # of a sham what it said as a suspect
        if role != "stack"
    }
    others = [texts[control] for control in plan.controls_of(suspect)]
    found = shared_phrases(texts[plan.reference], texts[suspect], others)
    if not found:
        st.caption(f"None of {PHRASE_WORDS:,} words or more, in any repeat.")
        return
    st.caption(
        "Words in a row that an answer of each holds. A phrase that controls wrote too is common "
        "language, or lies in the prompt, and tells nothing."
    )
    rows = probe_tables.phrase_rows(found[:PHRASES_SHOWN], len(plan.controls_of(suspect)))
    widgets.table(rows, alt="Phrases that reference and suspect share, with how many controls do")
    if len(found) > PHRASES_SHOWN:
        st.caption(f"{len(found) - PHRASES_SHOWN:,} shorter ones are not listed.")
