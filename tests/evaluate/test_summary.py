import numpy as np
import pytest

from workbench.evaluate.summary import auc, held_out_calls, rates


def test_auc_counts_pairs_in_order_and_ties_half():
    assert auc(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(3.5 / 4)


def test_auc_of_nothing_is_no_number():
    assert np.isnan(auc(np.array([]), np.array([1.0])))


def family_pairs(count):
    """Unrelated pairs over 20 families, then one pair of family 0 with itself."""
    dice = np.random.default_rng(1)
    families = [frozenset(map(str, dice.choice(20, 2, replace=False))) for _ in range(count)]
    labels = np.array(["unrelated"] * count + ["fine_tune_of"])
    return [*families, frozenset({"0"})], labels


def test_a_threshold_is_never_set_on_a_family_of_the_pair():
    families, labels = family_pairs(400)
    scores = np.random.default_rng(2).normal(size=401)
    scores[-1] = 10
    own = np.array(["0" in one for one in families])
    raised = np.where(own, scores + 1000, scores)
    raised[-1] = scores[-1]
    assert held_out_calls(scores, labels, families)[-1] == 1
    assert held_out_calls(raised, labels, families)[-1] == 1


def test_unrelated_pairs_are_called_about_one_time_in_a_hundred():
    families, labels = family_pairs(3000)
    scores = np.random.default_rng(3).normal(size=3001)
    called = held_out_calls(scores, labels, families)
    assert np.nanmean(called[:-1]) < 0.02


def test_too_few_strangers_set_no_threshold():
    families, labels = family_pairs(50)
    scores = np.zeros(51)
    assert np.isnan(held_out_calls(scores, labels, families)).all()


def test_a_label_far_above_is_called_with_its_interval():
    families, labels = family_pairs(400)
    scores = np.random.default_rng(4).normal(size=401)
    scores[-1] = 50
    unrelated, found = rates(scores, labels, families)
    assert unrelated.label == "unrelated"
    assert (found.label, found.pairs, found.auc, found.called) == ("fine_tune_of", 1, 1.0, 1.0)
    assert found.low == found.high == 1.0
