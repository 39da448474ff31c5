"""A star and a note on one probe: kept in the case, beside the evidence and never in it."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from workbench.errors import WorkbenchError
from workbench.records import Note
from workbench.report.numbers import moment
from workbench.store import CaseStore
from workbench.store.notes import add_note
from workbench.store.read_only import is_read_only
from workbench.ui import case_lines, widgets

MOST_CHARACTERS = 2000
REFUSED = "note-refused"


def draw(store: CaseStore, address: str, note: Note | None) -> None:
    """Draw the star and the note of a probe, and keep what the reader changes.

    Args:
        store: The case that keeps them.
        address: The probe.
        note: What was last said of it.
    """
    if is_read_only(store.folder):
        _read(note)
        return
    said = note or Note(address, starred=False, text="", noted_at=datetime.now(UTC))
    with st.container(border=True, gap="xsmall"):
        _star(store, said)
        with st.form(f"note-form-{address}", border=False):
            st.text_area(
                "Note",
                said.text,
                key=f"note-{address}",
                max_chars=MOST_CHARACTERS,
                placeholder="What the report should say of this probe",
            )
            st.form_submit_button(
                "Keep the note", icon=":material/save:", on_click=_keep, args=(store, said)
            )
        st.caption("Kept in the case beside the evidence: no number is made from it.")
        if note is not None:
            widgets.plain(f"Last changed {moment(note.noted_at)}")
        _refusal()


def _read(note: Note | None) -> None:
    """A note of a case that takes no more of them."""
    with st.container(border=True, gap="xsmall"):
        case_lines.read_only()
        if note is not None:
            widgets.plain(f"{'★ ' if note.starred else ''}{note.text}")
            widgets.plain(f"Last changed {moment(note.noted_at)}")


def _star(store: CaseStore, said: Note) -> None:
    key, turned = f"star-{said.probe_address}", (store, replace(said, starred=not said.starred))
    if said.starred:
        st.button("Take the star away", icon=":material/star:", key=key, on_click=_add, args=turned)
    else:
        st.button(
            "Star this probe", icon=":material/star_border:", key=key, on_click=_add, args=turned
        )


def _keep(store: CaseStore, said: Note) -> None:
    _add(store, replace(said, text=st.session_state[f"note-{said.probe_address}"].strip()))


def _add(store: CaseStore, note: Note) -> None:
    try:
        add_note(store, replace(note, noted_at=datetime.now(UTC)))
    except WorkbenchError as error:
        st.session_state[REFUSED] = error


def _refusal() -> None:
    """Show once why the last press of a button kept nothing."""
    error = st.session_state.pop(REFUSED, None)
    if error is not None:
        widgets.problem(error.what, error.fix)
