"""What models are given to read of each other's answers."""

from dataclasses import replace

import pytest

from tests import made
from workbench.packs.uses import read_probes
from workbench.readings import reading_address, readings
from workbench.records import Capabilities, to_json


@pytest.fixture
def store(tmp_path):
    return made.recorded_case(tmp_path, readings=2)


def test_probes_are_spread_evenly_over_a_pack():
    pack = made.pack(probes=9)
    assert [address for _, address, _ in read_probes([pack], 3)] == [
        "style/greetings#probe-0",
        "style/greetings#probe-3",
        "style/greetings#probe-6",
    ]
    assert len(list(read_probes([pack], 99))) == 9


def test_packs_that_never_count_or_write_nothing_are_not_read():
    weak = replace(made.pack(), weak="Learnt from many places.")
    assert list(read_probes([weak, made.pack("continuation/x", "next_token")], 3)) == []


def test_every_model_reads_one_answer_of_each_and_the_reference_all_its_own(store):
    control = readings(store, "control", "alpha")
    assert {q.address for q in control} == {
        reading_address(f"style/greetings#probe-{n}", f"{role}-{name}")
        for n in (0, 1)
        for role, name in store.plan().models
    }
    assert {q.repeat for q in control} == {0}
    own = [q for q in readings(store, "reference", "base") if q.address.endswith("@reference-base")]
    assert [q.repeat for q in own] == [0, 1, 0, 1]


def test_what_is_read_is_the_answer_behind_its_prompt(store):
    question = readings(store, "control", "alpha")[0]
    assert question.kind == "reading"
    assert question.prompt == "Write greeting number 0."
    assert question.continuation == "base says style/greetings#probe-0 0"


def test_another_answer_is_another_question(tmp_path):
    (tmp_path / "other").mkdir()
    other = made.recorded_case(tmp_path / "other", text="Another answer.", readings=2)
    one = made.recorded_case(tmp_path, readings=2)
    first, second = (readings(store, "control", "alpha")[0] for store in (one, other))
    assert (first.address, first.repeat) == (second.address, second.repeat)
    assert first.seed != second.seed


def test_answers_to_one_prompt_are_one_unit(store):
    found = readings(store, "control", "alpha")
    assert len({q.unit for q in found}) == len({q.prompt for q in found})


def test_a_case_may_read_nothing(tmp_path):
    assert readings(made.recorded_case(tmp_path), "control", "alpha") == []


def test_nothing_is_read_before_all_have_answered(tmp_path):
    store = made.planned_case(tmp_path, readings=2)
    the_plan = store.plan()
    assert readings(store, "reference", "base") is None
    store.record("reference-base", "run", [to_json(made.run(the_plan, "reference", "base"))])
    assert readings(store, "reference", "base") is None


def test_a_model_that_shows_no_likelihoods_reads_nothing(tmp_path):
    store = made.planned_case(tmp_path, readings=2)
    blind = replace(
        made.run(store.plan(), "control", "alpha"), capabilities=Capabilities(True, False)
    )
    store.record("control-alpha", "run", [to_json(blind)])
    assert readings(store, "control", "alpha") == []
