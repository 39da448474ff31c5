"""What a plan takes of the packs."""

from dataclasses import replace

import pytest

from tests import made
from tests.packs.test_weights import weights
from tests.weigh.test_panel import catalogue
from workbench.digest import digest_of
from workbench.errors import PlanError
from workbench.extent import Extent
from workbench.packs import sealed_addresses
from workbench.parties import LONGEST, Parties, party_lines
from workbench.plan import NOBODY, make_plan
from workbench.records import Plan, from_json, to_json

PACK = made.pack(probes=10, repeats=4)
CONTROLS = ("alpha", "beta", "gamma")


def planned(*packs, parties=NOBODY, **extent):
    return make_plan(
        "made", "base", ("tuned",), CONTROLS, packs or (PACK,), catalogue(),
        now=made.NOON, extent=Extent(**extent), parties=parties,
    )  # fmt: skip


def test_the_open_part_is_asked_unless_said_otherwise():
    plan, (asked,) = planned()
    assert len(asked.probes) == 8
    assert not sealed_addresses(PACK) & {probe.address for probe in asked.probes}
    assert plan.part == "open"
    assert (plan.packs[0].probes, plan.packs[0].left_out, plan.packs[0].questions) == (8, 2, 32)


def test_the_sealed_part_is_the_rest():
    _, (asked,) = planned(part="sealed")
    assert {probe.address for probe in asked.probes} == sealed_addresses(PACK)


def test_the_plan_names_the_pack_as_asked_and_as_its_file_has_it():
    plan, (asked,) = planned()
    assert plan.packs[0].digest == asked.digest != PACK.digest
    assert plan.packs[0].library_digest == PACK.digest


def test_packs_too_small_to_seal_anything_have_no_sealed_part():
    with pytest.raises(PlanError, match="The sealed part of these packs holds no probe"):
        planned(made.pack(probes=3), part="sealed")


def test_a_budget_is_spent_on_what_weighs_most_at_the_repeats_asked():
    gaps = {probe.key: 0.1 * place for place, probe in enumerate(PACK.probes)}
    plan, (asked,) = planned(budget=7, repeats=2, weights={PACK.id: weights(PACK, **gaps)})
    assert plan.budget == 7
    opened = [probe for probe in PACK.probes if probe.address not in sealed_addresses(PACK)]
    assert list(asked.probes) == opened[-3:]
    assert plan.packs[0].questions == 6
    assert plan.packs[0].left_out == 7


def test_a_plan_with_another_budget_has_another_digest():
    gaps = {probe.key: 0.5 for probe in PACK.probes}
    one, _ = planned(budget=8, weights={PACK.id: weights(PACK, **gaps)})
    assert replace(one, budget=9).digest != one.digest


def test_every_mistake_is_listed_at_once():
    with pytest.raises(PlanError) as error:
        planned(budget=0, repeats=0)
    assert error.value.what == (
        "This comparison cannot be planned: repeats must lie between 1 and 200, not 0; "
        "a budget must be at least 1 question, not 0."
    )


def test_a_plan_names_who_asked_and_who_does_the_work():
    one, _ = planned()
    named, _ = planned(parties=Parties("A court", "Dr A. Example"))
    assert (named.asked_by, named.done_by) == ("A court", "Dr A. Example")
    assert len({one.digest, named.digest, replace(named, done_by="Dr B.").digest}) == 3
    assert from_json(Plan, to_json(named)) == named


def test_a_plan_that_names_nobody_is_written_as_before_there_were_names():
    one, _ = planned()
    assert {"asked_by", "done_by"}.isdisjoint(to_json(one))
    assert from_json(Plan, to_json(one)) == one
    assert digest_of(to_json(one)) == one.digest


def test_what_a_party_cannot_be_called_is_listed_at_once():
    with pytest.raises(PlanError) as error:
        Parties("x" * 201, "a\nb")
    assert error.value.what == (
        "The parties cannot be named so: who asked has 201 characters; "
        "who did the work holds the control character U+000A."
    )
    assert error.value.fix == "Write each on one line of at most 200 characters."


def test_a_name_in_a_plan_from_elsewhere_is_cut_where_no_plan_goes_on():
    long = replace(planned()[0], asked_by="x" * 500)
    assert party_lines(long) == [f"Asked by: {'x' * LONGEST}…"]


@pytest.mark.parametrize("refused", ["\x00", "\x1b", "\x85", "\u2028", "\u2029", "\ud800"])
def test_a_party_holds_no_control_character(refused):
    with pytest.raises(PlanError, match=f"U\\+{ord(refused):04X}"):
        Parties(done_by=f"a{refused}b")


def test_a_party_may_be_called_anything_else():
    text = "<b>#let x = 1</b>\u202e 模型 می\u200cخواهم 👩\u200d💻"
    assert Parties(text).asked_by == text


def shammed(suspects, controls):
    return make_plan(
        "made", "base", suspects, controls, (PACK,), catalogue(), now=made.NOON, extent=Extent()
    )


def test_a_control_may_be_put_in_the_suspects_place_and_is_then_no_control_of_itself():
    plan, _ = shammed(("tuned", "alpha"), CONTROLS)
    assert plan.controls_of("alpha") == ("beta", "gamma")
    assert plan.controls_of("tuned") == CONTROLS
    asked = [role for role, name in plan.models if name == "alpha"]
    assert asked == ["suspect", "control"]


def test_a_sham_needs_as_many_other_controls_as_any_suspect():
    with pytest.raises(PlanError, match="1 controls were named beside one of them as a suspect"):
        shammed(("tuned", "alpha"), CONTROLS[:2])
