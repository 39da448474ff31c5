import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence import oracle
from workbench.evidence.limits import ELUB_STEP, IV_STEP, elub, iv_bound

INF = np.inf
LRS = st.lists(st.floats(-4, 4, width=16), min_size=1, max_size=12)
CASES = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("decimals", [None, 2])
def test_empirical_bounds_are_those_of_the_reference_implementation(decimals):
    for derived, other in oracle.systems(150, seed=1, decimals=decimals):
        assert elub(derived, other) == pytest.approx(oracle.elub(derived, other), abs=1e-12)


def test_empirical_bounds_are_whole_hundredths_so_that_levels_begin_where_they_should():
    for units in range(5, 120):
        low, high = elub(np.full(units, 5.0), np.full(units, -5.0))
        assert (low, high) == (round(low, 2), round(high, 2))


def test_invariance_bounds_are_those_of_the_reference_implementation_but_for_a_first_failure():
    for derived, other in oracle.systems(150, seed=1):
        low, high = oracle.iv_bound(derived, other)
        found = iv_bound(derived, other)
        unseen = low == other.min()  # it takes a failure at the smallest LR of all for none
        assert found[0] == pytest.approx(low + unseen * IV_STEP, abs=1e-12)
        assert found[1] == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize("bound", [elub, iv_bound])
def test_infinite_ratios_are_held_where_the_reference_implementation_holds_them(bound):
    expected = getattr(oracle, bound.__name__)
    for derived, other in oracle.systems(20, seed=2):
        ends = np.append(derived, [INF, INF, -INF]), np.append(other, [-INF, -INF, INF])
        assert bound(*ends) == pytest.approx(expected(*ends), abs=1e-12)


@pytest.mark.parametrize("bound", [elub, iv_bound])
def test_bounding_leaves_its_input_alone(bound):
    derived, other = np.array([INF, 20.0, 1]), np.array([-INF, -20.0, -1])
    bound(derived, other)
    assert (derived.tolist(), other.tolist()) == ([INF, 20, 1], [-INF, -20, -1])


@pytest.mark.parametrize(
    ("families", "derivatives", "cap"),
    [(10, 5, 9), (20, 8, 18), (30, 10, 27), (60, 20, 57), (100, 30, 97), (110, 30, 107)],
)
def test_perfect_separation_carries_no_more_than_the_families_do(families, derivatives, cap):
    _, high = elub([INF] * derivatives, [-INF] * families)
    assert int(10**high) == cap


@CASES
@given(st.floats(2, 300), st.floats(2, 300))
def test_of_weights_only_the_total_matters_at_perfect_separation(derived_total, other_total):
    # The misleading LR of each side costs 1/(W_p + 1) + t/(W_d + 1), which passes 1 at this t.
    passes = np.log10((other_total + 1) * derived_total / (derived_total + 1))
    shares = np.array([0.1, 0.2, 0.7])
    _, high = elub([9.0] * 3, [-9.0] * 3, shares * derived_total, shares * other_total)
    assert passes - ELUB_STEP - 1e-9 <= high <= passes + 1e-9


def test_one_control_among_the_derived_halves_the_cap():
    assert int(10 ** elub([3.0] * 10, [-3.0] * 29 + [3.0])[1]) == 13
    assert int(10 ** elub([3.0] * 10, [-3.0] * 29)[1]) == 26


@CASES
@given(LRS, LRS, st.integers(1, 5))
def test_pairs_of_one_family_count_as_one(derived, other, pairs):
    once = elub(derived, other)
    weights = [1 / pairs] * (pairs * len(derived)), [1 / pairs] * (pairs * len(other))
    often = elub(np.repeat(derived, pairs), np.repeat(other, pairs), *weights)
    assert often == pytest.approx(
        once, abs=ELUB_STEP + 1e-9
    )  # a sum of thirds may miss a grid point


@CASES
@given(LRS, LRS)
def test_no_bound_passes_the_hard_limits_or_the_other_side_of_one(derived, other):
    low, high = elub(derived, other)
    assert -np.log10(len(derived) + 1) <= low <= 0 <= high <= np.log10(len(other) + 1)


@pytest.mark.parametrize("bound", [elub, iv_bound])
def test_a_system_that_misleads_is_bounded_to_saying_nothing(bound):
    assert bound([-2.0] * 20, [2.0] * 20) == (0, 0)


@pytest.mark.parametrize("bound", [elub, iv_bound])
@pytest.mark.parametrize("side", [0, 1])
def test_more_units_bound_less(bound, side):
    few, many = bound([2.0] * 10, [-2.0] * 10), bound([2.0] * 40, [-2.0] * 40)
    assert abs(few[side]) < abs(many[side])


def test_invariance_by_hand():
    # 10.5/11 of the derived and 0.5/11 of the others pass any t between: a ratio of 21.
    low, high = iv_bound([3.0] * 10, [-3.0] * 10)
    assert high == pytest.approx(np.log10(21), abs=1e-3)
    assert low == pytest.approx(-np.log10(21), abs=1e-3)
    assert 10**high <= 21 <= 10 ** (high + 1e-3)


def test_invariance_weighs():
    once = iv_bound([2.0, 1], [-2.0, 0.5], [3, 2], [4, 1])
    assert once == pytest.approx(iv_bound([2.0] * 3 + [1] * 2, [-2.0] * 4 + [0.5]))


def test_ratios_that_nothing_speaks_against_stay_as_they_are():
    # Ten times as many on the side that is to show few: even none of them bears out an LR below 10.
    assert iv_bound([0.5] * 9, [-1.0] * 99)[1] == 0.5
    assert iv_bound([1.0] * 99, [-0.5] * 9)[0] == -0.5


def test_a_failure_at_the_very_last_threshold_bounds_to_one():
    # 99.5/100 of the derived and 1.5/2 of the others lie below 1, where 1 at most is borne out.
    assert iv_bound([-0.25] * 99, [-0.5])[0] == 0


def test_thresholds_reach_one_even_where_no_ratio_does():
    assert iv_bound([-0.5, -0.6] * 5, [-0.7] * 4)[0] == pytest.approx(0, abs=IV_STEP)


def test_what_is_borne_out_exactly_is_borne_out():
    # All LRs are 1 or more and both sides weigh the same: 10.5/11 of either reach 1.
    assert iv_bound([1.0] * 10, [0.0] * 10)[1] > 0.9


def test_a_threshold_that_costs_the_same_as_silence_is_allowed():
    # At t = 10: 1 − 1/10 derived missed, 10 · 1/100 misled, in all exactly 1.
    assert elub([1.5] + [-1.0] * 8, [-1.0] * 99)[1] == pytest.approx(1.0, abs=1e-9)


def test_a_first_threshold_that_is_not_borne_out_bounds_to_one():
    # All LRs are above 1, so the grid begins at 1; with more others than derived it fails at once.
    assert iv_bound([0.5, 0.6], [0.1, 0.2, 0.3, 0.4])[1] == 0
