import json
import os

import duckdb
import pytest

from tests import made
from workbench.errors import CaseError, CustodyError
from workbench.records import from_json, to_json
from workbench.store import (
    CaseStore,
    Journal,
    create_case,
    list_cases,
    open_case,
    planned_versions,
)
from workbench.store.audit import edited_rows
from workbench.store.journal import CASE_JOURNAL


@pytest.fixture
def case(tmp_path):
    return made.evaluated_case(tmp_path)


def every_row(store):
    with duckdb.connect(str(store.database), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for name in names
            if name != "migration"
        }


def test_what_was_recorded_is_read_back(case):
    assert case.plan().reference == "base"
    assert [run.id for run in case.runs()][:2] == ["reference-base", "suspect-tuned"]
    assert len(case.answers()) == 5 * 8
    assert case.comparisons()[0].suspect == "tuned"


def test_a_rebuilt_database_holds_the_same_rows(case):
    before = every_row(case)
    case.database.unlink()
    case.rebuild()
    assert every_row(case) == before
    assert sum(map(len, before.values())) > 80


def test_a_missing_database_is_made_anew_on_opening(case):
    case.database.unlink()
    assert len(open_case(case.folder).answers()) == 40


def test_a_recorded_answer_is_never_replaced(case):
    seen = case.observations("suspect-tuned")[0]
    other = to_json(seen) | {"text": "Another answer."}
    with pytest.raises(CustodyError, match="two answers to one probe"):
        case.record("suspect-tuned", "observation", [other])


def test_an_existing_case_is_not_planned_again(case):
    with pytest.raises(CaseError, match="exists already"):
        create_case(case.folder, case.plan(), case.packs())


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE observation SET text = 'x' WHERE repeat = 1", "observation"),
        ("DELETE FROM observation WHERE run_id = 'control-beta' AND repeat = 0", "observation"),
        ("UPDATE score SET value = value + 1e-9 WHERE value IS NOT NULL", "score"),
        ("UPDATE score SET value = 'NaN' WHERE value IS NULL", "score"),
        ("UPDATE comparison SET wording = 'Derived.'", "comparison"),
        ("UPDATE next_token SET tokens = ['x'] WHERE position = 0", "next_token"),
        (
            "INSERT INTO probe_value VALUES ('a', 'b', 'c', 'd', 'e', 0.5, NULL, NULL)",
            "probe_value",
        ),
    ],
)
def test_an_edited_row_is_found(case, statement, table):
    assert edited_rows(case) == []
    with duckdb.connect(str(case.database)) as connection:
        connection.execute(statement)
    (sentence,) = edited_rows(case)
    assert sentence.startswith(f"Table {table} differs from the journals")


def test_a_case_of_a_newer_version_is_left_alone(case):
    with duckdb.connect(str(case.database)) as connection:
        connection.execute("INSERT INTO migration VALUES ('0099 of tomorrow', now()::TIMESTAMP)")
    before = case.database.read_bytes()
    with pytest.raises(CaseError, match="newer version") as error:
        open_case(case.folder)
    assert "Install that version" in error.value.fix
    assert case.database.read_bytes() == before


def test_a_journal_of_a_newer_format_is_left_alone(case):
    path = case.journal_path(CASE_JOURNAL)
    lines = path.read_text().splitlines()
    lines[0] = lines[0].replace('"format":1', '"format":2')
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(CaseError, match="format 2; this version reads 1"):
        open_case(case.folder)


def test_a_missing_case_suggests_the_nearest_one(case):
    with pytest.raises(CaseError, match='did you mean "made"'):
        open_case(case.folder.with_name("mode"))


@pytest.fixture
def nobody():
    """Drop to a user who may write nothing; root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_read_only_folder_is_said_so_and_holds_nothing_half_written(tmp_path, request):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    packs = [made.pack()]
    plan = made.plan(packs)
    request.getfixturevalue("nobody")
    with pytest.raises(CaseError, match="cannot be made") as error:
        create_case(closed / "case", plan, packs)
    assert "WORKBENCH_CASES" in error.value.fix
    assert list(closed.iterdir()) == []


def test_cases_are_listed_with_their_state_and_the_broken_one_with_its_problem(tmp_path):
    made.planned_case(tmp_path, "a-planned")
    made.recorded_case(tmp_path, "b-recorded")
    made.evaluated_case(tmp_path, "c-evaluated")
    broken = made.planned_case(tmp_path, "d-broken")
    broken.database.unlink()
    broken.journal_path(CASE_JOURNAL).write_text("{}\n")
    found = list_cases(tmp_path)
    states = {item.name: item.state for item in found}
    assert states == {
        "a-planned": "planned",
        "b-recorded": "recorded",
        "c-evaluated": "evaluated",
        "d-broken": "unreadable",
    }
    assert "Record 0 of journal case" in found[-1].problem


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM plan", "holds no plan"),
        ("UPDATE plan SET content = '{}'", "not a Plan: case: Field required"),
        ("UPDATE plan SET content = 'x'", "holds what is"),
    ],
)
def test_a_database_damaged_by_hand_says_how_to_mend_it(case, statement, what):
    with duckdb.connect(str(case.database)) as connection:
        connection.execute(statement)
    with pytest.raises(CaseError, match=what) as error:
        case.plan()
    assert "workbench rebuild made" in error.value.fix
    case.rebuild()
    assert case.plan().case == "made"


def test_only_the_last_comparison_of_a_suspect_counts(case):
    found = case.comparisons()[0]
    later = to_json(found) | {"embedder": "another encoder"}
    case.record("case", "comparison", [later])
    assert [item.embedder for item in case.comparisons()] == ["another encoder"]


def test_an_interrupted_run_is_folded_in_when_it_goes_on(tmp_path):
    store = made.planned_case(tmp_path)
    run = made.run(store.plan(), "control", "alpha")
    probe = store.packs()[0].probes[0]
    with Journal(store.journal_path(run.id)) as journal:  # killed before the database was written
        journal.append("run", [to_json(run)])
        journal.append("observation", [to_json(made.observation(run.id, probe, 0))])
    assert store.answers().empty
    store.catch_up(run.id)
    store.catch_up(run.id)
    assert len(store.answers()) == 1


def test_hostile_text_comes_back_unchanged(tmp_path):
    store = made.recorded_case(tmp_path, text=made.HOSTILE)
    assert set(store.answers(store.packs()[0].probes[0].address).text) == {made.HOSTILE}


def test_every_record_survives_json(case):
    for record in (case.plan(), *case.packs(), *case.runs(), *case.comparisons()):
        assert from_json(type(record), json.loads(json.dumps(to_json(record)))) == record


def test_the_database_reaches_no_file(case):
    from workbench.store.database import connected

    with pytest.raises(CaseError, match="disabled"), connected(case.database) as connection:
        connection.execute("SELECT * FROM read_text('/etc/hostname')")


def test_a_store_names_its_folder_without_opening_it(tmp_path):
    assert CaseStore(tmp_path / "nothing").name == "nothing"


def test_the_cases_know_which_versions_were_planned(tmp_path):
    made.planned_case(tmp_path)
    broken = made.planned_case(tmp_path, "broken", packs=(made.pack("style/other"),))
    broken.journal_path(CASE_JOURNAL).write_text("nothing\n")
    assert planned_versions(tmp_path) == {
        ("style/greetings", 1): made.pack().digest,
        ("continuation/openings", 1): made.pack("continuation/openings", "next_token", 2, 1).digest,
    }


def test_a_journal_without_a_plan_is_no_case(tmp_path):
    store = CaseStore(tmp_path)
    (tmp_path / "journal").mkdir()
    with Journal(store.journal_path(CASE_JOURNAL)) as journal:
        journal.append("note", [{"plan": {}}])
    with pytest.raises(CustodyError, match="does not begin with a plan"):
        store.recorded_plan()
