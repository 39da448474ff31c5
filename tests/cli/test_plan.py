"""`workbench plan` at the prompt."""

import json

import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.packs import find_pack
from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS
from workbench.store import open_case

SMALL = ("--pack", "style/short-answers")
WHO = ("--reference", "smollm2-135m", "--suspect", "gemma-3-270m")


@pytest.fixture(autouse=True)
def _cases(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path / "cases"))


def plan(*options):
    return CliRunner().invoke(app, ["plan", "here", *WHO, *options])


def test_the_standard_packs_all_count():
    assert [find_pack(name).weak for name in STANDARD_PACKS] == [None] * len(STANDARD_PACKS)


def test_standard_asks_the_standard_packs_as_often_as_calibrations_did():
    planned = json.loads(plan("--standard", "--json").stdout)
    assert [pack["id"] for pack in planned["packs"]] == list(STANDARD_PACKS)
    kinds = {name: find_pack(name).kind for name in STANDARD_PACKS}
    assert all(
        pack["questions"] == pack["probes"] * STANDARD_REPEATS
        for pack in planned["packs"]
        if kinds[pack["id"]] == "generate"
    )


def test_who_asked_and_who_does_the_work_are_fixed_and_shown_as_text(tmp_path):
    done = plan(*SMALL, "--asked-by", " A court ", "--done-by", "Dr A.\u202e<b>")
    assert "Asked by: A court\nDone by: Dr A.⟨U+202E⟩<b>\n" in done.output
    copy = tmp_path / "copy"
    assert CliRunner().invoke(app, ["copy", "here", str(copy)]).exit_code == 0
    fixed = open_case(copy).plan()
    assert (fixed.asked_by, fixed.done_by) == ("A court", "Dr A.\u202e<b>")


def test_without_names_a_plan_says_nothing_of_them():
    planned = json.loads(plan(*SMALL, "--asked-by", " ", "--json").stdout)
    assert {"asked_by", "done_by"}.isdisjoint(planned)


@pytest.mark.parametrize("options", [("--pack", "style/short-answers"), ("--repeats", "3")])
def test_what_is_standard_cannot_be_changed_beside_it(options):
    done = plan("--standard", *options)
    assert done.exit_code == 2
    assert "--standard fixes the packs and the repeats" in done.output


def test_a_calibration_that_fails_its_own_conditions_is_no_promise():
    said = plan("--standard").stdout
    assert "Question weights: calibration zoo-small-text gives no opinion from texts alone" in said
    assert "Question outputs: calibration zoo-small-text allows weak support" in said
