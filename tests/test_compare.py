"""Which answers count in a score."""

from dataclasses import replace

from tests import made
from workbench.compare.pairs import counted_probes
from workbench.metrics import METRICS
from workbench.packs.schema import FEWEST_ANSWERS, METRICS_OF

BY_ID = {metric.id: metric for metric in METRICS}
PACK = made.pack(probes=2)


def test_every_probe_counts_unless_its_pack_says_otherwise():
    assert counted_probes([PACK], BY_ID["word-bigram"]) == {
        "style/greetings#probe-0",
        "style/greetings#probe-1",
    }


def test_a_weak_pack_counts_in_no_score():
    weak = replace(PACK, weak="Learnt from many places.")
    assert {counted_probes([weak], metric) for metric in METRICS} == {frozenset()}


def test_a_pack_counts_only_in_the_metrics_it_names():
    named = replace(PACK, metrics=("word-bigram",))
    assert len(counted_probes([named], BY_ID["word-bigram"])) == 2
    assert counted_probes([named], BY_ID["mmd-squared"]) == frozenset()


def test_packs_know_the_metrics_there_are():
    assert list(FEWEST_ANSWERS) == list(BY_ID)
    shown = ("next_token", "passage", "choice")
    material = {"passages": ("passage",), "options": ("choice",)}
    material |= dict.fromkeys(("tokens", "bytes", "byte habits"), shown)
    for kind, fitting in METRICS_OF.items():
        assert fitting == tuple(
            metric.id for metric in METRICS if kind in material.get(metric.material, ("generate",))
        )
