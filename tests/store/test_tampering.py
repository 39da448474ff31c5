"""Whatever is changed in a recorded case is found, and the first thing that differs is named."""

import random
import shutil

import duckdb
import pytest

from tests import made
from workbench.custody import chain, sittings
from workbench.errors import CaseError, CustodyError
from workbench.records import Sitting, to_json
from workbench.store import Journal, open_case
from workbench.store.audit import edited_rows
from workbench.store.migrations import EVIDENCE_TABLES, KEYS


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return made.evaluated_case(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def case(whole, tmp_path):
    return open_case(shutil.copytree(whole.folder, tmp_path / "made"))


def flips(store, count=200):
    """Random bytes of all journals, each with the record it lies in."""
    dice = random.Random(20261124)
    sizes = {name: store.journal_path(name).stat().st_size for name in store.journals()}
    places = dice.sample(range(sum(sizes.values())), count)
    for place in sorted(places):
        at, names = place, iter(sizes)
        while at >= sizes[name := next(names)]:
            at -= sizes[name]
        content = store.journal_path(name).read_bytes()
        yield name, at, content[:at].count(b"\n"), dice.randrange(1, 256)


def test_each_of_200_flipped_bytes_is_found_and_its_record_named(case):
    missed = []
    for name, at, record, mask in flips(case):
        path = case.journal_path(name)
        content = path.read_bytes()
        path.write_bytes(content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :])
        problems = chain(case).problems
        if not any(f"Record {record} of journal {name} " in problem for problem in problems):
            missed.append((name, at, record, problems))
        path.write_bytes(content)
    assert missed == []
    assert chain(case).passed


@pytest.mark.parametrize("name", ["case", "suspect-tuned"])
def test_the_last_newline_belongs_to_its_record(case, name):
    path = case.journal_path(name)
    path.write_bytes(path.read_bytes()[:-1] + b"\x8a")
    last = path.read_bytes().count(b"\n")
    assert any(f"Record {last} of journal {name} is not whole" in p for p in chain(case).problems)


def test_a_first_byte_turned_into_a_newer_version_is_suspected(case):
    path = case.journal_path("case")
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":9', 1))
    with pytest.raises(CaseError, match="or record 0 of its journal case was changed"):
        open_case(case.folder)


def test_records_taken_from_the_end_of_a_closed_run_are_missed(case):
    path = case.journal_path("control-beta")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    (problem,) = chain(case).problems
    assert problem.startswith("Record 8 of journal control-beta is missing")


def test_a_whole_journal_that_is_gone_is_missed(case):
    case.journal_path("control-beta").unlink()
    (problem,) = chain(case).problems
    assert problem.startswith("Record 0 of journal control-beta is missing")


def test_a_record_added_to_a_closed_run_is_named(case):
    with Journal(case.journal_path("control-beta")) as journal:
        journal.append("note", [{}])
    assert chain(case).problems == (
        "Record 10 of journal control-beta was added after its run was closed.",
    )


def test_a_journal_of_no_planned_run_is_named(case):
    with Journal(case.journal_path("control-delta")) as journal:
        journal.append("note", [{}])
    assert chain(case).problems == ("Journal control-delta belongs to no run of the plan.",)


EDITS = {
    "plan": "content = replace(content, 'base', 'bose')",
    "pack": "version = 2",
    "run": "started_at = started_at + INTERVAL 1 SECOND",
    "observation": "text = 'x'",
    "next_token": "logprobs = [0.5]",
    "comparison": "status = 'evaluated'",
    "score": "p = 0.001",
    "probe_value": "value = value + 1e-12",
}


def one_row(store, table):
    """Key of a row from the middle of a table, as a condition and as verify names it."""
    keys = KEYS[table]
    with duckdb.connect(str(store.database), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT {', '.join(keys)} FROM {table} ORDER BY {', '.join(keys)}"
        ).fetchall()
    row = rows[len(rows) // 2]
    condition = " AND ".join(f"{key} = '{value}'" for key, value in zip(keys, row, strict=True))
    named = ", ".join(
        f"{key} {value if len(str(value)) <= 60 else str(value)[:60] + '…'}"
        for key, value in zip(keys, row, strict=True)
    )
    return condition, named


def changed(store, statement):
    with duckdb.connect(str(store.database)) as connection:
        connection.execute(statement)
    return edited_rows(store)


def test_every_table_of_evidence_is_edited_below():
    assert set(EDITS) == set(EVIDENCE_TABLES)


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_an_edited_row_is_named_with_its_column(case, table):
    condition, named = one_row(case, table)
    found = changed(case, f"UPDATE {table} SET {EDITS[table]} WHERE {condition}")
    column = EDITS[table].partition(" ")[0]
    assert len(found) == 1
    assert f"Table {table} differs from the journals, first at {named}: {column} is " in found[0]


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_a_removed_row_is_named(case, table):
    condition, named = one_row(case, table)
    (found,) = changed(case, f"DELETE FROM {table} WHERE {condition}")
    assert f"first at {named}, which it lacks" in found


@pytest.mark.parametrize("table", EVIDENCE_TABLES)
def test_an_added_row_is_named(case, table):
    condition, _ = one_row(case, table)
    key = KEYS[table][0]
    (found,) = changed(
        case,
        f"INSERT INTO {table} SELECT * REPLACE ('added' AS {key}) FROM {table} WHERE {condition}",
    )
    assert f"Table {table} differs from the journals, first at {key} added" in found
    assert "which no journal holds" in found


def test_a_row_under_another_key_is_named(case):
    (found,) = changed(case, "UPDATE run SET id = 'control-zeta' WHERE id = 'control-beta'")
    assert "first at id control-beta, which it lacks or holds under another key" in found


def test_a_table_with_another_column_is_named(case):
    (found,) = changed(case, "ALTER TABLE score ADD COLUMN remark VARCHAR")
    assert found == "Table score differs from the journals: it has other columns."


def test_a_table_that_is_gone_is_named(case):
    assert "score" in changed(case, "DROP TABLE score")[0]


def test_an_edited_list_of_migrations_is_named(case):
    found = changed(case, "UPDATE migration SET name = '0099 x' WHERE name LIKE '0003%'")
    assert any("0003 prompt tokens" in sentence for sentence in found)


def test_a_file_that_is_no_database_is_a_sentence(case):
    case.database.write_bytes(b"nothing")
    (found,) = edited_rows(case)
    assert "cannot be opened" in found


def sitting(store, **changes):
    run = store.runs()[0]
    fields = {
        "run_id": run.id,
        "began_at": run.started_at,
        "recorded": 8,
        "weights_digest": run.weights_digest,
        "tokenizer_digest": run.tokenizer_digest,
        "device_sentence": run.device_sentence,
        "versions": run.versions,
    }
    return to_json(Sitting(**(fields | changes)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"weights_digest": "sha256:other"},
            "goes on with other weights, another tokenizer or on another device.",
        ),
        (
            {"device_sentence": "A GPU."},
            "goes on with other weights, another tokenizer or on another device.",
        ),
        ({"recorded": 7}, "counts 7 observations before it, and there are 8."),
    ],
)
def test_a_sitting_that_does_not_fit_its_run_is_named(case, changes, problem):
    case.record("reference-base", "resume", [sitting(case, **changes)])
    assert sittings(case).problems == (f"Record 10 of journal reference-base {problem}",)


def test_a_sitting_with_other_libraries_is_said_so(case):
    case.record("reference-base", "resume", [sitting(case, versions={"torch": "3"})])
    check = sittings(case)
    assert check.passed
    assert "gone on with 1 times; other libraries were used later in reference-base" in check.detail


def test_an_observation_from_before_its_sitting_is_named(case):
    later = made.NOON.replace(hour=13)
    probe = case.packs()[0].probes[0]
    case.record("reference-base", "resume", [sitting(case, began_at=later)])
    seen = made.observation("reference-base", probe, 7)
    case.record("reference-base", "observation", [to_json(seen)])
    assert sittings(case).problems == (
        "Record 11 of journal reference-base was asked before its sitting began.",
    )


def test_a_rebuilt_database_passes_again(case):
    changed(case, "DELETE FROM probe_value")
    case.rebuild()
    assert edited_rows(case) == []


def test_a_log_left_by_a_killed_writer_is_not_played_into_the_rebuilt_database(case):
    """DuckDB replays `case.duckdb.wal` on the next opening, whatever it belongs to."""
    log = case.database.with_name("case.duckdb.wal")
    log.write_bytes(b"what a killed writer left")
    case.rebuild()
    assert not log.exists()
    assert edited_rows(case) == []


def test_a_journal_that_cannot_be_read_as_records_never_reaches_the_database(case):
    with Journal(case.journal_path("control-beta")) as journal:
        journal.append("observation", [{"text": "no observation"}])
    with pytest.raises(CustodyError, match="Record 10"):
        case.rebuild()
