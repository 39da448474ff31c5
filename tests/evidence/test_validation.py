"""What a calibration says of itself, pair by pair judged without its kin."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.evidence.simulated import labelled, panel
from workbench.evidence.levels import NEUTRAL
from workbench.evidence.performance import cllr
from workbench.evidence.system import System
from workbench.evidence.validation import error_rates, figures, loss


def system(pairs, alternative="independent", question="weights"):
    return System(pairs, question, alternative)


@pytest.fixture(scope="module")
def one():
    return system(panel("figures", families=10, models=2, derivatives=10, shift=3.0))


@pytest.fixture(scope="module")
def found(one):
    return figures(one)


def test_pairs_families_and_recipes_are_counted(found):
    assert (found.derived_pairs, found.derived_units) == (20, 10)
    assert (found.other_pairs, found.other_families) == (180, 10)
    assert (found.derived_left_out, found.other_left_out) == (0, 0)
    assert found.reason == ""


def test_cost_is_that_of_bounded_ratios_each_family_counting_as_one(one, found):
    values = one.bounded_held_out
    derived, other = one.derived.index, one.other.index
    expected = cllr(values[derived], values[other], np.full(20, 1 / 2), np.full(180, 10 / 180))
    assert found.cllr.value == pytest.approx(expected, abs=1e-12)


def test_an_interval_holds_its_figure_and_is_as_wide_as_few_families_make_it(found):
    assert found.cllr.low < found.cllr.value < found.cllr.high
    assert 0.02 < found.cllr.high - found.cllr.low < 0.5


def test_the_least_cost_is_no_more_than_the_cost(found):
    assert 0 <= found.cllr_min <= found.cllr.value
    assert 0 <= found.cllr_cal <= found.cllr.value - found.cllr_min + 1e-12


def test_the_bounds_in_use_are_the_tightest(found):
    assert found.most == min(found.elub[1], found.invariance[1], math.nextafter(1.0, 0))
    assert found.least == max(found.elub[0], found.invariance[0], -math.nextafter(1.0, 0))


def test_perfect_separation_loses_nothing_by_its_bounds_alone():
    apart = figures(system(panel("apart", families=10, models=1, derivatives=10, shift=40.0)))
    assert apart.cllr_min == 0
    assert apart.cllr.value > 0.1
    assert apart.cllr_cal == 0


def bits(odds):
    return math.log2(1 + odds)


def test_calibration_loss_is_what_another_scale_within_the_same_bounds_would_save():
    """Every derivative and one stranger of four at 10, the others at 1/10, bounds of 1/20 and 50.

    The best scale makes 4 of the first ratio and 1/20, the bound, of the second.
    """
    one = system(panel("loss", families=8, models=1, derivatives=8))
    values = np.ones(len(one.labelled))
    values[one.other.index] = [1, -1, -1, -1] * 7
    one.__dict__["held_out"] = values
    one.__dict__["bounds_held_out"] = np.full((len(values), 2), np.log10([1 / 20, 50]))
    cost = (bits(1 / 10) + bits(10) / 4 + bits(1 / 10) * 3 / 4) / 2
    best = (bits(1 / 4) + bits(4) / 4 + bits(1 / 20) * 3 / 4) / 2
    assert figures(one).cllr_cal == pytest.approx(cost - best, abs=1e-12)


def test_strangers_that_reach_k_are_counted_and_weighed_by_family():
    one = system(panel("exceeding", families=10, models=2, derivatives=10, shift=2.0))
    found = figures(one)
    values = one.bounded_held_out[one.other.index]
    for item, k in zip(found.exceeding, (2, 5, 10), strict=True):
        assert item.k == k
        assert item.pairs == sum(10**value >= k - 1e-9 for value in values)
        assert item.share.value == pytest.approx(item.pairs / 180, abs=1e-12)
        assert item.share.low <= item.share.value <= item.share.high
    assert found.exceeding[0].pairs > 0


def test_too_few_families_are_counted_and_say_why_there_is_no_figure():
    found = figures(system(panel("three", families=3, models=2)))
    assert found.other_families == 3
    assert "of 3 families only" in found.reason
    absent = (found.cllr, found.cllr_min, found.cllr_cal, found.least, found.most, found.elub)
    assert absent == (None,) * 6
    assert found.exceeding == ()


def test_pairs_that_cannot_be_judged_without_their_kin_are_counted():
    """Every derivative is of one family, so each is judged against a side that has no derivative."""
    pairs = panel("kin", families=8, models=1, derivatives=0)
    own = labelled(
        [("m0.0", f"d{i}", "f0", "f0", f"r{i}", "fine_tune_of", 4.0 + i / 9) for i in range(9)]
    )
    columns = (
        "reference",
        "suspect",
        "reference_family",
        "suspect_family",
        "recipe",
        "label",
        "score",
    )
    rows = [
        row for p in (pairs, own) for row in zip(*(getattr(p, c) for c in columns), strict=True)
    ]
    found = figures(system(labelled(rows)))
    assert (found.derived_pairs, found.derived_left_out) == (9, 9)
    assert found.cllr is None
    assert found.reason != ""


def test_a_missing_score_counts_on_no_side():
    pairs = panel("missing", families=8, models=1)
    score = pairs.score.copy()
    score[:5] = np.nan
    assert figures(system(replace(pairs, score=score))).other_pairs == 28 - 5


def test_the_cost_of_saying_nothing_is_exactly_one():
    pairs = panel("nothing", families=8, models=3)
    one = system(pairs)
    silent = loss(pairs, np.zeros(len(pairs)), one.derived.index, one.other.index)
    assert (silent.value, silent.low, silent.high) == (1.0, 1.0, 1.0)


def test_two_recipes_are_too_few_for_an_interval():
    pairs = panel("interval", families=8, models=1, derivatives=2)
    one = system(pairs)
    values = np.linspace(-1, 1, len(pairs))
    found = loss(pairs, values, one.derived.index, one.other.index)
    assert (found.low, found.high) == (None, None)


def test_what_never_happened_may_still_happen_as_often_as_its_families_leave_open():
    found = figures(system(panel("never", families=10, models=2, derivatives=10, shift=1.0)))
    last = found.exceeding[-1]
    assert (last.pairs, last.share.value, last.share.low) == (0, 0, 0)
    assert last.share.high == pytest.approx(1 - 0.025 ** (1 / 10), abs=1e-12)


LEVELS = {
    0: "weak support",
    1: "weak support",
    2: "moderate support",
    3: NEUTRAL,
    4: "weak support",
    5: "moderate support for the alternative",
}


def rated(question="weights"):
    labels = ["unrelated"] * 4 + ["fine_tune_of"] * 2
    suspects = ["f", "g", "f", "h", "f", "g"]
    pairs = labelled(
        [
            (f"r{i}", f"s{i}", "x", family, "", label, 0.0)
            for i, (family, label) in enumerate(zip(suspects, labels, strict=True))
        ]
    )
    return {(rate.label, rate.level): rate for rate in error_rates(pairs, question, LEVELS)}


def test_a_level_is_reached_by_itself_and_by_those_beyond_it():
    weak = rated()["unrelated", "weak support"]
    assert (weak.events, weak.pairs, weak.inconclusive) == (3, 4, 1)
    assert rated()["unrelated", "moderate support"].events == 1
    assert rated()["unrelated", "moderately strong support"].events == 0


def test_families_of_suspects_are_the_trials_of_an_error_rate():
    weak = rated()["unrelated", "weak support"]
    assert (weak.families_reaching, weak.families) == (2, 3)
    assert weak.upper == pytest.approx(0.95 ** (1 / 3), abs=1e-12)  # Clopper and Pearson, 2 of 3


def test_a_rate_of_nothing_in_three_families_may_be_as_high_as_sixty_three_per_cent():
    none = rated()["unrelated", "moderately strong support"]
    assert none.upper == pytest.approx(1 - 0.05 ** (1 / 3), abs=1e-12)


def test_only_derivatives_are_counted_on_the_side_of_the_alternative():
    found = rated()
    assert found["fine_tune_of", "moderate support for the alternative"].events == 1
    assert not any(label == "unrelated" and "alternative" in level for label, level in found)


def test_what_derives_depends_on_the_question():
    assert not any("alternative" in level for _, level in rated("outputs"))


def test_unrelated_pairs_come_first():
    assert next(iter(rated()))[0] == "unrelated"


def test_pairs_that_could_not_be_judged_are_no_trials():
    pairs = labelled([("a", "b", "x", "y", "", "unrelated", 0.0)] * 2)
    assert [rate.pairs for rate in error_rates(pairs, "weights", {1: NEUTRAL})] == [1, 1, 1]
    assert error_rates(pairs, "weights", {}) == ()
