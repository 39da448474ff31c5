"""Packs asked once more at another temperature: planned, and scored for sensitivity alone."""

from dataclasses import replace

import pytest

from tests import made
from tests.evaluate import made as talk
from tests.test_plan import planned
from tests.test_questions import (
    LEVELS,
    OUTPUTS,
    OUTPUTS_LOGITS,
    PACK,
    WEIGHTS,
    WEIGHTS_LOGITS,
    Values,
    alike,
    ask,
    distances,
    materials,
    plan,
)
from workbench.compare.sensitivity import STOPPED, UNCHANGED, UNREAD
from workbench.errors import PlanError
from workbench.extent import Extent, problems
from workbench.pilot import pilot_plan
from workbench.records import ModelEntry, Plan, Without, from_json, to_json

OTHER = 0.3
PLAN = plan(other_temperature=OTHER)

# --- the plan -----------------------------------------------------------------------------------


def refused(*packs, **extent):
    with pytest.raises(PlanError) as error:
        planned(*packs, **extent)
    return error.value


def test_a_plan_without_another_temperature_keeps_the_digest_that_plans_had_before():
    the_plan, _ = planned()
    assert "other_temperature" not in to_json(the_plan)
    assert from_json(Plan, to_json(the_plan)) == the_plan
    before = "sha256:99f1090604daf84d39ec8479ec1594f1892a6be67096b2d19617f04d754c2900"
    assert made.plan([made.pack(probes=10)]).digest == before


def test_another_temperature_is_part_of_what_is_fixed():
    plain, packs = planned()
    other, same = planned(other_temperature=OTHER)
    assert other.other_temperature == OTHER
    assert other.digest != plain.digest
    assert (other.packs, same) == (plain.packs, packs)


def test_the_other_temperature_is_another_one():
    error = refused(made.pack(probes=10), other_temperature=0.8)
    assert error.what == (
        "This comparison cannot be planned: style/greetings is asked at temperature 0.8 already."
    )
    assert error.fix.startswith("Change the models, packs or options named")


@pytest.mark.parametrize("other", [-0.1, 2.1, float("nan"), float("inf")])
def test_it_lies_where_packs_may_lie(other):
    assert "another temperature must lie between 0 and 2" in refused(other_temperature=other).what


def test_temperature_0_is_refused_where_a_probe_is_asked_several_times():
    said = refused(other_temperature=0.0).what
    assert "temperature 0 would record the same answer at every repeat" in said
    the_plan, _ = planned(other_temperature=0.0, repeats=1)
    assert the_plan.other_temperature == 0


def test_without_texts_there_is_nothing_to_ask_once_more():
    read = made.pack("continuation/openings", "next_token", 10, 1)
    assert "no pack is compared as texts" in refused(read, other_temperature=OTHER).what


def test_answers_that_others_recorded_cannot_be_asked_for_again():
    entries = {
        name: ModelEntry(name, name, name, backend, "x")
        for name, backend in (
            ("base", "local"),
            ("tuned", "replay"),
            ("a", "local"),
            ("b", "local"),
        )
    }
    found = problems(
        entries, "base", ["tuned"], ["a", "b"], [], [PACK], Extent(other_temperature=OTHER)
    )
    assert found == [
        "others recorded the answers of tuned, which cannot be asked at another temperature"
    ]


def test_a_pilot_asks_nothing_once_more():
    packs = (made.pack(probes=30),)
    controls = ("alpha", "beta", "delta", "gamma")
    the_plan = replace(made.plan(packs, controls=controls), other_temperature=OTHER)
    made_plan, _ = pilot_plan(the_plan, packs, 20, "pilot")
    assert made_plan.other_temperature is None


# --- the score ----------------------------------------------------------------------------------


def asked_again(**changes):
    """What the runs gave; at the other temperature the very same answers, unless changed."""
    given = materials(PLAN)
    for run, material in given.items():
        material.varied = changes.get(run, dict(material.answers))
    return given


def others(given=None, values=None):
    """Finding → its score at the other temperature."""
    found = ask(PLAN, values, given or asked_again())
    return [[o for o in one.without if o.kind == "decoding"] for one in found]


@pytest.fixture(scope="module")
def plain():
    return ask()


def test_the_same_answers_give_the_same_score_beside_the_same_controls(plain):
    found = others()
    for one in (WEIGHTS, OUTPUTS):
        same = pytest.approx(plain[one].score.score)
        assert found[one] == [Without("decoding", "temperature 0.3", same)]
    assert found[WEIGHTS_LOGITS] == []


def test_nothing_else_of_a_finding_knows_of_them(plain):
    silent = {run.id: {} for run in (item.run for item in materials(PLAN).values())}
    for given in (asked_again(), asked_again(**silent)):
        for one, before in zip(ask(PLAN, given=given), plain, strict=True):
            kept = tuple(other for other in one.without if other.kind != "decoding")
            assert replace(one, without=kept) == before


def test_other_answers_give_another_score():
    shuffled = {
        probe: {0: talk.answer("m0", number + 1)}
        for number, probe in enumerate(materials(PLAN)["suspect-tuned"].answers)
    }
    (kept,), (changed,) = others()[WEIGHTS], others(asked_again(**{"suspect-tuned": shuffled}))[0]
    assert changed.score < kept.score - 0.5


def test_too_few_answers_at_the_other_temperature_are_a_reason():
    few = dict(list(materials(PLAN)["suspect-tuned"].answers.items())[:5])
    (one,) = others(asked_again(**{"suspect-tuned": few}))[OUTPUTS]
    assert one.score is None
    assert one.reason == "only 5 prompts were answered by both; at least 20 are needed"


def test_a_control_that_cannot_stand_beside_it_is_a_reason():
    (one,) = others(asked_again(**{"control-m3": {}}))[WEIGHTS]
    assert (one.score, one.reason) == (None, "too little can be compared of m3")


def test_a_suspect_that_was_asked_until_decided_has_a_reason():
    given = asked_again(**{"suspect-tuned": {}})
    given["suspect-tuned"].asked = frozenset(given["suspect-tuned"].answers)
    (one,) = others(given)[WEIGHTS]
    assert (one.score, one.reason) == (None, STOPPED)


def test_distributions_have_no_other_temperature_and_say_so():
    near = alike(distances(PLAN, near=0.5))
    (one,) = others(values=Values(next_byte_correlation=near))[WEIGHTS_LOGITS]
    assert (one.score, one.reason) == (None, UNCHANGED)


def test_answers_that_nobody_read_have_no_likelihood():
    near = distances(PLAN, near=0.5)
    found = others(values=Values(cross_likelihood=near))
    assert [(one.score, one.reason) for one in found[OUTPUTS_LOGITS]] == [(None, UNREAD)]
    assert found[OUTPUTS][0].score is not None
    assert len(found) == len(LEVELS)
