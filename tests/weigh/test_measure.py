"""Weights of made answers, worked out by hand: each answer is a unit vector along one axis."""

import pytest
import torch

from tests import made
from workbench.packs import part_of, sealed_addresses
from workbench.records import ModelEntry
from workbench.weigh import Panel, weigh_pack
from workbench.weigh.panel import Member

PACK = made.pack(probes=8, repeats=2)
OPENINGS = made.pack("continuation/openings", "next_token", probes=8, repeats=1)
FAMILIES = {
    "base": "base",
    "tuned": "base",
    "alpha": "alpha",
    "beta": "beta",
    "gamma": "gamma",
    "delta": "delta",
}


def member(name, answers, pack=PACK):
    """A model that answers each probe with these axes, one per repeat."""
    entry = ModelEntry(
        name=name,
        title=name,
        family=FAMILIES[name],
        backend="local",
        source="folder:/none",
        format="safetensors",
        parents=("base",) if name == "tuned" else (),
    )
    found = Member(entry, f"sha256:{name}")
    for probe in pack.probes:
        axes = answers(probe) if callable(answers) else answers
        found.texts[probe.address] = [f"{name} {axis}" for axis in axes]
        found.embeddings[probe.address] = torch.eye(8)[list(axes)]
    return found


def panel(pack=PACK, **answers):
    members = {name: member(name, given, pack) for name, given in answers.items()}
    heads = tuple(one for name, one in members.items() if name != "tuned")
    derived = ((members["base"], members["tuned"]),) if "tuned" in members else ()
    return Panel(heads, derived, frozenset(), "made")


def every(weights, field):
    """The values a field takes over the probes, rounding aside."""
    values = (getattr(weight, field) for weight in weights.probes)
    return {value if value is None else round(value, 12) for value in values}


OWN = {"base": (0, 0), "alpha": (1, 1), "beta": (2, 2), "gamma": (3, 3)}


def test_models_with_answers_of_their_own_have_the_widest_gap():
    weights = weigh_pack(panel(**OWN), PACK)
    assert every(weights, "gap") == {1.0}
    assert every(weights, "discriminability") == {1.0}
    assert every(weights, "agreement") == {0.0}


def test_a_probe_everybody_answers_alike_tells_nothing():
    weights = weigh_pack(panel(base=(0, 0), alpha=(0, 0), beta=(0, 0), gamma=(0, 0)), PACK)
    assert every(weights, "gap") == {0.0}
    assert every(weights, "agreement") == {1.0}
    assert every(weights, "discriminability") == {0.5}


def test_noise_closes_the_gap():
    weights = weigh_pack(panel(base=(0, 1), alpha=(2, 3), beta=(4, 5), gamma=(6, 7)), PACK)
    assert every(weights, "gap") == {0.0}
    assert every(weights, "noise") == {1.0}


def test_sealed_probes_are_not_weighed():
    weights = weigh_pack(panel(**OWN), PACK)
    opened = {probe.key for probe in part_of(PACK, "open").probes}
    assert {weight.key for weight in weights.probes} == opened
    assert len(opened) == 8 - len(sealed_addresses(PACK)) == 7


def test_a_probe_two_models_answered_has_a_reason_in_place_of_a_weight():
    seen = panel(base=(0, 0), alpha=(1, 1), beta=(2, 2))
    lost = part_of(PACK, "open").probes[0]
    del seen.independent[2].texts[lost.address]
    weights = weigh_pack(seen, PACK)
    assert [(item.key, item.reason) for item in weights.unweighed] == [
        (lost.key, "a probe's weight needs at least 3 answers and got 2.")
    ]


def _varied(probe):
    """A derivative that keeps its parent's answer at every second probe, and else gives its own."""
    return (0, 0) if int(probe.key[-1]) % 2 else (7, 7)


def test_a_derivative_is_set_apart_by_what_it_keeps():
    (found,) = weigh_pack(panel(tuned=_varied, **OWN), PACK).separations
    assert (found.reference, found.derived) == ("base", "tuned")
    assert (found.controls, found.below) == (3, 3)
    assert found.probes == 7
    # Where it keeps the answer its likeness is 1 and its centred likeness 1, else 0; a control's is
    # 0 less what the others reach with the reference (1/3 where the derivative keeps it).
    keys = [int(probe.key[-1]) for probe in part_of(PACK, "open").probes]
    kept = [1 + 1 / 3 if key % 2 else 0 for key in keys]
    assert found.contrast == pytest.approx(sum(kept) / 7)
    assert found.low < found.contrast < found.high
    spread = torch.tensor(kept).double().std().item()
    assert found.per_hundred == pytest.approx(found.contrast / spread * 50**0.5)


def test_a_control_that_was_asked_something_else_is_no_control_here():
    seen = panel(tuned=_varied, **OWN)
    stranger = member("delta", (5, 5))
    stranger.texts.clear()
    wider = Panel((*seen.independent, stranger), seen.derived, seen.asked, seen.embedder)
    assert weigh_pack(wider, PACK).separations == weigh_pack(seen, PACK).separations


def test_a_contrast_that_never_varies_has_no_rate():
    (found,) = weigh_pack(panel(tuned=(0, 0), **OWN), PACK).separations
    assert found.contrast == pytest.approx(1 + 1 / 3)
    assert found.per_hundred is None


def test_without_a_derivative_there_is_no_separation():
    assert weigh_pack(panel(**OWN), PACK).separations == ()


def test_distributions_are_weighed_by_their_first_letters():
    seen = panel(OPENINGS, **OWN)
    letters = {"base": "abcd", "alpha": "abxy", "beta": "abxy", "gamma": "abcd"}
    for one in seen.independent:
        profile = dict.fromkeys(letters[one.entry.name], 0.25)
        one.profiles = {probe.address: {10: profile} for probe in OPENINGS.probes}
    weights = weigh_pack(seen, OPENINGS)
    # Of six pairs two are equal and four share half.
    assert every(weights, "gap") == {round(4 * 0.5 / 6, 12)}
    assert every(weights, "noise") == {None}
    assert weights.repeats == 1


def test_positions_that_two_tokenizers_do_not_share_are_passed_over():
    seen = panel(OPENINGS, **OWN)
    for place, one in enumerate(seen.independent):
        one.profiles = {probe.address: {place: {"a": 1.0}} for probe in OPENINGS.probes}
    weights = weigh_pack(seen, OPENINGS)
    assert weights.probes == ()
    assert len(weights.unweighed) == 7
