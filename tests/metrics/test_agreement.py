import numpy as np
import pytest

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.agreement import (
    chance_adjusted_agreement,
    error_consistency,
    refusal_agreement,
)


def one_hot(answers, options=4):
    return np.eye(options)[answers]


def test_kappa_is_the_textbook_value():
    # Cohen's table: both 20, neither 15, only one 5, only the other 10 -> p_o .7, p_e .5
    first = np.array([True] * 25 + [False] * 25)
    second = np.array([True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    assert refusal_agreement(first, second) == pytest.approx(0.4)


def test_independent_errors_agree_no_more_than_chance():
    dice = np.random.default_rng(1)
    first, second = dice.random(100_000) < 0.7, dice.random(100_000) < 0.6
    assert error_consistency(first, second) == pytest.approx(0, abs=0.01)


def test_two_models_that_never_refuse_say_nothing():
    with pytest.raises(NotEnoughEvidenceError):
        refusal_agreement(np.zeros(5, bool), np.zeros(5, bool))


def test_capa_of_a_model_with_itself_is_one():
    answers = one_hot(np.array([0, 1, 2, 3, 1]))
    assert chance_adjusted_agreement(answers, answers, np.zeros(5, int)) == pytest.approx(1)


def test_capa_counts_which_wrong_answer_was_given():
    key = np.array([0, 0, 0, 0])
    first, same, other = (one_hot(np.array(a)) for a in ([0, 0, 1, 2], [0, 0, 1, 2], [0, 0, 2, 3]))
    # expected: ½·½ + ½·½/3 = 1/3; observed with other: 2 of 4 -> (1/2 − 1/3) / (2/3)
    assert chance_adjusted_agreement(first, other, key) == pytest.approx(0.25)
    assert chance_adjusted_agreement(first, same, key) == pytest.approx(1)


def test_capa_of_independent_models_is_zero():
    dice = np.random.default_rng(2)
    key = dice.integers(0, 4, 200_000)

    def model(accuracy):
        wrong = (key + dice.integers(1, 4, len(key))) % 4
        return one_hot(np.where(dice.random(len(key)) < accuracy, key, wrong))

    assert chance_adjusted_agreement(model(0.8), model(0.5), key) == pytest.approx(0, abs=0.01)


def test_capa_refuses_other_shapes():
    with pytest.raises(ValueError, match="row per item"):
        chance_adjusted_agreement(np.ones((2, 3)), np.ones((3, 3)), np.zeros(2, int))


def test_no_item_is_not_enough():
    with pytest.raises(NotEnoughEvidenceError):
        chance_adjusted_agreement(np.ones((0, 3)), np.ones((0, 3)), np.zeros(0, int))
    with pytest.raises(NotEnoughEvidenceError):
        refusal_agreement(np.zeros(0, bool), np.zeros(0, bool))
