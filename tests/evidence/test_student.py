import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from tests.evidence.labelled import fitted, normal
from workbench.errors import CalibrationError
from workbench.evidence.student import BiStudent

CASES = settings(max_examples=150, deadline=None)
SIZES = st.floats(0.01, 100)
UNITS = st.floats(2, 200)


def density(scores, mean, sd, units):
    return t.logpdf(scores, units - 1, mean, sd * (1 + 1 / units) ** 0.5)


def unheld(fit, scores):
    """The ratio as scipy has it, turning back where it will."""
    derived = density(scores, fit.derived_mean, fit.derived_sd, fit.derived_units)
    other = density(scores, fit.other_mean, fit.other_sd, fit.other_units)
    return (derived - other) / np.log(10)


def test_between_the_means_it_is_the_ratio_of_two_student_densities():
    derived, other = normal(12, 40)
    fit = fitted(BiStudent, derived, other)
    scores = np.linspace(other.mean(), derived.mean(), 50)
    plain = density(scores, derived.mean(), derived.std(ddof=1), 12)
    plain -= density(scores, other.mean(), other.std(ddof=1), 40)
    assert fit.log10_lr(scores) == pytest.approx(plain / np.log(10), abs=1e-12)


# Derived, then other: mean, standard deviation, units.
TURNING = [
    BiStudent(3.0, 0.5, 5.0, 0.0, 2.0, 40.0),  # up: falls, and rises again far out
    BiStudent(8.0, 2.0, 40.0, 5.0, 0.5, 5.0),  # the same, turned round
    BiStudent(2.0, 1.0, 12.0, 0.0, 1.0, 12.0),  # turns once on either side
    BiStudent(-1.0, 3.0, 6.0, -2.0, 1.0, 6.0),  # soon below, far out above
    BiStudent(0.0, 1.0, 6.0, -1.0, 3.0, 6.0),  # soon above, far out below
    BiStudent(0.1, 9.0, 3.0, 0.0, 8.0, 200.0),  # below only
]


@pytest.mark.parametrize("fit", TURNING)
@pytest.mark.parametrize("sign", [1, -1])
def test_it_is_held_from_the_first_turn_on_either_side(fit, sign):
    reach = np.geomspace(1e-3, 1e5, 20_000)
    scores = fit.derived_mean + reach if sign > 0 else fit.other_mean - reach
    plain = sign * unheld(fit, scores)
    falls = np.flatnonzero(np.diff(plain) < -1e-9)
    turn = falls[0] if falls.size else len(plain) - 1
    found = sign * fit.log10_lr(scores)
    assert found[: turn + 1] == pytest.approx(plain[: turn + 1], abs=1e-6)
    assert found[turn:] == pytest.approx(np.full(len(plain) - turn, plain[turn]), abs=1e-6)


@CASES
@given(st.floats(-5, 5), SIZES, SIZES, SIZES, UNITS, UNITS)
def test_it_never_falls_as_the_score_rises(middle, gap, wide, narrow, many, few):
    fit = BiStudent(middle + gap, narrow, few, middle, wide, many)
    reach = np.geomspace(1e-6, 1e6, 200)
    scores = np.sort(
        np.concatenate([centre + s * reach for centre in (middle, middle + gap) for s in (-1, 1)])
    )
    found = fit.log10_lr(scores)
    assert (np.diff(found) >= -1e-12 * np.abs(found).max()).all()


def test_a_score_far_below_both_sides_does_not_count_for_derivation():
    # More other units make the wider tail that of the derived side.
    fit = BiStudent(2.0, 1.0, 5.0, 0.0, 1.0, 50.0)
    assert unheld(fit, -1e3) > 0
    assert fit.log10_lr(-1e3) == fit.log10_lr(-1e6) < 0


def test_a_score_beyond_the_derived_ones_does_not_count_against_it():
    fit = BiStudent(2.0, 0.2, 50.0, 0.0, 1.0, 50.0)
    assert unheld(fit, 5.0) < 0
    assert fit.log10_lr(5.0) == fit.log10_lr(50.0) >= fit.log10_lr(2.0) > 0


@pytest.mark.parametrize("derived_mean", [0.0, -3.0])
def test_derived_scores_that_do_not_lie_above_say_nothing(derived_mean):
    fit = BiStudent(derived_mean, 1.0, 5.0, 0.0, 2.0, 9.0)
    assert fit.log10_lr([-9, 0, 1, 9]).tolist() == [0, 0, 0, 0]


def test_results_have_the_shape_of_the_scores():
    fit = fitted(BiStudent, *normal(5, 9))
    assert fit.log10_lr(1.0).shape == ()
    assert fit.log10_lr(np.ones((2, 3))).shape == (2, 3)


def test_fewer_units_say_less():
    few, many = (BiStudent(3.0, 1.0, n, 0.0, 1.0, n).log10_lr(3.0) for n in (4.0, 100.0))
    assert 0 < few < many


@CASES
@given(st.integers(0, 99), st.floats(0.001, 1000), st.floats(-100, 100))
def test_the_unit_of_the_score_does_not_matter(seed, factor, shift):
    derived, other = normal(6, 15, seed=seed)
    scores = np.linspace(-4, 6, 21)
    once = fitted(BiStudent, derived, other).log10_lr(scores)
    again = fitted(BiStudent, derived * factor + shift, other * factor + shift)
    assert again.log10_lr(scores * factor + shift) == pytest.approx(once, abs=1e-6)


def test_weights_and_units_are_counted_apart():
    fit = BiStudent.fit([1, 3, 3], [0, 1, 1], [1, 1, 1], [2, 1, 1], 3, 2)
    same = BiStudent.fit([1, 3], [0, 1], [1, 2], [5, 5], 3, 2)
    assert fit.log10_lr([0, 1, 2]) == pytest.approx(same.log10_lr([0, 1, 2]))
    assert (fit.derived_units, fit.other_units) == (3, 2)


def draws(seed, rounds=40, derived=8, other=15):
    dice = np.random.default_rng(seed)
    even = [np.full(size, 1 / size) for size in (derived, other)]
    return [dice.multinomial(len(share), share, rounds).astype(float) for share in even]


def test_many_draws_are_fitted_as_each_by_itself():
    derived, other = normal(8, 15)
    weights = draws(2)
    many = BiStudent.fit_many(derived, other, *weights, 8, 15)
    scores = [-30.0, 0.5, 2.0, 30.0]
    found = many.log10_lr(scores)
    assert many.kept.all()
    assert found.shape == (40, 4)
    for row, p, d in zip(found, *weights, strict=True):
        one = BiStudent.fit(derived, other, p, d, 8, 15)
        assert row == pytest.approx(one.log10_lr(scores), abs=1e-12)


def test_a_draw_may_have_scores_and_units_of_its_own():
    sides = [normal(8, 15, seed=seed) for seed in range(3)]
    derived, other = (np.stack(side) for side in zip(*sides, strict=True))
    weights = np.ones_like(derived), np.ones_like(other)
    many = BiStudent.fit_many(derived, other, *weights, [8, 4, 2], [15, 9, 3])
    found = many.log10_lr([[0.5], [1.0], [2.0]])
    for i, score in enumerate([0.5, 1.0, 2.0]):
        one = BiStudent.fit(*sides[i], *(w[i] for w in weights), [8, 4, 2][i], [15, 9, 3][i])
        assert found[i, 0] == pytest.approx(float(one.log10_lr(score)), abs=1e-12)


def test_draws_that_show_no_spread_are_left_out_and_told():
    p = np.array([[1.0, 1, 0], [3, 0, 0], [1, 1, 1], [0, 1, 1]])
    d = np.array([[1.0, 1], [1, 1], [0, 2], [1, 1]])
    many = BiStudent.fit_many([1, 2, 3], [0, 1], p, d, 3, [2, 2, 2, 1.9])
    assert many.kept.tolist() == [True, False, False, False]
    one = BiStudent.fit([1, 2, 3], [0, 1], p[0], d[0], 3, 2)
    assert many.derived_mean.tolist() == [one.derived_mean]
    assert many.log10_lr([1.5])[0] == pytest.approx(one.log10_lr([1.5]))


def test_draws_of_which_none_can_be_fitted_are_refused():
    with pytest.raises(CalibrationError) as refused:
        BiStudent.fit_many([1, 2], [0, 1], [[2.0, 0]] * 3, [[1.0, 1]] * 3, 2, 2)
    assert str(refused.value) == (
        "None of 3 draws of labelled scores shows a spread on both sides. Label pairs of more families."
    )


SHAPE = r"derived: weights must be \(draws, n\), scores \(n,\) or \(draws, n\)"


@pytest.mark.parametrize(
    ("derived", "weights", "units", "said"),
    [
        ([1, 2], [1.0, 1], 2, SHAPE),
        ([1, 2, 3], [[1.0, 1]], 2, SHAPE),
        ([[1, 2], [1, 3]], [[1.0, 1]], 2, SHAPE),
        ([1, np.nan], [[1.0, 1]], 2, "derived: scores and units must be finite"),
        ([1, 2], [[1.0, 1]], np.nan, "derived: scores and units must be finite"),
        ([1, 2], [[1.0, -1]], 2, "derived: weights must be finite and 0 or more"),
        ([1, 2], [[0.0, 0]], 2, "derived: nothing weighs anything"),
    ],
)
def test_draws_that_do_not_fit_are_refused(derived, weights, units, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        BiStudent.fit_many(derived, [0, 1], weights, [[1.0, 1]], units, 2)


def test_an_error_of_the_other_side_names_it():
    with pytest.raises(ValueError, match=r"^other: scores"):
        BiStudent.fit_many([0, 1], [1, np.inf], [[1.0, 1]], [[1.0, 1]], 2, 2)
