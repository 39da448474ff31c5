"""How far likelihood ratios may go."""

import math

import numpy as np
import pytest

from tests.evidence.simulated import panel
from workbench.evidence.bounds import Bounds, bounds_of
from workbench.evidence.labelled import derived_side, other_side
from workbench.evidence.limits import elub, iv_bound


def sides(pairs):
    return (
        derived_side(pairs, pairs.having(["fine_tune_of"])),
        other_side(pairs, pairs.having(["unrelated"])),
    )


def test_the_tightest_of_the_three_is_taken_on_either_side():
    assert Bounds((-1.0, 0.9), (-0.8, 1.2), (-2.0, 1.0)).tightest == (-0.8, 0.9)


@pytest.mark.parametrize("limit", [(0.0, 0.0), (0.2, 0.5), (-0.5, -0.2)])
def test_a_likelihood_ratio_of_one_is_always_within_them(limit):
    low, high = Bounds((-1.0, 1.0), limit, (-1.0, 1.0)).tightest
    assert low <= 0 <= high


def test_units_and_not_pairs_bear_a_ratio_out():
    pairs = panel("bounds", families=10, models=3, derivatives=8, shift=4.0)
    derived, other = sides(pairs)
    values = (pairs.score - 2) / 2
    found = bounds_of(values, derived, other, (8, 10))
    both = values[derived.index], values[other.index]
    weights = np.full(len(derived.index), 1 / 3), np.full(len(other.index), 10 / len(other.index))
    assert found.elub == pytest.approx(elub(*both, *weights))
    assert found.invariance == pytest.approx(iv_bound(*both, *weights))
    assert found.families == (-math.nextafter(1, 0), math.nextafter(1, 0))


def test_recipes_hold_the_lower_bound_and_families_the_upper():
    derived, other = sides(panel("bounds", families=6, models=1, derivatives=6))
    values = np.zeros(len(derived.index) + len(other.index))
    found = bounds_of(values, derived, other, (4, 20))
    assert found.families == (0.0, math.nextafter(2, 0))


def test_an_empty_side_bounds_nothing():
    derived, other = sides(panel("bounds", families=6, models=1, derivatives=0))
    assert bounds_of(np.zeros(15), derived, other, (0, 6)) is None
    assert bounds_of(np.zeros(15), other, derived, (6, 0)) is None
