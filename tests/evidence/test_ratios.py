import math

import pytest

from workbench.evidence.levels import NEUTRAL_BAND
from workbench.evidence.ratios import interval_words, percent, ratio_words, times


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1, "1"),
        (2, "2.0"),
        (8.94, "8.9"),
        (10, "10"),
        (27.4, "27"),
        (100, "100"),
        (137, "140"),
        (999, "990"),
        (1000, "1,000"),
        (1 / 3.2, "1/3.2"),
        (1 / 10, "1/10"),
        (1 / 2, "1/2.0"),
    ],
)
def test_a_ratio_has_two_figures_and_is_a_fraction_below_1(ratio, words):
    assert ratio_words(math.log10(ratio)) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(1.96, "1.9"), (9.99, "9.9"), (99.7, "99"), (996, "990"), (1 / 9.99, "1/9.9")],
)
def test_a_ratio_is_never_rounded_up_to_the_edge_of_a_band(ratio, words):
    assert ratio_words(math.log10(ratio)) == words


def test_the_largest_number_under_an_edge_stays_under_it():
    assert times(math.nextafter(1.0, 0.0)) == "9.9"
    assert times(math.nextafter(NEUTRAL_BAND, 0.0)) == "1.9"


def test_a_ratio_shows_an_edge_only_where_it_has_reached_it():
    for step in range(3000):
        value = step / 1000
        shown = float(times(value).replace("just over ", ""))
        for edge in (2, 10, 100):
            assert (shown >= edge) == (value >= math.log10(edge))


def test_a_limit_near_1_is_told_from_one_at_1():
    assert interval_words(0.0, math.log10(1.02)) == "1 to just over 1"
    assert interval_words(math.log10(0.98), -0.0) == "just under 1 to 1"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_becomes_words(value):
    with pytest.raises(ValueError, match="cannot be put into words"):
        ratio_words(value)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.28312883556311347, "28 %"),
        (0.095034, "9.5 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.997, "over 99 %"),
        (0.00493, "0.49 %"),
    ],
)
def test_a_share_has_two_figures(share, words):
    assert percent(share) == words


@pytest.mark.parametrize("share", [math.nan, -0.1, 1.1])
def test_what_is_no_share_never_becomes_words(share):
    with pytest.raises(ValueError, match="no share"):
        percent(share)
