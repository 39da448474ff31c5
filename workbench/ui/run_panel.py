"""Start, watch and stop what works for a page; the pages themselves never run a model."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from workbench import launch
from workbench.errors import WorkbenchError
from workbench.packs.variants import with_variants
from workbench.store import CaseStore, CaseSummary, WorkerStatus, read_status
from workbench.store.lock import worker_state
from workbench.store.progress import failures, recorded_by_pack
from workbench.ui import progress_tables, state, widgets

EVERY = "2s"
"""How often a running case is looked at."""
REFUSED = "refused-"


def draw(case: CaseSummary, store: CaseStore) -> None:
    """Draw how far a case is and what can be done about it.

    Args:
        case: The case in a line.
        store: The same case.
    """
    if is_at_work(case):
        _live(store)
        return
    if case.state in state.UNFINISHED and not case.read_only:
        _begin(case)
    _counts(store)


def is_at_work(case: CaseSummary) -> bool:
    """Whether a worker has the case, or is about to."""
    return case.state == "running" or launch.is_starting(case.folder)


def _begin(case: CaseSummary) -> None:
    if case.state == "stalled":
        widgets.plain("Its worker died. What it recorded is kept; going on loses nothing.")
    if (words := launch.last_words(case.folder)) is not None:
        widgets.problem(words.what, words.fix)
    widgets.plain(f"Not all models were asked yet: workbench run {case.name}")
    with st.expander("Limits on what endpoints may cost"):
        limits = state.chosen_limits()
    st.button(
        "Ask the models" if case.state == "planned" else "Go on asking",
        icon=":material/play_arrow:",
        type="primary",
        key=f"start-{case.folder}",
        on_click=_start,
        args=(case.folder, limits),
    )
    refusal(case.folder)


@st.fragment(run_every=EVERY)
def _live(store: CaseStore) -> None:
    """Progress of a running case, drawn again and again without the rest of the page."""
    folder = store.folder
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
    refusal(folder)
    st.caption("This page may be closed; the run goes on.")
    with widgets.errors_shown():
        _counts(store)


def _progress(status: WorkerStatus | None) -> None:
    if status is None or not status.total:
        widgets.plain("The worker is starting: it checks the weights and loads the first model.")
        return
    st.progress(min(1.0, status.done / status.total))
    now = "Finishing the batch in flight" if status.state == "stopping" else status.run_id
    words = [f"{status.done} of {status.total} observations", *launch.pace_words(status)]
    widgets.plain(f"{now}: {'; '.join(words)}")
    if status.device:
        widgets.plain(status.device)


def _counts(store: CaseStore) -> None:
    recorded = recorded_by_pack(store)
    st.header("Recorded so far, by model and pack", anchor=False)
    plan = store.plan()
    packs = with_variants(store.packs(), plan.other_temperature)
    rows = progress_tables.progress_rows(plan, packs, recorded)
    widgets.shares(rows, share="share", alt="Observations recorded of each model and pack")
    st.header("Failures", anchor=False)
    failed = failures(store)
    if failed.empty:
        st.caption("No observation failed so far." if len(recorded) else "Nothing was asked yet.")
        return
    widgets.table(progress_tables.failure_rows(failed), alt="Failed observations by reason")


def _start(folder: Path, limits: Sequence[str]) -> None:
    attempt(folder, lambda: launch.start_unwatched(folder, limits))


def _stop(folder: Path) -> None:
    attempt(folder, lambda: launch.stop(folder))


def attempt(place: Path, act: Callable[[], None]) -> None:
    """Do what a button says; what comes of it is shown where the button is."""
    try:
        act()
    except WorkbenchError as error:
        st.session_state[REFUSED + str(place)] = error


def refusal(place: Path) -> None:
    """Show once why the last press of a button did nothing."""
    error = st.session_state.pop(REFUSED + str(place), None)
    if error is not None:
        widgets.problem(error.what, error.fix)
