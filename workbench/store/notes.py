"""An analyst's notes and stars: records of the case journal beside the evidence, never in it."""

import json
import re
from typing import Any

from workbench.errors import CaseError, CustodyError
from workbench.records import Note, from_json, to_json
from workbench.store.case import CaseStore
from workbench.store.journal import CASE_JOURNAL, holds

KIND = "note"
END = re.compile(rb'"kind":"note","prev":"sha256:[0-9a-f]{64}","seq":[0-9]+\}\n$')
"""How the line of a note ends. What a record holds stands before it, so no content can pretend."""


def add_note(store: CaseStore, note: Note) -> None:
    """Append what an analyst says of a probe; what was said before stays in the journal.

    Raises:
        CaseError: If somebody else is recording into the case, or the disk is full.
    """
    store.record(CASE_JOURNAL, KIND, [to_json(note)])


def notes(store: CaseStore) -> dict[str, Note]:
    """What was last said of each probe: address → note.

    Lines of other kinds are passed over unread, so a large case costs little; each note is checked
    against its own digest, and the chain by `workbench verify`.

    Raises:
        CustodyError: If a note was changed after it was written.
        CaseError: If the journal cannot be read.
    """
    try:
        with store.journal_path(CASE_JOURNAL).open("rb") as stream:
            found = [_note(line) for line in stream if END.search(line[-160:])]
    except OSError as error:
        raise CaseError(
            f"The journal of case {store.name!r} cannot be read ({error.strerror}).",
            fix="Check the path and the permissions of the case folder.",
        ) from error
    return {note.probe_address: note for note in found}


def _note(line: bytes) -> Note:
    try:
        record: dict[str, Any] = json.loads(line)
        if holds(record):
            return from_json(Note, record["body"])
    except (ValueError, RecursionError) as error:
        raise _changed() from error
    raise _changed()


def _changed() -> CustodyError:
    return CustodyError(
        "A note in the case journal was changed after it was written.",
        fix="Run `workbench verify`, and restore the journal from a copy.",
    )
