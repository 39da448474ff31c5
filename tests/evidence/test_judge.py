"""One pair against every alternative."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.evidence.simulated import kept, labelled, panel
from workbench.evidence.bounds import Bounds
from workbench.evidence.judge import (
    Measured,
    headline_held_out,
    judge,
    judge_all,
    least_favourable,
    levels_held_out,
    measured_at,
    systems_of,
)
from workbench.evidence.levels import LEVELS, NEUTRAL

NOBODY = frozenset()


def with_siblings(seed=1, families=8, shift=2.0):
    """A panel, and models of a common base that are likelier to score high than strangers."""
    pairs = panel(seed, families=families, models=1, derivatives=12)
    dice = np.random.default_rng(9)
    rows = [
        (f"m{f}.0", f"s{f}.{i}", f"f{f}", f"f{f}", "", "same_base_sibling", shift + score)
        for f in range(families)
        for i, score in enumerate(dice.standard_normal(3) * 0.7)
    ]
    return both(pairs, labelled(rows))


def both(one, other):
    columns = (
        "reference", "suspect", "reference_family", "suspect_family", "recipe", "label", "score",
    )  # fmt: skip
    parts = [zip(*(getattr(p, column) for column in columns), strict=True) for p in (one, other)]
    return labelled([row for part in parts for row in part])


@pytest.fixture(scope="module")
def systems():
    return systems_of(with_siblings(), "weights")


def measured(score, half=0.2):
    return Measured(score, score - half, score + half, score, score)


def test_every_alternative_is_weighed_or_has_its_reason(systems):
    weighings = judge(systems, measured(4.0), NOBODY).weighings
    assert [item.alternative for item in weighings] == list(systems)
    assert [item.log10_lr is None for item in weighings] == [False, False, True, True, True, True]
    assert all((item.reason == "") == (item.log10_lr is not None) for item in weighings)


def test_the_headline_is_the_smallest_ratio(systems):
    judged = judge(systems, measured(4.0), NOBODY)
    ratios = {w.alternative: w.log10_lr for w in judged.weighings if w.log10_lr is not None}
    assert judged.headline.alternative == "sibling"
    assert judged.headline.log10_lr == min(ratios.values()) < ratios["independent"]


def test_the_level_is_the_least_favourable_of_any_alternative(systems):
    for score, levels in (
        (3.3, ["weak support", NEUTRAL]),
        (2.5, [NEUTRAL, "weak support for the alternative"]),
    ):
        judged = judge(systems, measured(score), NOBODY)
        assert [item.level for item in judged.weighings[:2]] == levels
        assert judged.level == levels[1]


def test_what_lies_within_the_bounds_holds_ratio_and_interval(systems):
    for score in (-3.0, 0.0, 1.5, 4.0, 400.0):
        for item in judge(systems, measured(score), NOBODY).weighings[:2]:
            assert item.least <= item.low <= item.log10_lr <= item.high <= item.most


class Fixed:
    """A system whose draws all lie on one side of the ratio itself."""

    alternative = "independent"

    def __init__(self, limits):
        self.limits = limits

    def families(self, kin):
        return 9

    def hindrance(self, kin):
        return ""

    def unbounded(self, scores, kin):
        return np.full(len(scores), 0.8)

    def bounded(self, values, kin):
        return values

    def bounds(self, kin):
        return Bounds((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0))

    def intervals(self, scores, spreads, kin):
        return np.array([self.limits] * len(scores))


@pytest.mark.parametrize("limits", [(0.85, 0.95), (0.1, 0.7)])
def test_an_interval_always_holds_its_ratio(limits):
    (item,) = judge({"independent": Fixed(limits)}, measured(1.0), NOBODY).weighings
    assert (item.low, item.high) == (min(limits[0], 0.8), max(limits[1], 0.8))


def test_pairs_judged_together_are_judged_as_if_alone(systems):
    scores = [measured(score) for score in (-1.0, 0.5, 1.7, 4.0)]
    kin = frozenset({"f2"})
    assert judge_all(systems, scores, kin) == [judge(systems, one, kin) for one in scores]


def test_nothing_is_said_of_a_pair_whose_kin_are_everybody():
    pairs = panel("few", families=5, models=1, derivatives=5)
    judged = judge(systems_of(pairs, "weights"), measured(4.0), frozenset({"f0", "f1", "f2"}))
    assert (judged.headline, judged.level) == (None, None)
    assert {item.log10_lr for item in judged.weighings} == {None}


def test_a_question_without_a_single_score_judges_nobody():
    pairs = panel("none", families=6)
    pairs = replace(pairs, score=np.full(len(pairs), np.nan))
    systems = systems_of(pairs, "outputs")
    assert levels_held_out(pairs, systems) == {}
    assert np.isnan(headline_held_out(pairs, systems)).all()


def test_families_behind_an_alternative_are_those_left(systems):
    judged = judge(systems, measured(1.0), frozenset({"f0", "f1", "nowhere"}))
    assert [item.families for item in judged.weighings] == [6, 6, 0, 0, 0, 0]


@pytest.mark.parametrize("part", ["score", "low", "high", "panel_low", "panel_high"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_score_is_usable_only_if_all_of_it_is_a_number(part, value):
    assert measured(1.0).usable
    assert not replace(measured(1.0), **{part: value}).usable


def test_the_spread_is_that_of_prompts_and_panels_together():
    one = Measured(1.0, 1 - 1.959964 * 3, 1 + 1.959964 * 3, 1 - 1.644854 * 4, 1 + 1.644854 * 4)
    assert one.spread == pytest.approx(5)


def test_levels_of_labelled_pairs_are_those_of_their_own_judgement():
    pairs = panel("levels", families=8, models=1, derivatives=12, shift=2.0)
    systems = systems_of(pairs, "weights")
    levels = levels_held_out(pairs, systems)
    assert list(levels) == list(range(len(pairs)))
    alone = [judge(systems, measured_at(pairs, i), pairs.families[i]).level for i in levels]
    assert list(levels.values()) == alone
    with_kin = [judge(systems, measured_at(pairs, i), NOBODY).level for i in levels]
    assert with_kin != alone


def test_a_pair_without_an_interval_has_no_level():
    pairs = panel("interval", families=7, models=1)
    low = pairs.low.copy()
    low[2] = np.nan
    pairs = replace(pairs, low=low)
    assert 2 not in levels_held_out(pairs, systems_of(pairs, "weights"))


def test_the_smallest_ratio_of_labelled_pairs_is_over_what_could_be_tested():
    pairs = with_siblings()
    systems = systems_of(pairs, "weights")
    found = headline_held_out(pairs, systems)
    every = [systems[key].bounded_held_out for key in ("independent", "sibling")]
    assert found.tolist() == np.minimum(*every).tolist()


def test_an_alternative_that_cannot_judge_a_pair_leaves_the_others_their_say():
    pairs = with_siblings()
    siblings = {f"f{i}" for i in range(5)}
    index = [
        i
        for i, label in enumerate(pairs.label)
        if label != "same_base_sibling" or pairs.suspect_family[i] in siblings
    ]
    pairs = kept(pairs, index)
    systems = systems_of(pairs, "weights")
    kin = frozenset({"f0", "f1", "f2", "f3"})
    weighings = judge(systems, measured(4.0), kin).weighings
    assert [item.log10_lr is None for item in weighings[:2]] == [False, True]
    assert judge(systems, measured(4.0), kin).headline.alternative == "independent"


def test_of_several_levels_the_least_favourable_counts():
    assert least_favourable([LEVELS[0], None, NEUTRAL]) == NEUTRAL
    assert least_favourable([LEVELS[5], LEVELS[1]]) == LEVELS[5]
    assert least_favourable([None]) is None
