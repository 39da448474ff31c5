import pytest

from tests import made
from workbench.records import to_json
from workbench.store import list_cases
from workbench.store.habits import Habit, habits
from workbench.store.progress import failures, recorded_by_pack
from workbench.store.shelf import archive, bring_back, is_archived

RUN = "reference-base"


@pytest.fixture
def partly(tmp_path):
    """The reference answered one pack, failed once in each way, and read one answer."""
    store = made.planned_case(tmp_path)
    plan, (pack, _) = store.plan(), store.packs()
    store.record(RUN, "run", [to_json(made.run(plan, "reference", "base"))])
    seen = [made.observation(RUN, probe, 0, seconds=1.5) for probe in pack.probes]
    first = pack.probes[0]
    seen += [made.observation(RUN, first, n, outcome="failed", note="too slow") for n in (1, 2)]
    seen.append(made.observation(RUN, first, 3, outcome="failed", note=None))
    reading = made.observation(RUN, first, 0)
    read = to_json(reading) | {"probe_address": f"{first.address}@control-alpha"}
    store.record(RUN, "observation", [*map(to_json, seen), read])
    return store


def test_progress_is_counted_by_run_and_pack_and_readings_apart(partly):
    rows = recorded_by_pack(partly).to_dict("records")
    assert rows == [
        {"run_id": RUN, "pack": "style/greetings", "reading": False, "done": 6, "failed": 3},
        {"run_id": RUN, "pack": "style/greetings", "reading": True, "done": 1, "failed": 0},
    ]


def test_failures_are_counted_by_reason_with_an_example_of_each(partly):
    rows = failures(partly).to_dict("records")
    assert [(row["reason"], row["n"]) for row in rows] == [("too slow", 2), ("no reason given", 1)]
    assert rows[0]["example"] == "style/greetings#probe-0"
    assert rows[0]["run_id"] == RUN
    assert rows[0]["runs"] == 1


def test_habits_are_means_over_what_did_not_fail_and_was_no_reading(partly):
    assert habits([partly.folder.parent]) == [
        Habit("base", "style/greetings", 3, 4.0, None, 1.5),
    ]


def test_a_case_that_cannot_be_read_says_nothing_about_habits(partly):
    broken = partly.folder.parent / "broken"
    broken.mkdir()
    (broken / "case.duckdb").write_text("no database")
    assert len(habits([partly.folder.parent])) == 1


def test_an_archived_case_is_whole_and_can_be_brought_back(tmp_path):
    store = made.planned_case(tmp_path)
    before = store.journal_path("case").read_bytes()
    archive(store.folder)
    (listed,) = list_cases(tmp_path)
    assert listed.archived
    assert listed.state == "planned"
    assert store.journal_path("case").read_bytes() == before
    bring_back(store.folder)
    assert not is_archived(store.folder)
    bring_back(store.folder)  # twice is no mistake
