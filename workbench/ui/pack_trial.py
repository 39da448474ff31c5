"""Put a pack to one model and look at what comes back; nothing of it is recorded in a case."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from workbench import errand
from workbench.models.catalogue import load_catalogue
from workbench.models.places import is_here
from workbench.records import Pack
from workbench.ui import adding, choices, errands, widgets
from workbench.ui.errands import Task
from workbench.ui.tables import ABSENT
from workbench.visible import visible_token

ENDPOINTS = "An endpoint is sent every prompt once, at its price."


def draw(pack: Pack) -> None:
    """Let the reader choose a model, put the pack to it, and show the last answers."""
    st.caption(
        "Puts every probe that is not sealed to a model once, in a process of its own. Nothing is "
        f"recorded, and no number is made of it. {ENDPOINTS} The same on the command line:"
    )
    widgets.command("workbench", "packs", "try", pack.id, "--model", "NAME")
    catalogue = load_catalogue()
    able = [name for name, it in catalogue.items() if is_here(it) or it.backend == "http"]
    if not able:
        st.info("No model is on this machine yet. New comparison fetches or adds one.")
        return
    _try(pack, choices.chosen_trial_model(able))


def _try(pack: Pack, model: str) -> None:
    place = adding.place("try")
    words = ("packs", "try", f"--model={model}", "--json", "--", pack.id)
    ended = errands.draw(Task(place, words, "Try this pack", "experiment", "try-pack"))
    if ended is not None and not ended.failed and ended.words == words:
        widgets.table(trial_rows(pack, errand.said(place)), alt=f"What {model} answered")


def trial_rows(pack: Pack, answers: list[dict[str, Any]]) -> pd.DataFrame:
    """One row for each probe that was put.

    Args:
        pack: The pack, for its prompts.
        answers: As `workbench packs try --json` prints them.
    """
    prompts = {probe.address: probe.prompt for probe in pack.probes}
    return pd.DataFrame(
        [(prompts.get(it["probe"], ABSENT), it["outcome"], _answer(it)) for it in answers],
        columns=["prompt", "outcome", "answer, or the most probable next tokens"],
    )


def _answer(answer: dict[str, Any]) -> str:
    if answer["top"]:
        return "  ".join(
            f"{visible_token(t)} {math.exp(logprob):.2f}" for t, logprob in answer["top"]
        )
    return answer["text"] or answer["note"] or ABSENT
