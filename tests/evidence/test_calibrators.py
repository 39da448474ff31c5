import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, norm
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from tests.evidence.labelled import fitted, from_json, normal
from workbench.errors import CalibrationError
from workbench.evidence import calibrators
from workbench.evidence.calibrators import BiGaussian, BiStudent, Kde, Logistic
from workbench.evidence.performance import cllr, cllr_min

ALL = pytest.mark.parametrize("calibrator", [BiStudent, BiGaussian, Logistic, Kde])
SCORES = np.linspace(-8, 9, 120)


@ALL
@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 999),
    st.floats(-1, 4),
    st.sampled_from([0.3, 1, 3]),
    st.sampled_from([0.3, 1, 3]),
)
def test_no_ratio_falls_as_the_score_rises(calibrator, seed, gap, wide, narrow):
    sides = normal(100, 130, gap=gap, seed=seed, spreads=(wide, narrow))
    found = fitted(calibrator, *sides).log10_lr(SCORES)
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -1e-12).all()


@ALL
def test_derived_scores_below_the_others_say_nothing(calibrator):
    fit = fitted(calibrator, *normal(100, 130, gap=-1.0))
    assert fit.log10_lr(SCORES).tolist() == [0] * len(SCORES)


@ALL
def test_equal_sides_say_nothing(calibrator):
    same = normal(100, 100)[1]
    assert fitted(calibrator, same, same).log10_lr(SCORES).tolist() == [0] * len(SCORES)


@ALL
def test_results_have_the_shape_of_the_scores(calibrator):
    fit = fitted(calibrator, *normal(100, 130))
    assert fit.log10_lr(1.0).shape == ()
    assert fit.log10_lr(np.ones((2, 3))).shape == (2, 3)


@ALL
def test_it_is_written_out_and_read_again_without_loss(calibrator):
    fit = fitted(calibrator, *normal(100, 130))
    assert from_json(fit) == fit
    assert from_json(fit).log10_lr(SCORES).tolist() == fit.log10_lr(SCORES).tolist()


@ALL
def test_a_score_unlike_speaks_against_and_one_alike_for_derivation(calibrator):
    low, high = fitted(calibrator, *normal(100, 130)).log10_lr([-0.5, 2.5])
    assert low < -0.5
    assert high > 0.5


@ALL
def test_normal_scores_come_out_calibrated_on_fresh_ones(calibrator):
    fit = fitted(calibrator, *normal(300, 400))
    derived, other = (fit.log10_lr(side) for side in normal(20_000, 20_000, seed=2))
    assert cllr(derived, other) - cllr_min(derived, other) < 0.02


@ALL
def test_labelled_scores_without_spread_are_refused(calibrator):
    with pytest.raises(CalibrationError, match="derived side are alike"):
        fitted(calibrator, np.ones(100), normal(1, 100)[1])


@ALL
def test_a_weight_of_two_is_two_of_a_kind(calibrator):
    derived, other = normal(120, 130)
    p, d = np.repeat([2, 1], [40, 80]), np.repeat([1, 2], [60, 70])
    weighted = calibrator.fit(derived, other, p, d, 120, 130)
    spelled = np.repeat(derived, p), np.repeat(other, d)
    ones = (np.ones(len(side)) for side in spelled)
    again = calibrator.fit(*spelled, *ones, 120, 130)
    assert weighted.log10_lr(SCORES) == pytest.approx(again.log10_lr(SCORES), abs=1e-7)


@ALL
def test_equal_means_say_nothing_whatever_the_spreads(calibrator):
    fit = fitted(calibrator, np.tile([-3.0, 3.0], 50), np.tile([-1.0, 1.0], 50))
    assert fit.log10_lr(SCORES).tolist() == [0] * len(SCORES)


def test_two_normal_densities_of_one_variance():
    derived, other = normal(9, 30)
    sd = ((8 * derived.var(ddof=1) + 29 * other.var(ddof=1)) / 37) ** 0.5
    plain = norm.logpdf(SCORES, derived.mean(), sd) - norm.logpdf(SCORES, other.mean(), sd)
    assert fitted(BiGaussian, derived, other).log10_lr(SCORES) == pytest.approx(
        plain / np.log(10), abs=1e-9
    )


@pytest.mark.parametrize("c", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("gap", [0.5, 2.0, 20.0])
def test_the_logistic_fit_is_that_of_another_library(c, gap):
    derived, other = normal(12, 40, gap=gap)
    weights = np.linspace(0.5, 1.5, 12), np.linspace(1.5, 0.5, 40)
    fit = Logistic.fit(derived, other, *weights, 12, 40, c=c)
    standard = (np.concatenate([derived, other]) - fit.centre) / fit.scale
    other_fit = LogisticRegression(C=c, tol=1e-12, solver="newton-cholesky", max_iter=1000)
    other_fit.fit(standard[:, None], [1] * 12 + [0] * 40, sample_weight=np.concatenate(weights))
    assert fit.slope == pytest.approx(other_fit.coef_[0, 0], rel=1e-7)
    assert fit.offset == pytest.approx(other_fit.intercept_[0] - np.log(12 / 40), abs=1e-7)


def test_the_logistic_fit_takes_c_for_one_unless_told_otherwise():
    sides = normal(12, 40)
    assert fitted(Logistic, *sides) == fitted(Logistic, *sides, c=1.0)
    assert fitted(Logistic, *sides).slope < fitted(Logistic, *sides, c=10.0).slope


def test_scores_are_standardised_by_an_even_mixture_of_both_sides():
    fit = Logistic.fit([4, 8], [0, 2], [1, 1], [1, 1], 2, 2)
    # Means 6 and 1; variances 8 and 2; half their distance is 2.5.
    assert (fit.centre, fit.scale) == (3.5, pytest.approx((5 + 2.5**2) ** 0.5))


def test_the_unit_of_the_score_does_not_matter_to_the_logistic_fit():
    derived, other = normal(12, 40)
    small = fitted(Logistic, derived / 100, other / 100).log10_lr(SCORES / 100)
    assert small == pytest.approx(fitted(Logistic, derived, other).log10_lr(SCORES))


def test_a_logistic_ratio_is_given_in_powers_of_ten():
    assert Logistic(1.0, 2.0, 0.5, 3.0).log10_lr(5.0) == pytest.approx(6.5 / np.log(10))


def test_a_logistic_fit_that_does_not_settle_is_refused(monkeypatch):
    monkeypatch.setattr(calibrators, "STEPS", 2)
    with pytest.raises(CalibrationError) as refused:
        fitted(Logistic, *normal(12, 40))
    assert str(refused.value) == (
        "The logistic fit did not settle in 2 steps. Give a smaller c, which holds the slope back."
    )


def test_kernel_densities_are_those_of_another_library_made_to_rise():
    derived, other = normal(150, 200)
    points = np.linspace(min(other.min(), derived.min()), max(derived.max(), other.max()), 512)
    plain = gaussian_kde(derived, "silverman").logpdf(points)
    plain -= gaussian_kde(other, "silverman").logpdf(points)
    risen = IsotonicRegression().fit_transform(points, plain / np.log(10))
    fit = fitted(Kde, derived, other)
    assert fit.log10_lrs == pytest.approx(risen.tolist(), abs=1e-9)
    assert (fit.lowest, fit.highest) == (points[0], points[-1])


def test_kernel_densities_are_weighted():
    derived, other = normal(150, 200)
    twice = np.concatenate([derived, derived[:50]])
    weights = np.repeat([2.0, 1.0], [50, 100]), np.ones(200)
    found = Kde.fit(derived, other, *weights, 200, 200)
    expected = Kde.fit(twice, other, np.ones(200), np.ones(200), 200, 200)
    assert found.log10_lrs == pytest.approx(expected.log10_lrs)


def test_kernel_densities_say_no_more_beyond_the_labelled_scores():
    fit = fitted(Kde, *normal(150, 200))
    assert fit.log10_lr([fit.lowest - 5, fit.highest + 5]).tolist() == [
        fit.log10_lrs[0],
        fit.log10_lrs[-1],
    ]


def test_between_its_points_a_kernel_ratio_is_a_straight_line():
    assert Kde(0.0, 2.0, (0.0, 1.0, 3.0)).log10_lr([0.5, 1.5]).tolist() == [0.5, 2]


@pytest.mark.parametrize(("derived", "other"), [(99, 100), (100, 99)])
def test_kernel_densities_of_few_units_are_refused(derived, other):
    with pytest.raises(CalibrationError) as refused:
        fitted(Kde, *normal(derived, other))
    assert str(refused.value) == (
        "Kernel densities need 100 independent units on each side, and there are "
        f"{derived} derived and {other} other ones. "
        "Take the bi-Student calibration, which fits few units."
    )
