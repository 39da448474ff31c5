"""Cases that are only read: their folders stay as they are, whatever is done with them."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests import made
from workbench.errors import CaseError
from workbench.records import Note
from workbench.store import WorkerLock, list_cases, open_case
from workbench.store.copying import copy_record
from workbench.store.derived import view
from workbench.store.notes import add_note
from workbench.store.read_only import index_of, is_read_only, working_folder
from workbench.store.shelf import archive


@pytest.fixture
def copied(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    store = made.evaluated_case(tmp_path / "cases", "made")
    copy_record(store, tmp_path / "shown" / "made")
    return tmp_path / "shown" / "made"


def files(folder: Path):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_copy_holds_the_record_and_no_index(copied):
    names = {str(path.relative_to(copied)) for path in files(copied)}
    assert {"read-only", "journal/case.jsonl", "journal/reference-base.jsonl"} <= names
    assert "case.duckdb" not in names


def test_a_copy_opens_with_its_index_in_the_cache(copied, tmp_path):
    before = files(copied)
    store = open_case(copied)
    assert store.verdicts() == {"tuned": "Inconclusive: not calibrated for this protocol."}
    assert store.database.parent.parent == tmp_path / "cache" / "cases"
    assert files(copied) == before


def test_a_case_whose_folder_cannot_be_written_is_read_only(copied, monkeypatch):
    (copied / "read-only").unlink()
    assert not is_read_only(copied)
    monkeypatch.setattr("workbench.store.read_only.os.access", lambda *_: False)
    assert is_read_only(copied)
    assert open_case(copied).state() == "recorded"
    assert not (copied / "case.duckdb").exists()


def test_an_index_that_somebody_else_keeps_is_read_where_it_is(tmp_path, monkeypatch):
    folder = made.planned_case(tmp_path).folder
    monkeypatch.setattr("workbench.store.read_only.os.access", lambda *_: False)
    assert index_of(folder) == folder / "case.duckdb"


def test_other_journals_get_another_index(copied):
    before = working_folder(copied)
    journal = copied / "journal" / "case.jsonl"
    journal.write_bytes(journal.read_bytes() + b"\n")
    assert working_folder(copied) != before


def test_nothing_is_recorded_into_a_copy(copied):
    before = files(copied)
    note = Note("style/greetings#probe-0", starred=True, text="", noted_at=made.NOON)
    with pytest.raises(CaseError) as error:
        add_note(open_case(copied), note)
    assert error.value.what == "Case 'made' is only read: nothing can be added to it."
    assert files(copied) == before


def test_no_worker_begins_on_a_copy(copied):
    with pytest.raises(CaseError, match="is only read"):
        WorkerLock(copied).take(made.NOON + timedelta(hours=1))
    assert not (copied / "worker.lock").exists()


def test_a_copy_is_put_aside_without_a_mark_in_its_folder(copied):
    before = files(copied)
    archive(copied)
    (listed,) = list_cases(copied.parent)
    assert listed.archived
    assert listed.read_only
    assert files(copied) == before


def test_a_view_that_came_with_a_copy_is_not_computed_again(copied):
    def never():
        raise AssertionError("computed")

    asked = "a", str, lambda: "found"
    place = copied.parent / "writable"
    place.mkdir()
    assert view(place, "v.json", *asked) == "found"
    shutil.copytree(place / "derived", copied / "derived")
    assert view(copied, "v.json", "a", str, never) == "found"


def test_a_view_of_a_copy_is_kept_in_the_cache(copied):
    before = files(copied)
    assert view(copied, "v.json", "a", str, lambda: "found") == "found"
    assert files(copied) == before
    assert (working_folder(copied) / "derived" / "v.json").exists()


def test_a_copy_never_replaces_a_folder(copied):
    before = files(copied)
    with pytest.raises(CaseError, match="exists already"):
        copy_record(open_case(copied), copied)
    assert files(copied) == before


def test_a_case_under_way_is_not_copied(tmp_path):
    store = made.planned_case(tmp_path)
    WorkerLock(store.folder).take(made.NOON)
    with pytest.raises(CaseError, match="is being recorded"):
        copy_record(store, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
