"""Steps of a level along a score, and limits of a pack's mean with answers missing."""

import numpy as np
import pytest

from workbench.evidence.steps import FINENESS, PackMean, Steps, steps_of

LEVELS = ("low", "middle", "high")


def level(score):
    return LEVELS[(score >= -1.25) + (score >= 2.0)]


def test_every_step_is_found_to_the_stated_fineness():
    found = steps_of(level, -10.0, 30.0)
    assert found.levels == LEVELS
    for edge, true in zip(found.edges, (-1.25, 2.0), strict=True):
        assert 0 <= edge - true <= 40 * FINENESS


def test_a_level_that_never_changes_has_no_step():
    assert steps_of(level, 3.0, 30.0) == Steps((), ("high",))


def test_two_steps_at_one_place_leave_the_level_between_out():
    found = steps_of(lambda score: "low" if score < 0 else "high", -1.0, 1.0)
    assert found.levels == ("low", "high")


def test_a_score_at_an_edge_has_reached_the_level():
    steps = Steps((0.0, 1.0), LEVELS)
    assert [steps.at(score) for score in (-0.1, 0.0, 0.9, 1.0)] == [
        "low",
        "middle",
        "middle",
        "high",
    ]


def test_limits_close_on_the_mean_when_nothing_is_missing():
    terms = np.random.default_rng(1).uniform(-1, 2, 40).tolist()
    mean = PackMean(-1.0, 2.0, size=40, alpha=0.05)
    mean.see(terms)
    assert mean.interval == pytest.approx((np.mean(terms), np.mean(terms)), abs=3e-3)


def test_missing_terms_leave_room_for_whatever_they_would_have_been():
    mean = PackMean(-1.0, 2.0, size=4, alpha=0.05)
    mean.see([0.0, None, 1.0, None])
    assert mean.interval == pytest.approx(((1 - 2) / 4, (1 + 4) / 4), abs=3e-3)
