import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence import oracle
from workbench.evidence.performance import cllr, cllr_min, ece, exceeds, pav, tippett

CASES = settings(max_examples=60, deadline=None)
INF = np.inf
LRS = st.lists(st.floats(-4, 4, width=16), min_size=1, max_size=12)
HALF = np.log10(3)  # an LR of 3


def weights_for(values):
    return st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values))


def test_saying_nothing_costs_exactly_one_bit():
    assert cllr([0.0] * 3, [0.0] * 7) == 1
    assert cllr_min([0.0] * 3, [0.0] * 7) == 1


def test_being_infinitely_right_costs_nothing():
    assert cllr([INF], [-INF]) == 0


@pytest.mark.parametrize(("derived", "other"), [([-INF, 1], [0]), ([0], [INF, -1])])
def test_being_infinitely_wrong_once_costs_without_end(derived, other):
    assert cllr(derived, other) == INF


def test_the_cost_of_an_lr_of_three_is_that_of_its_odds():
    # LR 3 for derived: log2(1 + 1/3); LR 9 for other: log2(10).
    assert cllr([HALF], [2 * HALF]) == pytest.approx((0.415037499278844 + 3.321928094887362) / 2)


@CASES
@given(LRS, LRS)
def test_both_sides_are_treated_alike(derived, other):
    turned = cllr([-llr for llr in other], [-llr for llr in derived])
    assert cllr(derived, other) == pytest.approx(turned, rel=1e-12)


@CASES
@given(st.data(), LRS, LRS)
def test_a_weight_of_three_is_three_of_a_kind(data, derived, other):
    p, d = data.draw(weights_for(derived)), data.draw(weights_for(other))
    spelled = np.repeat(derived, p), np.repeat(other, d)
    odds = [-1.0, 0.5]
    assert cllr(derived, other, p, d) == pytest.approx(cllr(*spelled), rel=1e-12)
    assert cllr_min(derived, other, p, d) == pytest.approx(cllr_min(*spelled), abs=1e-12)
    for found, expected in zip(ece(derived, other, odds, p, d), ece(*spelled, odds), strict=True):
        assert found == pytest.approx(expected, abs=1e-12)
    for found, expected in zip(
        tippett(derived, other, odds, p, d), tippett(*spelled, odds), strict=True
    ):
        assert found == pytest.approx(expected)
    assert exceeds(other, 2, d) == pytest.approx(exceeds(spelled[1], 2))


def test_pairs_of_one_family_may_count_as_one():
    # Of two families one gave three pairs, all at LR 3; alone it would weigh three times as much.
    shared = cllr([HALF] * 3 + [0], [0], [1 / 3] * 3 + [1])
    assert shared == pytest.approx(cllr([HALF, 0], [0]), rel=1e-12)


def test_what_weighs_nothing_costs_nothing_even_if_infinitely_wrong():
    assert cllr([-INF, 0], [0], [0, 1]) == 1
    assert cllr_min([-INF, 0], [0], [0, 1]) == 1


def test_the_cost_is_that_of_the_reference_implementation():
    for derived, other in oracle.systems(100, seed=1):
        assert cllr(derived, other) == pytest.approx(oracle.cllr(derived, other), abs=1e-12)
        assert cllr_min(derived, other) == pytest.approx(oracle.cllr_min(derived, other), abs=1e-12)


@CASES
@given(LRS, LRS)
def test_only_the_order_of_scores_matters_to_the_least_cost(derived, other):
    def stretched(llrs):
        return np.exp(np.array(llrs) / 2) - 7

    assert cllr_min(derived, other) == pytest.approx(
        cllr_min(stretched(derived), stretched(other)), abs=1e-12
    )


@CASES
@given(LRS, LRS)
def test_no_calibration_costs_less_than_pooling_and_pooling_no_more_than_silence(derived, other):
    least = cllr_min(derived, other)
    assert 0 <= least <= min(1, cllr(derived, other)) + 1e-12


def test_sides_that_do_not_overlap_cost_nothing_at_best():
    assert cllr_min([2, 3], [0, 1]) == 0


def test_pooling_by_hand():
    # In order: other 0, derived 1, other 2, derived 3. The middle two are pooled.
    derived, other = pav([1, 3], [2, 0])
    assert (derived.tolist(), other.tolist()) == ([0, INF], [0, -INF])


def test_pooling_weighs():
    # Pooled: half of the derived weight over three quarters of the others'.
    derived, other = pav([1, 3], [2, 0], [2, 2], [3, 1])
    assert derived == pytest.approx([np.log10(2 / 3), INF])
    assert other == pytest.approx([np.log10(2 / 3), -INF])


def test_equal_scores_get_one_ratio():
    derived, other = pav([5, 5, 5], [5, 4])
    assert derived == pytest.approx([np.log10(2)] * 3)
    assert other == pytest.approx([np.log10(2), -INF])


def test_infinite_scores_have_their_place_in_the_order():
    derived, other = pav([INF, -INF], [INF, -INF])
    assert (derived.tolist(), other.tolist()) == ([0, 0], [0, 0])


def test_an_input_without_weight_goes_with_the_next_below():
    derived, _ = pav([1, 2.5, -9], [0, 2], [1, 0, 0], None)
    assert derived.tolist() == [pytest.approx(np.log10(2)), pytest.approx(np.log10(2)), -INF]


@CASES
@given(LRS, LRS)
def test_pooling_never_turns_the_order_round(derived, other):
    after = np.concatenate(pav(derived, other))
    order = np.argsort(np.concatenate([derived, other]), kind="stable")
    ordered = after[order]
    assert (ordered[1:] >= ordered[:-1] - 1e-12).all()


@pytest.mark.parametrize("decimals", [None, 1])
def test_pooling_is_that_of_the_reference_implementation(decimals):
    for derived, other in oracle.systems(100, seed=2, decimals=decimals):
        assert np.concatenate(pav(derived, other)) == pytest.approx(
            oracle.pav(derived, other), abs=1e-12
        )


def test_entropy_at_even_odds_is_the_cost():
    for derived, other in oracle.systems(5, seed=3):
        found = ece(derived, other, 0.0)
        assert found.system == pytest.approx(cllr(derived, other))
        assert found.pav == pytest.approx(cllr_min(derived, other))


def test_silence_leaves_the_entropy_of_the_prior():
    # Odds of 3 to 1 are a prior of 3/4: 0.811278124459133 bits. So are odds of 1 to 3.
    found = ece([1], [-1], [-HALF, 0, HALF])
    assert found.neutral == pytest.approx([0.811278124459133, 1, 0.811278124459133])


def test_entropy_by_hand():
    # Prior 3/4, odds 3. LR 3 makes 9: log2(1 + 1/9). LR 1/3 of an other makes 1: log2(2) = 1.
    found = ece([HALF], [-HALF], HALF)
    assert found.system == pytest.approx(0.75 * 0.15200309344504997 + 0.25)


@CASES
@given(LRS, LRS, st.floats(-3, 3))
def test_pooled_ratios_never_mislead(derived, other, odds):
    found = ece(derived, other, odds)
    assert found.pav <= min(found.neutral, found.system) + 1e-12


def test_entropy_is_that_of_the_reference_implementation():
    odds = np.linspace(-2, 2, 9)
    for derived, other in oracle.systems(60, seed=4):
        # The oracle takes 1 - p, which costs it digits where p is near 1.
        held = np.clip(derived, -2, 2), np.clip(other, -2, 2)
        found = ece(*held, odds)
        assert found.system == pytest.approx(oracle.ece(*held, odds), abs=1e-12)
        assert found.pav == pytest.approx(oracle.ece(*pav(*held), odds), abs=1e-12)
        assert found.neutral == pytest.approx(oracle.ece([0], [0], odds), abs=1e-12)


def test_entropy_keeps_the_shape_of_the_priors():
    found = ece([1, 2], [-1], np.zeros((2, 3)))
    assert {part.shape for part in found} == {(2, 3)}


def test_extreme_priors_are_no_trouble_and_infinite_ones_are_refused():
    found = ece([1], [-1], [-400.0, 400.0])
    assert found.neutral == pytest.approx([0, 0])
    with pytest.raises(ValueError, match=r"^prior odds must be finite$"):
        ece([1], [-1], [INF])


def test_tippett_counts_what_reaches_a_threshold():
    derived, other = tippett([1, 2, INF, 0], [-1, 1], [0, 1, 3])
    assert derived.tolist() == [1, 0.75, 0.25]
    assert other.tolist() == [0.5, 0.5, 0]


def test_exceeding_takes_a_ratio_and_not_its_logarithm():
    assert exceeds([0, 1, 2, -INF], 10) == 0.5
    assert exceeds([0, 1, 2], 10, [1, 1, 6]) == 7 / 8


def test_exceeding_is_asked_of_the_other_side():
    with pytest.raises(ValueError, match=r"^other: "):
        exceeds([np.nan], 2)


@pytest.mark.parametrize("measure", [cllr, cllr_min, pav])
def test_what_is_no_number_is_refused(measure):
    with pytest.raises(ValueError, match=r"^derived: a value is not a number$"):
        measure([np.nan], [0])
    with pytest.raises(ValueError, match=r"^other: nothing weighs anything$"):
        measure([0], [])


def test_calibrated_normal_ratios_lose_nothing_by_calibration():
    # ln LR of two normal distributions of one variance v lies about ±v/2 with variance v.
    dice, variance = np.random.default_rng(5), 4.0
    noise = dice.normal(0, variance**0.5, (2, 100_000))
    derived, other = (noise + np.array([[variance / 2], [-variance / 2]])) / np.log(10)
    assert 0 <= cllr(derived, other) - cllr_min(derived, other) < 0.01
    assert all(exceeds(other, k) <= 1 / k for k in (2, 10, 100))
