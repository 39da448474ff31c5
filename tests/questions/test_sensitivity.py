"""Scores with one pack or one control left out."""

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluate import made as talk
from workbench.questions.kin import case_kin
from workbench.questions.likeness import measure
from workbench.questions.score import Scorer
from workbench.questions.sensitivity import scorers_without, without_controls, without_packs
from workbench.questions.source import Answered, Source

MODELS = tuple(f"m{i}" for i in range(talk.FAMILIES))


def pack(address):
    return address.split("#", maxsplit=1)[0]


@pytest.fixture(scope="module")
def source():
    prompts = []
    for n in range(talk.PROMPTS):
        texts = tuple(talk.answer(model, n) for model in MODELS)
        place = np.arange(len(MODELS))
        prompts.append(Answered(f"pack-{n % 2}#{n:03}", "", place, texts))
    return Source("made", MODELS, tuple(prompts))


@pytest.fixture(scope="module")
def likeness(source):
    return measure(source, part_of=pack)


def test_parts_change_nothing_of_the_whole(source, likeness):
    once = np.ones((1, likeness.groups))
    plain = measure(source)
    for key, table in plain.raw.items():
        assert np.array_equal(table.at(once), likeness.raw[key].at(once), equal_nan=True), key


def test_a_paired_metric_without_a_part_is_the_mean_over_the_other_prompts(source, likeness):
    prompts = tuple(p for p in source.prompts if pack(p.prompt) == "pack-1")
    alone = measure(replace(source, prompts=prompts))
    left = likeness.without("pack-0")
    for key in ("character-ngram", "word-bigram", "opening-words"):
        ours, theirs = (x.raw[key].at(np.ones((1, x.groups)))[0] for x in (left, alone))
        off = ~np.eye(len(MODELS), dtype=bool)
        assert ours[off] == pytest.approx(theirs[off], abs=1e-9)
    assert np.array_equal(left.prompts, alone.prompts)


def test_a_pack_that_alone_speaks_leaves_nothing_when_it_is_left_out(source, likeness):
    kin = case_kin(MODELS, "m0", "m1")
    whole = Scorer("made", likeness, kin)
    fewer = [(name, likeness.without(name)) for name in ("pack-0", "pack-1")]
    scorers = scorers_without(whole, fewer, "text")
    found = list(without_packs(scorers, "weights", (0, 1)))
    assert [one.name for one in found] == ["pack-0", "pack-1"]
    assert all(one.score is not None or one.reason for one in found)


def test_each_control_is_left_out_once_and_the_mean_of_its_part_goes_with_it(likeness):
    whole = Scorer("made", likeness, case_kin(MODELS, "m0", "m1"))
    found = list(without_controls(whole, "weights", (0, 1), MODELS))
    assert [one.name for one in found] == list(MODELS[2:])
    table, rest = whole.fused["weights"][0], [3, *range(4, len(MODELS))]
    among = [table[i, j] for i in rest for j in rest if i != j]
    expected = (
        table[0, 1]
        - np.mean([table[0, k] for k in rest])
        - np.mean([table[k, 1] for k in rest])
        + np.mean(among)
    )
    assert found[0].score == pytest.approx(expected)
