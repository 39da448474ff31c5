"""Likelihood ratios in words, at the edges of bands and beyond."""

import math

import pytest

from tests.evidence.simulated import summed
from workbench.evidence.levels import (
    LEVELS,
    NEUTRAL,
    level_of,
    locked,
    reachable,
    reaches,
    settled_neutral,
    side,
)

TWO = math.log10(2)
BELOW = math.nextafter


def level(value):
    return level_of(value, value, value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, NEUTRAL),
        (BELOW(TWO, 0), NEUTRAL),
        (TWO, "weak support"),
        (BELOW(1.0, 0), "weak support"),
        (1.0, "moderate support"),
        (BELOW(2.0, 0), "moderate support"),
        (2.0, "moderately strong support"),
        (9.0, "moderately strong support"),
    ],
)
def test_bands_begin_at_two_ten_and_a_hundred_on_either_side(value, words):
    assert level(value) == words
    assert level(-value) == (words if words == NEUTRAL else f"{words} for the alternative")


def test_nothing_above_moderately_strong_can_be_said():
    assert [one for one in LEVELS if "strong" in one and "moderately" not in one] == []
    assert level(300.0) == LEVELS[0]
    assert level(-300.0) == LEVELS[-1]


def test_the_level_is_that_of_the_limit_nearer_to_nothing():
    assert level_of(2.5, 1.2, 2.8) == "moderate support"
    assert level_of(1.5, 0.01, 2.0) == "weak support"
    assert level_of(-1.5, -2.0, -1.0) == "moderate support for the alternative"
    assert level_of(-1.5, -2.0, -0.01) == "weak support for the alternative"


@pytest.mark.parametrize("limits", [(-0.01, 2.9), (0.0, 2.9), (-2.0, 2.9)])
def test_an_interval_that_holds_one_supports_nothing(limits):
    assert level_of(1.5, *limits) == NEUTRAL
    assert level_of(-1.5, -limits[1], -limits[0]) == NEUTRAL


def test_a_ratio_within_two_supports_nothing_however_narrow_its_interval():
    assert level_of(0.3, 0.29, 0.3) == NEUTRAL


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(math.nan, 0, 1), (0.5, math.nan, 1), (0.5, 0, math.nan), (2.0, 0.0, 1.0), (-1.0, 0.0, 1.0)],
)
def test_what_is_no_ratio_within_its_interval_has_no_level(value, low, high):
    with pytest.raises(ValueError, match="is not within"):
        level_of(value, low, high)


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (0, NEUTRAL),
        (4, NEUTRAL),
        (5, "weak support"),
        (19, "weak support"),
        (20, "moderate support"),
        (104, "moderate support"),
        (105, "moderately strong support"),
        (10**6, "moderately strong support"),
    ],
)
def test_families_unlock_levels(families, words):
    assert level(locked(families)) == words


def test_without_five_families_a_ratio_stays_at_one_and_never_below():
    assert locked(4) == 0.0
    assert locked(10**6) < 3


def test_an_interval_within_two_is_settled_and_one_beyond_is_not():
    assert settled_neutral(-TWO, TWO)
    assert not settled_neutral(-0.31, 0.1)
    assert not settled_neutral(-0.1, 0.31)


def test_levels_have_a_side():
    assert [side(one) for one in LEVELS] == [1, 1, 1, 0, -1, -1, -1]


def test_a_level_reaches_those_nearer_to_nothing_on_its_side_and_no_other():
    reached = {wanted for wanted in LEVELS if reaches("moderate support", wanted)}
    assert reached == {"moderate support", "weak support"}
    against = {wanted for wanted in LEVELS if reaches(LEVELS[-1], wanted)}
    assert against == set(LEVELS[4:])
    assert reaches(NEUTRAL, NEUTRAL)


def test_bounds_say_which_levels_can_be_reached():
    assert reachable(summed(least=-1.2, most=0.7)) == (
        "weak support",
        "moderate support for the alternative",
    )
    assert reachable(summed(least=None, most=None)) == (NEUTRAL, NEUTRAL)
