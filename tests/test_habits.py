"""Habits of the next byte, from what runs showed to a table of every two."""

from dataclasses import replace

import torch

from tests import made
from workbench.compare.habits import Habits
from workbench.compare.material import Material
from workbench.metrics import METRICS
from workbench.metrics.next_bytes import ByteTrie
from workbench.metrics.next_tokens import NextTokens
from workbench.records import NoScore

(METRIC,) = (metric for metric in METRICS if metric.material == "byte habits")
TRIES = [ByteTrie([bytes([65 + n]) for n in range(size)]) for size in (7, 9)]
PROBES = [f"made/pack#{n}" for n in range(7)]
SEEDS = {
    "reference-base": 1,
    "suspect-tuned": 1,
    "suspect-other": 3,
    "control-m1": 4,
    "control-m2": 5,
    "control-m3": 6,
}


def seen(seed, probe, noise):
    """Whole distributions at two places; every other model has another tokenizer."""
    trie = TRIES[seed % 2]
    own, more = (torch.Generator().manual_seed(hash_of(key)) for key in ((seed, probe), (noise,)))
    logits = 2 * torch.randn(2, len(trie), generator=own)
    logits += 0.2 * torch.randn(2, len(trie), generator=more) * bool(noise)
    return NextTokens((4, 9), logits.log_softmax(1), trie)


def hash_of(key):
    return sum((n + 1) * 7919 * sum(map(ord, str(part))) for n, part in enumerate(key))


class Shown:
    """Stands for what is read out of a case."""

    def __init__(self, seeds, silent=()):
        self.seeds, self.silent = seeds, silent

    def next_tokens(self, material, probe):
        run = material.run.id
        if run in self.silent:
            return None
        return seen(self.seeds[run], probe, noise=run.startswith("suspect"))


def habits(seeds=SEEDS, silent=(), examined="suspect-tuned"):
    plan = made.plan((), ("tuned", "other"), ("m1", "m2", "m3"))
    materials = {}
    for role, model in plan.models:
        run = replace(made.run(plan, role, model), vocabulary_digest="sha256:00")
        materials[run.id] = Material(run, {}, {})
        materials[run.id].tops.update(dict.fromkeys(PROBES, ()))
    shown = Shown(seeds, silent)
    return Habits(METRIC, materials, PROBES, shown).table("reference-base", examined)


def mean(values):
    return sum(value.low for value in values.values()) / len(values)


def test_the_near_copy_goes_with_the_reference_and_nobody_else():
    table = habits()
    near = mean(table["reference-base", "suspect-tuned"])
    assert near > 0.8
    assert all(
        mean(table[side, control]) < near - 0.2
        for side in ("reference-base", "suspect-tuned")
        for control in ("control-m1", "control-m2", "control-m3")
    )


def test_both_orders_hold_the_same_and_every_probe_has_a_part():
    table = habits()
    assert table["control-m1", "suspect-tuned"] is table["suspect-tuned", "control-m1"]
    assert sorted(table["control-m1", "suspect-tuned"]) == PROBES


def test_neither_the_reference_nor_another_suspect_has_a_say_between_suspect_and_controls():
    other = SEEDS | {"reference-base": 8, "suspect-other": 12}
    before, after = habits(), habits(other)
    assert before["suspect-tuned", "control-m1"] == after["suspect-tuned", "control-m1"]
    assert before["suspect-tuned", "reference-base"] != after["suspect-tuned", "reference-base"]


def test_who_shows_no_distributions_has_a_reason_and_is_in_no_panel():
    table = habits(silent=("control-m2",))
    reason = "m2 shows no whole distributions"
    assert table["reference-base", "control-m2"] == NoScore("next-byte-correlation", reason)
    without = SEEDS | {"control-m2": 99}
    again = habits(without, silent=("control-m2",))
    assert table["reference-base", "suspect-tuned"] == again["reference-base", "suspect-tuned"]


def test_one_control_is_no_panel():
    table = habits(silent=("control-m2", "control-m3"))
    assert isinstance(table["reference-base", "suspect-tuned"], NoScore)
