"""Commands that a page has run for it, because they take long or need what pages do not load."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from workbench import errand
from workbench.errand import Outcome
from workbench.store.read_only import working_folder
from workbench.ui import run_panel, widgets

EVERY = "1s"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a button has done."""

    place: Path
    """Folder for what comes of it."""
    words: Sequence[str]
    """The command behind `workbench`."""
    label: str
    """Of the button, in the program's own words."""
    icon: str
    key: str
    """Tells the button apart."""


def place_of(folder: Path, name: str) -> Path:
    """Where a case keeps what one kind of command said last."""
    return working_folder(folder) / "errands" / name


def draw(task: Task, *, main: bool = False) -> Outcome | None:
    """Draw the button, or how the command is coming along.

    Args:
        task: What to have done.
        main: Whether this is what the page is for.

    Returns:
        How it ended the last time; None if it is under way or never was.
    """
    if errand.is_underway(task.place):
        _live(task)
        return None
    ended = errand.outcome(task.place)
    if ended is not None and ended.failed:
        widgets.problem(ended.what, ended.fix)
    st.button(
        task.label,  # closed words
        icon=f":material/{task.icon}:",
        type="primary" if main else "secondary",
        key=task.key,
        on_click=lambda: run_panel.attempt(task.place, lambda: errand.send(task.place, task.words)),
    )
    run_panel.refusal(task.place)
    return ended


@st.fragment(run_every=EVERY)
def _live(task: Task) -> None:
    if not errand.is_underway(task.place):
        st.rerun(scope="app")
    st.caption("Under way. This page may be closed; it goes on.")
    widgets.plain(errand.last_line(task.place) or "Starting.")
