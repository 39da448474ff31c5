from datetime import datetime, timedelta, timezone

import pytest

from workbench.records import NoScore, Score
from workbench.report.numbers import counted, decimals_for, interval, moment, number


@pytest.mark.parametrize(
    ("half_width", "decimals"), [(0.05, 3), (0.5, 2), (0.0012, 4), (12, 0), (1e-12, 6), (0, 3)]
)
def test_an_interval_shows_two_figures_of_its_half_width(half_width, decimals):
    score = Score("m", 1.0, 1.0 - half_width, 1.0 + half_width, 5)
    assert decimals_for([score, NoScore("m", "none")]) == decimals


def test_a_signed_zero_has_no_sign():
    assert number(-0.0001, 2, signed=True) == "0.00"


def test_numbers_carry_a_true_minus_sign():
    score = Score("m", -0.1, -0.15, 0.05, 5)
    assert interval(score, 2, signed=True) == "\N{MINUS SIGN}0.15 to +0.05"


def test_a_moment_is_written_in_utc():
    local = datetime(2026, 3, 4, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert moment(local) == "2026-03-03 23:30 UTC"


def test_one_probe_is_singular():
    assert (counted(1, "probe"), counted(2, "probe")) == ("1 probe", "2 probes")
