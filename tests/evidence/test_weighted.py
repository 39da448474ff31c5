import numpy as np
import pytest

from workbench.evidence.weighted import Weighted, both, check_weights, floats, moments, varied


def test_every_value_weighs_one_unless_told_otherwise():
    assert Weighted.of([3, 1], None, "x").weights.tolist() == [1, 1]


def test_what_weighs_nothing_is_left_out():
    side = Weighted.of([1, 2, 3], [1, 0, 2], "x")
    assert (side.values.tolist(), side.weights.tolist(), side.total) == ([1, 3], [1, 2], 3)


@pytest.mark.parametrize("given", [[1, 2], (1, 2), np.array([1, 2], np.float32)])
def test_numbers_of_any_kind_are_taken_in_double_precision(given):
    assert floats(given).dtype == np.float64
    assert floats(given).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("values", "weights", "said"),
    [
        ([1, np.nan], None, "side x: a value is not a number"),
        ([1, 2], [1], "side x: values and weights must be rows of one length"),
        ([[1, 2]], [[1, 1]], "side x: values and weights must be rows of one length"),
        ([1, 2], [1, -1], "side x: weights must be finite and 0 or more"),
        ([1, 2], [1, np.inf], "side x: weights must be finite and 0 or more"),
        ([1, 2], [1, np.nan], "side x: weights must be finite and 0 or more"),
        ([1, 2], [0, 0], "side x: nothing weighs anything"),
        ([], None, "side x: nothing weighs anything"),
    ],
)
def test_what_makes_no_side_is_refused(values, weights, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        Weighted.of(values, weights, "side x")


def test_every_row_of_weights_must_weigh_something():
    check_weights(np.array([[0.0, 1], [2, 0]]), "x")
    with pytest.raises(ValueError, match=r"^x: nothing weighs anything$"):
        check_weights(np.array([[0.0, 0], [2, 0]]), "x")


def test_an_error_names_its_side():
    with pytest.raises(ValueError, match=r"^derived: "):
        both([], [1], None, None)
    with pytest.raises(ValueError, match=r"^other: "):
        both([1], [], None, None)


def test_each_side_keeps_its_weights():
    p, d = both([1, 2], [3], [2, 3], [5])
    assert (p.total, d.total) == (5, 5)


def test_what_was_given_stays_as_it_was():
    values = np.array([100.0, -100])
    side = Weighted.of(values, None, "x")
    assert side.clipped(9).values.tolist() == [9, -9]
    assert (values.tolist(), side.values.tolist()) == ([100, -100], [100, -100])


def test_a_mean_is_weighted():
    assert Weighted.of([1, 5], [3, 1], "x").mean(np.square) == (3 * 1 + 25) / 4


def test_what_reaches_a_threshold_includes_what_equals_it():
    side = Weighted.of([2, 1, 2, 3], [1, 2, 4, 8], "x")
    at = np.array([0.0, 1, 2, 3, 4])
    assert side.at_least(at).tolist() == [15, 15, 13, 8, 0]
    assert side.above(at).tolist() == [15, 13, 8, 0, 0]


def test_nothing_weighs_exactly_nothing_whatever_the_weights():
    assert Weighted.of(range(9), [0.1] * 9, "x").above(np.array([8.0])) == 0


def test_unit_weights_give_the_usual_mean_and_standard_deviation():
    scores = np.random.default_rng(1).normal(3, 2, 20)
    mean, sd = moments(scores, np.ones(20), 20)
    assert (mean, sd) == (pytest.approx(scores.mean()), pytest.approx(scores.std(ddof=1)))


def test_the_scale_of_weights_does_not_move_mean_or_spread():
    scores, weights = np.random.default_rng(2).normal(size=(2, 9))
    weights = np.abs(weights)
    assert moments(scores, weights, 5) == pytest.approx(moments(scores, 7 * weights, 5))


def test_fewer_units_widen_the_spread():
    # Variance about the mean is 1; two units double it, three make it one and a half.
    assert moments(np.array([-1.0, 1]), np.ones(2), 2)[1] == pytest.approx(2**0.5)
    assert moments(np.array([-1.0, 1]), np.ones(2), 3)[1] == pytest.approx(1.5**0.5)


def test_rows_of_weights_are_taken_one_by_one():
    scores, weights = np.array([0.0, 1, 5]), np.array([[1.0, 1, 0], [0, 1, 3]])
    mean, sd = moments(scores, weights, np.array([2.0, 4]))
    assert mean == pytest.approx([0.5, 4])
    assert sd == pytest.approx([0.5**0.5, (3 * 4 / 3) ** 0.5])


def test_scores_of_each_row_are_its_own():
    scores, weights = np.array([[0.0, 1], [0, 4]]), np.ones((2, 2))
    assert moments(scores, weights, 2)[0] == pytest.approx([0.5, 2])


def test_a_row_varies_if_two_scores_that_weigh_differ():
    weights = np.array([[1.0, 1, 0], [1, 0, 1], [0, 0, 1]])
    assert varied(np.array([1.0, 1, 2]), weights).tolist() == [False, True, False]
