"""Distributions at one probe: the most probable next tokens, and divergence along a passage."""

import pandas as pd
import streamlit as st

from workbench.records import Comparison, Pack, Plan
from workbench.store import CaseStore
from workbench.ui import figures, probe_tables, probing, widgets


def next_tokens(store: CaseStore, answers: pd.DataFrame, address: str, suspect: str) -> None:
    """Draw each model's most probable next tokens at a probe.

    Args:
        store: The case.
        answers: Rows of `CaseStore.answers` for the probe.
        address: The probe.
        suspect: The suspect in question.
    """
    st.header("Most probable next tokens", anchor=False)
    st.caption("This pack asks how probable each next token is; nothing is sampled.")
    tokens = store.next_tokens(address)
    if tokens.empty:
        st.info("No model gave token probabilities at this probe. The table below says why.")
    else:
        _bars(tokens, store.plan(), suspect)
    widgets.table(probe_tables.asked_rows(answers), alt="Outcome of this probe for each model")


def _bars(tokens: pd.DataFrame, plan: Plan, suspect: str) -> None:
    control = probing.chosen_control(plan.controls_of(suspect))
    position = probing.chosen_position(probe_tables.positions(tokens))
    models = [("reference", plan.reference), ("suspect", suspect)]
    models += [("control", control)] if control else []
    widgets.explored(
        figures.next_token_figure(tokens, models, position),
        alt="Probabilities of the next tokens by reference, suspect and one control",
    )


def along_the_passage(comparison: Comparison, address: str, pack: Pack) -> None:
    """Draw how far suspect and controls lie from the reference along a passage, if it is one."""
    profile = next((it for it in comparison.profiles if it.probe_address == address), None)
    if profile is None:
        return
    prompt = next(probe.prompt for probe in pack.probes if probe.address == address)
    st.header("Along the passage", anchor=False)
    st.caption(
        "How far the next two bytes lie from the reference's, place by place: where the suspect runs "
        "below the controls, it is closer to the reference than they are."
    )
    widgets.explored(
        figures.profile_figure(prompt, profile),
        alt="Divergence from the reference along the passage, of the suspect and the controls",
    )
    st.caption(
        "The same over the text. Each field is what was read up to the next place that was "
        "measured; the darker, the further from the reference is what comes after it."
    )
    widgets.explored(
        figures.strip_figure(prompt, profile),
        alt="Divergence from the reference over the text of the passage, suspect above, controls below",
    )
