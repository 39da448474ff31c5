"""Start, watch and stop the worker of a case; the pages themselves never run a model."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from workbench import launch
from workbench.errors import WorkbenchError
from workbench.store import CaseSummary, WorkerStatus, read_status
from workbench.store.lock import worker_state
from workbench.ui import widgets

EVERY = "1s"
"""How often a running case is looked at."""
REFUSED = "refused-"


def draw(case: CaseSummary) -> None:
    """Draw what can be done about a case that is not recorded in full."""
    if case.state == "running" or launch.is_starting(case.folder):
        _live(case.folder)
        return
    if case.state == "stalled":
        widgets.plain("Its worker died. What it recorded is kept; going on loses nothing.")
    if (words := launch.last_words(case.folder)) is not None:
        widgets.problem(words.what, words.fix)
    widgets.plain(f"Not all models were asked yet: workbench run {case.name}")
    st.button(
        "Ask the models",
        icon=":material/play_arrow:",
        key=f"start-{case.folder}",
        on_click=_start,
        args=(case.folder,),
    )
    _refusal(case.folder)


@st.fragment(run_every=EVERY)
def _live(folder: Path) -> None:
    """Progress of a running case, drawn again every second without the rest of the page."""
    owned = worker_state(folder, datetime.now(UTC)) == "running"
    if not owned and not launch.is_starting(folder):
        st.rerun(scope="app")
    status = read_status(folder) if owned else None
    _progress(status)
    st.button(
        "Stop",
        icon=":material/stop:",
        key=f"stop-{folder}",
        disabled=not owned or (status is not None and status.state == "stopping"),
        help="Finishes the batch in flight; the case can be gone on with later.",
        on_click=_stop,
        args=(folder,),
    )
    _refusal(folder)


def _progress(status: WorkerStatus | None) -> None:
    if status is None or not status.total:
        widgets.plain("The worker is starting: it checks the weights and loads the first model.")
        return
    st.progress(min(1.0, status.done / status.total))
    now = "Finishing the batch in flight" if status.state == "stopping" else status.run_id
    words = [f"{status.done} of {status.total} observations", *launch.pace_words(status)]
    widgets.plain(f"{now}: {'; '.join(words)}")


def _start(folder: Path) -> None:
    _attempt(folder, launch.start_unwatched)


def _stop(folder: Path) -> None:
    _attempt(folder, launch.stop)


def _attempt(folder: Path, act: Callable[[Path], None]) -> None:
    """Do what a button says; what comes of it is shown where the button is."""
    try:
        act(folder)
    except WorkbenchError as error:
        st.session_state[REFUSED + str(folder)] = error


def _refusal(folder: Path) -> None:
    """Show once why the last press of a button did nothing."""
    error = st.session_state.pop(REFUSED + str(folder), None)
    if error is not None:
        widgets.problem(error.what, error.fix)
