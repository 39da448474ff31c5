"""Tiny real models asked once more at another temperature, from the plan to the verified report."""

import json

import pytest

from tests.test_questions_journey import CONTROLS, MODELS, THINGS, LargerWorld
from workbench.compare.sensitivity import UNCHANGED, UNREAD
from workbench.store import Journal, open_case
from workbench.verify.case import verify_records

VARIANT = "style/short~1.2#"
AGAIN = 2 * len(THINGS)
COUNTED = AGAIN + 20


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = LargerWorld(tmp_path_factory.mktemp("again"))
    assert world.run("models", "fetch", *MODELS).returncode == 0
    return world


@pytest.fixture(scope="module")
def printed(world):
    who = ("--reference", "base", "--suspect", "tuned", "--readings", "6", "--part", "all")
    done = world.run("plan", "again", *who, "--other-temperature", "1.2")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def case(world, printed):
    for step in ("run", "compare"):
        done = world.run(step, "again")
        assert done.returncode == 0, done.stderr
    return open_case(world.cases / "again")


def test_the_plan_counts_what_is_asked_once_more(printed):
    questions = COUNTED + AGAIN
    assert f"Packs: 3 (all part); {questions} questions and at most {16 * AGAIN} tokens" in printed
    assert f"Of these questions {AGAIN} ask 1 of the packs once more, at temperature 1.2" in printed


def test_every_model_is_asked_once_more_and_not_read(case):
    for run in case.runs():
        seen = [one.probe_address for one in case.observations(run.id)]
        assert sum(address.startswith(VARIANT) for address in seen) == AGAIN
        assert not any("~" in address and "@" in address for address in seen)


def test_the_worker_counts_it_too(case):
    status = json.loads((case.folder / "status.json").read_text())
    assert status["state"] == "done"
    assert status["total"] >= status["done"] >= len(MODELS) * (COUNTED + AGAIN)


def test_each_score_of_texts_has_another_beside_it_and_the_others_a_reason(case):
    (comparison,) = case.comparisons()
    found = {(one.question, one.protocol.access): one.without[-1] for one in comparison.questions}
    assert {(one.kind, one.name) for one in found.values()} == {("decoding", "temperature 1.2")}
    assert all(found[question, "text"].score is not None for question in ("weights", "outputs"))
    assert found["weights", "logits"].reason == UNCHANGED
    assert found["outputs", "logits"].reason == UNREAD


def test_protocols_and_lines_know_nothing_of_it(case):
    (comparison,) = case.comparisons()
    assert {pack for one in comparison.questions for pack in one.protocol.packs} == {
        "style/short", "continuation/openings", "continuation/passages",
    }  # fmt: skip
    probes = {one.probe_address for line in comparison.lines for one in line.suspect.probes}
    assert probes
    assert not any("~" in address for address in probes)
    assert comparison.controls == tuple(sorted(CONTROLS))


@pytest.mark.slow
def test_case_and_report_are_computed_again(world, case, tmp_path):
    report = str(tmp_path / "evidence.pdf")
    assert world.run("report", "again", "-o", report).returncode == 0
    for what in ("again", report):
        assert [check["title"] for check in world.json("verify", what) if not check["passed"]] == []


def test_answers_that_were_never_asked_for_once_more_are_missed(case):
    path = case.journal_path("control-alpha")
    before = path.read_text()
    kept = [line for line in before.splitlines() if VARIANT not in line]
    path.write_text("")
    with Journal(path) as journal:
        for line in map(json.loads, kept):
            journal.append(line["kind"], [line["body"]])
    case.rebuild()
    found = {check.title: check.problems for check in verify_records(case)}
    path.write_text(before)
    case.rebuild()
    missed = f"control-alpha lacks {AGAIN} planned observations."
    assert missed in found["Observations against the plan"]
