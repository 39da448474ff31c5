from datetime import timedelta

import pytest

from tests import made
from workbench.custody import chain
from workbench.errors import CustodyError
from workbench.records import Note
from workbench.store.audit import edited_rows
from workbench.store.notes import add_note, notes

HELLO = "style/greetings#probe-0"


def note(text="Odd.", starred=True, address=HELLO, minutes=0):
    return Note(address, starred, text, made.NOON + timedelta(minutes=minutes))


@pytest.fixture
def case(tmp_path):
    return made.evaluated_case(tmp_path)


def test_a_case_without_notes_holds_none(case):
    assert notes(case) == {}


def test_the_last_word_on_a_probe_counts_and_the_first_stays_in_the_journal(case):
    add_note(case, note("First."))
    add_note(case, note("Second.", starred=False, minutes=1))
    assert notes(case) == {HELLO: note("Second.", starred=False, minutes=1)}
    kept = [r.body["text"] for r in case.records("case") if r.kind == "note"]
    assert kept == ["First.", "Second."]


def test_a_note_changes_no_evidence_and_no_comparison(case):
    before = case.comparisons(), case.answers().to_csv(), case.outcomes().to_csv()
    add_note(case, note())
    assert (case.comparisons(), case.answers().to_csv(), case.outcomes().to_csv()) == before
    assert edited_rows(case) == []
    assert chain(case).passed


def test_an_edited_note_is_noticed(case):
    add_note(case, note("Suspect repeats the joke."))
    path = case.journal_path("case")
    path.write_bytes(path.read_bytes().replace(b"Suspect repeats", b"Control repeats"))
    with pytest.raises(CustodyError) as error:
        notes(case)
    assert error.value.what == "A note in the case journal was changed after it was written."


def test_a_title_that_imitates_a_note_is_none(tmp_path):
    from dataclasses import replace

    fake = '"kind":"note","prev":"sha256:' + "0" * 64 + '","seq":1}'
    case = made.planned_case(tmp_path, packs=(replace(made.pack(), title=fake),))
    assert notes(case) == {}
