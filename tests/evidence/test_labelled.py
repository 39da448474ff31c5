"""Which labelled pairs count, how much, and who is kin to whom."""

from itertools import combinations

import numpy as np
import pytest

from tests.evidence.simulated import kept, labelled, panel
from workbench.evidence.labelled import apart, bare, derived_side, other_side


def unrelated(*pairs, score=0.0):
    return [(f"m-{a}", f"n-{b}", a, b, "", "unrelated", score) for a, b in pairs]


def everything(pairs):
    return np.arange(len(pairs))


def test_derivatives_of_one_recipe_weigh_as_one_together():
    recipes = ["r1", "r1", "r1", "r2"]
    pairs = labelled(
        [("m", f"d{i}", "a", "a", r, "fine_tune_of", 1) for i, r in enumerate(recipes)]
    )
    side = derived_side(pairs, everything(pairs))
    assert side.weights.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert side.units == 2


def test_five_hundred_pairs_of_ten_families_are_ten_units():
    pairs = labelled(unrelated(*combinations("abcdefghij", 2)) * 12)
    side = other_side(pairs, np.arange(500))
    assert side.units == 10
    assert side.weights.sum() == pytest.approx(10)


def test_pairs_of_the_same_two_families_share_one_weight_whichever_comes_first():
    pairs = labelled(unrelated(("a", "b"), ("b", "a"), ("a", "c"), ("b", "c")))
    assert other_side(pairs, everything(pairs)).weights.tolist() == [0.5, 0.5, 1, 1]


def test_disjoint_pairs_of_families_are_as_many_units_as_there_are_pairs():
    pairs = labelled(unrelated(("a", "b"), ("c", "d"), ("e", "f")))
    assert other_side(pairs, everything(pairs)).units == 3


def test_a_side_without_pairs_has_no_units():
    pairs = labelled([])
    nothing = np.array([], dtype=np.int64)
    assert derived_side(pairs, nothing).units == other_side(pairs, nothing).units == 0
    assert other_side(pairs, nothing).names == 0


def test_kin_are_set_aside_on_either_side_of_a_pair():
    pairs = labelled(unrelated(("a", "b"), ("c", "a"), ("c", "d"), ("b", "d")))
    side = other_side(pairs, everything(pairs))
    assert apart(pairs, side, frozenset({"a"})).tolist() == [2, 3]
    assert apart(pairs, side, frozenset({"a", "d"})).tolist() == []


def test_a_family_nobody_here_belongs_to_sets_nothing_aside():
    pairs = labelled(unrelated(("a", "b"), ("c", "d")))
    side = other_side(pairs, everything(pairs))
    assert apart(pairs, side, frozenset({"elsewhere"})).tolist() == [0, 1]


def test_a_draw_counts_a_pair_by_the_product_of_its_families_and_within_one_family_once():
    pairs = labelled(unrelated(("a", "b"), ("b", "c"), ("c", "c"), ("a", "b"), ("d", "a")))
    side = other_side(pairs, everything(pairs))
    values = np.array([[1.0, 10], [2, 20], [3, 30], [4, 40], [5, 50]])
    found = side.drawn_sums(values, 50, np.random.default_rng(5))
    chosen = np.random.default_rng(5).integers(4, size=(50, 4))
    for draw, sums in zip(chosen, found, strict=True):
        a, b, c, d = (int((draw == family).sum()) for family in range(4))
        assert sums[0] == a * b * 1 + b * c * 2 + c * 3 + a * b * 4 + d * a * 5
        assert sums[1] == 10 * sums[0]


def test_a_draw_counts_a_derivative_as_often_as_its_recipe():
    pairs = labelled([("m", f"d{i}", "a", "a", r, "fine_tune_of", 1) for i, r in enumerate("yxy")])
    side = derived_side(pairs, everything(pairs))
    found = side.drawn_sums(np.array([[1.0], [10], [100]]), 20, np.random.default_rng(5))[:, 0]
    chosen = np.random.default_rng(5).integers(2, size=(20, 2))
    assert found.tolist() == [101 * (draw == 1).sum() + 10 * (draw == 0).sum() for draw in chosen]


def test_what_is_drawn_does_not_depend_on_the_order_of_rows():
    pairs = panel("order", families=6, models=1)
    turned = kept(pairs, np.arange(len(pairs))[::-1])
    sides = [other_side(one, one.having(["unrelated"])) for one in (pairs, turned)]
    drawn = [side.drawn_sums(np.ones((15, 1)), 30, np.random.default_rng(2)) for side in sides]
    assert drawn[0].tolist() == drawn[1].tolist()


def test_groups_by_families_hold_every_pair_once():
    pairs = panel("groups", families=5)
    groups = list(pairs.by_families())
    assert sorted(i for _, here in groups for i in here) == list(range(len(pairs)))
    assert all(pairs.families[i] == kin for kin, here in groups for i in here)
    assert len({kin for kin, _ in groups}) == len(groups)


def test_pairs_without_a_score_have_no_label_that_counts():
    pairs = labelled(unrelated(("a", "b"), ("b", "c")), score=np.array([np.nan, 0.0]))
    assert pairs.having(["unrelated"]).tolist() == [1]


def test_each_label_keeps_to_its_own_primary_pairs():
    labels = ["fine_tune_of", "fine_tune_of", "merge_of", "merge_of"]
    rows = [("m", f"d{i}", "a", "a", "r", label, 1) for i, label in enumerate(labels)]
    pairs = labelled(rows, primary=np.array([False, True, False, False]))
    assert pairs.having(["fine_tune_of", "merge_of"], primary=True).tolist() == [1, 2, 3]
    assert pairs.having(["fine_tune_of"]).tolist() == [0, 1]


def test_a_model_is_known_by_either_side_however_it_is_spelled():
    pairs = labelled([("Llama-2 7B", "other", "llama", "else", "", "unrelated", 0)])
    assert pairs.families_of(["llama2-7b"]) == {"llama"}
    assert pairs.families_of(["OTHER", "nobody"]) == {"else"}


def test_a_family_is_known_however_it_is_spelled():
    pairs = labelled(unrelated(("Meta Llama", "b")))
    assert pairs.spelled(frozenset({"meta-llama", "c"})) == {"Meta Llama"}


def test_a_name_of_signs_alone_is_nobody_elses():
    assert bare("++") != bare("--")
