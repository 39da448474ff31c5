"""A control in the suspect's place, from the plan to the report."""

import pytest

from tests.test_questions_journey import CONTROLS, MODELS, LargerWorld
from workbench.store import open_case

SHAM = CONTROLS[0]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = LargerWorld(tmp_path_factory.mktemp("sham"))
    assert world.run("models", "fetch", *MODELS).returncode == 0
    who = ("--reference", "base", "--suspect", "tuned", "--suspect", SHAM)
    controls = [word for name in CONTROLS for word in ("--control", name)]
    for step in (("plan", "shammed", *who, *controls), ("run", "shammed"), ("compare", "shammed")):
        done = world.run(*step)
        assert done.returncode == 0, done.stderr
    return world


def test_a_sham_is_judged_without_itself_and_stands_beside_the_other_suspect(world):
    tuned, sham = open_case(world.cases / "shammed").comparisons()
    assert (tuned.suspect, tuned.controls) == ("tuned", CONTROLS)
    assert (sham.suspect, sham.controls) == (SHAM, CONTROLS[1:])
    assert {pair.model for line in sham.lines for pair in line.controls} == set(CONTROLS[1:])


def test_such_a_case_verifies_and_is_reported_on(world, tmp_path):
    checks = world.json("verify", "shammed")
    assert [check["title"] for check in checks if not check["passed"]] == []
    done = world.run("report", "shammed", "--suspect", SHAM, "-o", str(tmp_path / "e.pdf"))
    assert done.returncode == 0, done.stderr
