"""A pilot on reference and controls, before a plan is fixed."""

import shutil

import pytest

from tests.deciding.conftest import CONTROLS, MODELS, PLAN, World, calibrate
from workbench.store import open_case

PILOT = 30


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Models at hand, and a calibration of the protocol of the planned case "early"."""
    world = World(tmp_path_factory.mktemp("pilot"))
    done = world.run("models", "fetch", *MODELS)
    assert done.returncode == 0, done.stderr
    calibrate(world, world.planned("early"))
    return world


@pytest.fixture(scope="module")
def piloted(world):
    """Planned with a pilot, a calibration of the protocol at hand."""
    done = world.run("plan", "ahead", *PLAN, "--pilot", str(PILOT))
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def found(world, piloted):
    """The same pilot, taken again for another plan."""
    return world.json("plan", "again", *PLAN, "--pilot-from", "ahead-pilot")


def test_a_pilot_asks_reference_and_controls_and_no_suspect(world, piloted):
    runs = {run.id for run in open_case(world.cases / "ahead-pilot").runs()}
    assert runs == {"reference-base", *(f"control-{name}" for name in CONTROLS)}
    assert "Pilot ahead-pilot" in piloted.stdout


def test_a_pilot_asks_so_many_probes_of_each_pack(world, piloted):
    packs = open_case(world.cases / "ahead-pilot").packs()
    assert {pack.id: len(pack.probes) for pack in packs} == {
        "style/short": PILOT,
        "continuation/openings": 6,
    }


def test_the_plan_is_fixed_afterwards_and_in_full(world, piloted):
    store = open_case(world.cases / "ahead")
    assert store.plan().suspects == ("tuned",)
    assert [item.probes for item in store.plan().packs] == [6, 60]


def test_a_forecast_names_components_and_needs(found):
    pilot = found["pilot"]
    assert pilot["case"] == "ahead-pilot"
    assert (pilot["components"]["models"], pilot["repeats"], pilot["probes"]) == (5, 2, PILOT)
    assert pilot["components"]["interaction"] >= 0
    assert pilot["planned"]["probes"] == 60
    assert pilot["reach"]["families"] == pilot["reach"]["derivatives"] == 8


def test_probes_needed_follow_from_the_components(found):
    pilot = found["pilot"]
    parts = pilot["components"]
    if isinstance(parts["tau"], dict):
        assert pilot["enough"] == {"reason": parts["tau"]["reason"]}
        return
    noise = parts["interaction"] + parts["repeat"] / 2
    assert pilot["enough"] == pytest.approx(9 * noise / parts["tau"] ** 2, abs=1)


def test_a_plan_says_what_calibrations_allow_even_without_a_pilot(world):
    done = world.run("plan", "bare", *PLAN)
    assert "Question weights: calibration made allows weak support or weak support for the " in (
        done.stdout
    )
    assert (
        "Question outputs: no calibration is of this protocol (There is none at hand), so no level "
        "can be reached\n"
    ) in done.stdout


def test_a_pilot_of_too_few_probes_is_refused_before_anybody_is_asked(world):
    done = world.run("plan", "small", *PLAN, "--pilot", "3")
    assert done.returncode == 1
    assert done.stderr == (
        "A pilot of 3 probes of each pack has 3 whose answers are compared as texts, and it takes "
        "20.\nGive a larger number with --pilot, or plan with more packs.\n"
    )
    assert not (world.cases / "small-pilot").exists()
    assert not (world.cases / "small").exists()


def test_a_case_with_other_models_is_no_pilot(world, piloted):
    who = ("--reference", "alpha", "--suspect", "tuned", "--control", "beta", "--control", "gamma")
    done = world.run("plan", "other", *who, "--pilot-from", "ahead-pilot")
    assert done.returncode == 1
    assert "is no pilot of this plan: its reference or controls are others." in done.stderr


def test_a_plan_that_exists_is_refused_before_a_pilot_is_asked(world):
    done = world.run("plan", "early", *PLAN, "--pilot", str(PILOT))
    assert done.returncode == 1
    assert not (world.cases / "early-pilot").exists()


def test_a_pilot_of_too_few_controls_is_refused_before_anybody_is_asked(world):
    three = [word for name in CONTROLS[:3] for word in ("--control", name)]
    done = world.run("plan", "three", *PLAN, *three, "--pilot", str(PILOT))
    assert done.returncode == 1
    assert done.stderr == (
        "A pilot takes 4 controls, and the plan has 3.\n"
        "Name more with --control, or plan without --pilot.\n"
    )
    assert not (world.cases / "three-pilot").exists()


def test_a_pilot_left_unfinished_is_not_gone_on_with_by_another(world):
    begun = world.cases / "twice-pilot"
    shutil.copytree(world.cases / "early", begun)
    done = world.run("plan", "twice", *PLAN, "--pilot", str(PILOT))
    assert done.returncode == 1
    assert done.stderr == (
        "There is a case 'twice-pilot' already, which asks other models or questions.\n"
        "Take it as it is with --pilot-from twice-pilot, or name the plan otherwise.\n"
    )
    assert open_case(begun).runs() == ()
