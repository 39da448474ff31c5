"""A suspect that is asked until its level is settled: by tiny real models and the real program."""

import json
import os
import shutil
import signal
import time
from dataclasses import replace

import numpy as np
import pytest

from tests.deciding.conftest import CONTROLS, PLAN, PROBES, calibrate, scores
from workbench import launch
from workbench.calibrations import kept
from workbench.compare.sensitivity import STOPPED
from workbench.deciding.again import problems
from workbench.deciding.panel import panel_of
from workbench.deciding.rule import rule_of
from workbench.digest import digest_of, seed_from
from workbench.records import to_json
from workbench.report import build_document
from workbench.report.document import document_json
from workbench.store import open_case, read_status
from workbench.store.journal import Journal, read_journal

RUN = "suspect-tuned"


def asked(store):
    """Probes of the suspect in the order in which they were asked, each once."""
    return list(dict.fromkeys(seen.probe_address for seen in store.observations(RUN)))


# --- without hope -------------------------------------------------------------------------------


def test_without_a_calibration_it_is_refused_in_two_sentences(refused):
    _, done = refused
    assert done.returncode == 1
    assert done.stderr == (
        "No level could ever be settled early: no calibration is of this protocol (There is no "
        "calibration at hand).\nRun it without --until-decided, which asks everything.\n"
    )


def test_a_refused_case_has_asked_nobody_anything(refused):
    store, _ = refused
    assert store.runs() == ()


# --- decided ------------------------------------------------------------------------------------


def test_the_suspect_is_asked_fewer_probes_than_planned(case):
    decided = case.decided(RUN)
    assert decided.level == "weak support"
    assert 20 <= decided.asked < decided.planned == PROBES
    assert len(asked(case)) == decided.asked


def test_every_probe_is_asked_with_all_its_repeats(case):
    counts = [seen.probe_address for seen in case.observations(RUN)]
    assert {counts.count(address) for address in counts} == {2}


def test_probes_come_in_the_order_of_the_rule_from_look_to_look(case):
    order, seen = case.rule(RUN).order, asked(case)
    for at in range(0, len(seen), 8):  # between two looks a model may answer in any order
        assert set(seen[at : at + 8]) == set(order[at : at + 8])
    assert list(order) != sorted(order)
    assert len(set(order)) == PROBES


def test_the_limits_lie_within_one_level(case):
    rule, decided = case.rule(RUN), case.decided(RUN)
    assert decided.low >= rule.edges[-1]
    assert rule.levels[-1] == decided.level
    assert decided.rule == digest_of(to_json(rule))


def test_all_others_were_asked_everything_before_the_suspect(case):
    last = max(
        seen.asked_at
        for run in case.runs()
        if run.id != RUN
        for seen in case.observations(run.id)
        if "@" not in seen.probe_address
    )
    assert last <= min(seen.asked_at for seen in case.observations(RUN))
    assert len(case.runs()) == 2 + len(CONTROLS)


def test_the_rule_was_written_before_any_answer(case):
    kinds = [record.kind for record in case.records(RUN)]
    assert kinds[:3] == ["run", "rule", "observation"]
    assert kinds[-2:] == ["decided", "close"]


def test_the_rule_rests_on_no_answer_of_the_suspect(case):
    (calibration,) = kept([case.rule(RUN).calibration_digest], case.calibration_folder)
    again = rule_of(panel_of(case), case.plan(), "tuned", calibration)
    assert again == case.rule(RUN)


def test_nobody_is_given_what_the_suspect_was_not_asked_and_it_reads_nothing(case):
    read = {
        seen.probe_address.split("@")[0]
        for seen in case.observations("control-alpha")
        if seen.probe_address.endswith("@suspect-tuned")
    }
    assert read <= set(asked(case))
    assert not any("@" in address for address in asked(case))


# --- compared, reported and verified ------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(world, case):
    done = world.run("compare", "early")
    assert done.returncode == 0, done.stderr
    return done


def test_a_comparison_says_how_much_was_asked_and_why(compared, case):
    decided = case.decided(RUN)
    said = f"The suspect was asked {decided.asked} of {PROBES} probes, in a random order"
    assert said in compared.stdout
    assert case.comparisons()[0].decided == decided


def test_only_what_was_asked_can_be_missing(compared, case):
    (comparison,) = case.comparisons()
    finding = comparison.questions[0]
    assert finding.prompts == case.decided(RUN).asked
    assert (finding.missing_reference, finding.missing_suspect) == (0, 0)


def test_the_report_says_it_too(compared, case):
    (comparison,) = case.comparisons()
    verdict = replace(comparison.verdict, status="inconclusive")
    comparison = replace(comparison, verdict=verdict)
    document = build_document(comparison, case.plan(), case.runs(), case.packs())
    text = json.dumps(document_json(document)["sections"])
    assert f"was asked {case.decided(RUN).asked} of {PROBES} probes" in text


def test_verify_decides_again_and_agrees(compared, world, case):
    done = world.run("verify", "early")
    assert done.returncode == 0, done.stdout
    assert f"When asking stopped: {case.decided(RUN).asked} of {PROBES} probes asked" in done.stdout


# --- interrupted --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def battered(world, case):
    """The same plan; the worker is killed while it asks the suspect, and another goes on."""
    store = world.planned("battered")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        with (store.folder / "log").open("wb") as log:
            worker = launch.start(store.folder, ["--until-decided"], log)
            _wait_for(store, worker)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    done = world.run("run", "battered")  # by the rule that was begun with, whoever goes on
    assert done.returncode == 0, done.stderr
    return store


def _wait_for(store, worker):
    path, deadline = store.journal_path(RUN), time.monotonic() + 120
    while time.monotonic() < deadline and worker.poll() is None:
        if path.exists() and b'"kind":"rule"' in path.read_bytes():
            return
        time.sleep(0.002)


def test_a_killed_run_goes_on_to_the_same_decision(case, battered):
    assert "resume" in [record.kind for record in battered.records(RUN)]
    # What is drawn for a spread hangs on the name of the case, and the rule's digest on the spread.
    assert replace(battered.decided(RUN), rule="") == replace(case.decided(RUN), rule="")
    assert battered.rule(RUN).order == case.rule(RUN).order


def test_a_killed_run_asks_nothing_twice(battered):
    seen = [(one.probe_address, one.repeat) for one in battered.observations(RUN)]
    assert len(seen) == len(set(seen)) == 2 * battered.decided(RUN).asked
    assert [one for one in problems(battered) if one] == []


# --- edited -------------------------------------------------------------------------------------


def forged(case, tmp_path, change):
    """A copy in which the suspect's journal was written anew with other records."""
    folder = tmp_path / "early"
    shutil.copytree(case.folder, folder)
    store = open_case(folder)
    path = store.journal_path(RUN)
    records = [(record.kind, record.body) for record in read_journal(path)]
    path.unlink()
    with Journal(path) as journal:
        for kind, body in change(records):
            journal.append(kind, [body])
    store.rebuild()
    return [one for one in problems(store) if one]


def test_an_untouched_copy_has_no_problem(case, tmp_path):
    assert forged(case, tmp_path, lambda records: records) == []


def test_another_level_in_the_decision_is_found(case, tmp_path):
    def change(records):
        return [
            (k, {**b, "level": "moderate support"} if k == "decided" else b) for k, b in records
        ]

    (problem,) = forged(case, tmp_path, change)
    assert problem == "The decision of suspect-tuned is recorded with another level than comes out."


def test_another_range_in_the_rule_is_found(case, tmp_path):
    def change(records):
        return [(k, {**b, "most": b["most"] / 2} if k == "rule" else b) for k, b in records]

    found = forged(case, tmp_path, change)
    assert found[0] == "The rule of suspect-tuned is recorded with another most than comes out."


def test_an_answer_that_was_left_out_breaks_the_order(case, tmp_path):
    first = case.rule(RUN).order[0]

    def change(records):
        return [(k, b) for k, b in records if b.get("probe_address") != first]

    assert "suspect-tuned was not asked in the order of its rule." in forged(case, tmp_path, change)


def test_a_run_that_ended_without_a_decision_is_named(case, tmp_path):
    some = set(case.rule(RUN).order[:8])

    def change(records):
        kept = [r for r in records if r[0] not in {"observation", "decided"}]
        seen = [r for r in records if r[0] == "observation" and r[1]["probe_address"] in some]
        return [*kept[:2], *seen, *kept[2:]]

    assert forged(case, tmp_path, change) == [
        f"suspect-tuned stopped after 8 of {PROBES} probes without having been decided."
    ]


# --- other cases --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_begun_in_the_order_of_the_plan_is_not_decided_early(world, case, tmp_path):
    store = world.planned("mixed")
    done = world.run("run", "mixed")
    assert done.returncode == 0, done.stderr
    assert world.run("run", "mixed", "--until-decided").returncode == 0  # nothing is left to ask
    assert store.decided(RUN) is None
    assert len(store.observations(RUN)) > 2 * PROBES
    assert list(problems(store)) == []


def test_an_order_follows_from_the_plan_s_seed(case):
    dice = np.random.default_rng(seed_from(5, "order of probes", "tuned"))
    addresses = panel_of(case).addresses
    assert case.rule(RUN).order == tuple(addresses[i] for i in dice.permutation(PROBES))


def test_a_calibration_that_can_say_one_thing_only_is_refused(world, case):
    """Derivatives that score like strangers."""
    store = world.planned("vain")
    calibrate(world, store, scores(derived=-20.0))
    try:
        done = world.run("run", "vain", "--until-decided")
    finally:
        calibrate(world, store)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2].startswith("No level could ever be settled early: ")
    assert read_status(store.folder).state == "failed"


# --- another temperature ------------------------------------------------------------------------


@pytest.mark.slow
def test_a_suspect_that_was_decided_is_not_asked_at_the_other_temperature(world, case):
    """The calibration of the plan without it speaks, so it is of the very same protocol."""
    for step in (
        ("plan", "again", *PLAN, "--other-temperature", "1.2"),
        ("run", "again", "--until-decided"),
        ("compare", "again"),
    ):
        done = world.run(*step)
        assert done.returncode == 0, done.stderr
    store = open_case(world.cases / "again")
    assert store.decided(RUN).asked == len(asked(store))
    assert not any("~" in address for address in asked(store))
    (comparison,) = store.comparisons()
    others = [one.without[-1] for one in comparison.questions if one.without]
    assert (others[0].kind, others[0].reason) == ("decoding", STOPPED)
    checks = world.json("verify", "again")
    assert [check["title"] for check in checks if not check["passed"]] == []
