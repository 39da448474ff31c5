"""Scores and ranks of values of which only limits are known."""

import pytest

from tests import made
from workbench.compare.lines import rank, scored
from workbench.metrics import Bounded
from workbench.records import NoScore, Score

PLAN = made.plan([made.pack()])


def score(value, least=None, most=None):
    return Score("m", value, value, value, 5, least, most)


def test_exact_values_have_no_limits():
    found = scored("m", PLAN, [Bounded.exact(v) for v in (0.1, 0.2, 0.3)])
    assert found.value == pytest.approx(0.2)
    assert (found.least, found.most) == (None, None)


def test_the_interval_of_limited_values_reaches_around_both_limits():
    values = [Bounded(v, v - 0.05, v + 0.2) for v in (0.1, 0.2, 0.3, 0.4)]
    found = scored("m", PLAN, values)
    exact = scored("m", PLAN, [Bounded.exact(value.estimate) for value in values])
    assert (found.least, found.most) == pytest.approx((0.2, 0.45))
    assert found.low == pytest.approx(exact.low - 0.05)
    assert found.high == pytest.approx(exact.high + 0.2)


def test_limits_that_overlap_leave_the_rank_open():
    controls = [score(0.1), score(0.2)]
    assert rank(score(0.5), controls) == (1 / 3, True)
    assert rank(score(0.2), controls) == (2 / 3, False)
    assert rank(score(0.5, least=0.3, most=0.9), controls) == (1 / 3, True)
    assert rank(score(0.05, least=0.0, most=0.08), controls) == (1.0, False)
    assert rank(score(0.5, least=0.15, most=0.9), controls) == (None, None)
    assert rank(score(0.5), [score(0.1, 0.0, 0.6), score(0.2)]) == (None, None)


def test_one_missing_score_leaves_the_rank_open():
    missing = NoScore("m", "different tokenizers")
    assert rank(missing, [score(0.1)]) == (None, None)
    assert rank(score(0.5), [score(0.1), missing]) == (None, None)
