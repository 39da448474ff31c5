import math
from bisect import bisect_left

import numpy as np
import pytest
from scipy import stats

from workbench.evidence.sequential import (
    HORIZONS,
    RISKED,
    ConfidenceSequence,
    Decided,
    Undecided,
    decide,
    settled,
)

ALPHA = 0.05
LOOKS = 150
ROUNDS = 500


def spread_of_sixteen(dice, size):
    """Mean 0.5, standard deviation 0.16."""
    shape = (0.25 / 0.16**2 - 1) / 2
    return dice.beta(shape, shape, size)


DISTRIBUTIONS = {
    "narrow": (spread_of_sixteen, 0.5),
    "skewed": (lambda dice, size: dice.beta(0.4, 3.6, size), 0.1),
    "two values": (lambda dice, size: (dice.random(size) < 0.3).astype(float), 0.3),
    "rare large": (lambda dice, size: np.where(dice.random(size) < 0.97, 0.2, 1.0), 0.224),
}


def ever_missed(limits, target):
    lower, upper = limits.T
    return bool((lower > target + 1e-12).any() or (upper < target - 1e-12).any())


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_whoever_looks_after_every_probe_misses_the_mean_no_more_often_than_stated(kind):
    draw, mean = DISTRIBUTIONS[kind]
    dice = np.random.default_rng(1)
    missed = sum(
        ever_missed(ConfidenceSequence(0, 1, grid=50).update(draw(dice, LOOKS)), mean)
        for _ in range(ROUNDS)
    )
    assert missed <= ALPHA * ROUNDS


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_whoever_looks_misses_the_mean_of_the_pack_no_more_often_than_stated(kind):
    draw, _ = DISTRIBUTIONS[kind]
    dice = np.random.default_rng(2)
    pack = draw(dice, LOOKS)
    missed = sum(
        ever_missed(
            ConfidenceSequence(0, 1, size=LOOKS, grid=50).update(dice.permutation(pack)),
            pack.mean(),
        )
        for _ in range(ROUNDS)
    )
    assert missed <= ALPHA * ROUNDS


def test_a_t_interval_looked_at_after_every_probe_misses_far_more_often():
    dice, count = np.random.default_rng(3), np.arange(1, LOOKS + 1)
    critical = stats.t.ppf(1 - ALPHA / 2, np.maximum(count - 1, 1))
    missed = 0
    for _ in range(ROUNDS):
        terms = spread_of_sixteen(dice, LOOKS)
        mean = np.cumsum(terms) / count
        variance = (np.cumsum(terms**2) - count * mean**2) / np.maximum(count - 1, 1)
        half = critical * np.sqrt(np.maximum(variance, 0) / count)
        limits = np.column_stack([mean - half, mean + half])[9:]
        missed += ever_missed(limits, 0.5)
    assert missed > 0.2 * ROUNDS


def test_looking_at_all_times_costs_less_than_twice_the_width_of_one_look():
    dice = np.random.default_rng(4)
    limits = [
        ConfidenceSequence(0, 1).update(spread_of_sixteen(dice, 400))[[49, 99, 199, 399]]
        for _ in range(20)
    ]
    width = np.diff(limits, axis=2)[:, :, 0].mean(0)
    at_once = np.array([0.090, 0.063, 0.045, 0.032])  # t-intervals at 50, 100, 200 and 400 probes
    assert (width > at_once).all()
    assert (width < [0.14, 0.088, 0.060, 0.045]).all()


def written_out(terms, candidate, size):
    """Wealth of the bettor on more than the candidate after all terms, term by term."""
    wealth = [1.0] * len(HORIZONS)
    total, squares = 0.0, 0.25
    for count, term in enumerate(terms, 1):
        claimed = candidate if size is None else (size * candidate - total) / (size - count + 1)
        for place, horizon in enumerate(HORIZONS):
            bet = math.sqrt(2 * math.log(2 / ALPHA) / (squares / count * horizon))
            bet = min(bet, RISKED / claimed) if claimed > 0 else bet
            wealth[place] *= 1 + bet * (term - claimed)
        total += term
        squares += (term - (0.5 + total) / (count + 1)) ** 2
    return sum(wealth) / len(wealth)


def ruled_out(terms, size, steps):
    """How many of the candidates k / steps, from 0 up, are ruled out after all terms."""
    return bisect_left(
        range(steps + 1), True, key=lambda step: written_out(terms, step / steps, size) < 40
    )


@pytest.mark.parametrize("size", [None, 60])
def test_the_lower_limit_is_the_highest_candidate_whose_bettor_ever_won_forty_times_the_stake(size):
    terms = np.random.default_rng(5).beta(4, 3, 40)
    lower, _ = ConfidenceSequence(0, 1, size=size, grid=5000).update(terms)[-1]
    highest = max(ruled_out(terms[:seen], size, 5000) for seen in range(1, 41)) - 1
    assert 0.4 < lower < terms.mean()
    assert lower == pytest.approx(highest / 5000, abs=1e-12)


def test_terms_turned_round_turn_the_limits_round():
    terms = np.random.default_rng(6).beta(2, 5, 60)
    lower, upper = ConfidenceSequence(0, 1).update(terms).T
    turned = ConfidenceSequence(0, 1).update(1 - terms)
    assert np.column_stack([1 - upper, 1 - lower]) == pytest.approx(turned, abs=1e-12)


@pytest.mark.parametrize("size", [None, 300])
def test_one_at_a_time_and_all_at_once_give_the_same_limits_to_the_bit(size):
    terms = np.random.default_rng(7).beta(2, 2, 300) * 4 - 1
    at_once = ConfidenceSequence(-1, 3, size=size, grid=40).update(terms)
    single = ConfidenceSequence(-1, 3, size=size, grid=40)
    assert np.array_equal(np.concatenate([single.update(float(term)) for term in terms]), at_once)
    assert single.interval == tuple(at_once[-1])


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_the_last_probe_of_a_pack_leaves_exactly_its_mean(kind):
    terms = np.sort(DISTRIBUTIONS[kind][0](np.random.default_rng(8), 90)) * 7 - 3
    lower, upper = ConfidenceSequence(-3, 4, size=90, grid=50).update(terms)[-1]
    assert lower == upper == pytest.approx(terms.mean(), abs=1e-12)


def test_what_is_still_to_come_bounds_the_mean_of_a_pack():
    found = ConfidenceSequence(0, 1, size=4, alpha=0.0001, grid=10)
    assert found.update([1.0, 0.0, 1.0]).tolist() == [[0.25, 1.0], [0.25, 0.75], [0.5, 0.75]]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_pack_at_the_end_of_its_range_is_not_lost_to_rounding(value):
    limits = ConfidenceSequence(0, 1, size=173, grid=170).update(np.full(173, value))
    assert not ever_missed(limits, value)


def test_an_interval_lies_within_the_one_before():
    terms = np.concatenate([np.zeros(100), np.ones(100)])  # no random order: no mean is left
    lower, upper = ConfidenceSequence(0, 1).update(terms).T
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) <= 0).all()
    assert (lower <= upper).all()


@pytest.mark.parametrize("term", [-0.1, 1.1, math.nan, math.inf])
def test_a_term_outside_the_range_is_refused(term):
    with pytest.raises(ValueError, match=r"a term is not between 0\.0 and 1\.0"):
        ConfidenceSequence(0, 1).update([0.5, term])


def test_more_terms_than_the_pack_has_are_refused():
    found = ConfidenceSequence(0, 1, size=2)
    found.update([0.1, 0.2])
    with pytest.raises(ValueError, match="more than 2 terms"):
        found.update(0.3)


@pytest.mark.parametrize(
    ("low", "high", "more"),
    [
        (1, 1, {}),
        (0, math.inf, {}),
        (0, 1, {"alpha": 0}),
        (0, 1, {"alpha": 1}),
        (0, 1, {"grid": 1}),
        (0, 1, {"size": 0}),
    ],
)
def test_what_makes_no_sense_is_refused(low, high, more):
    with pytest.raises(ValueError, match=r"terms cannot lie|alpha must be"):
        ConfidenceSequence(low, high, **more)


def sign(score):
    return "above" if score > 0.3 else "below"


def test_a_level_is_settled_when_both_limits_have_it():
    assert settled(sign, 0.31, 0.9)
    assert not settled(sign, 0.29, 0.31)


def test_a_score_far_from_every_threshold_is_decided_early():
    terms = spread_of_sixteen(np.random.default_rng(9), 300)
    found = decide(terms, sign, ConfidenceSequence(0, 1, size=300))
    assert isinstance(found, Decided)
    assert found.level == "above"
    assert found.probes < 30
    assert 0.3 < found.low <= terms.mean() <= found.high


def test_a_decision_is_made_at_the_first_interval_with_one_level():
    terms = spread_of_sixteen(np.random.default_rng(10), 300)
    found = decide(terms, sign, ConfidenceSequence(0, 1))
    limits = ConfidenceSequence(0, 1).update(terms)
    assert not settled(sign, *limits[found.probes - 2])
    assert settled(sign, *limits[found.probes - 1])


def test_a_score_at_a_threshold_takes_the_whole_pack_and_is_then_decided():
    terms = np.tile([0.1, 0.5001], 50)
    found = decide(terms, sign, ConfidenceSequence(0, 1, size=100))
    assert (found.probes, found.level) == (100, "above")


def test_without_a_pack_a_score_at_a_threshold_stays_undecided_and_says_why():
    found = decide(np.tile([0.1, 0.5], 50), sign, ConfidenceSequence(0, 1))
    assert isinstance(found, Undecided)
    assert found.reason.startswith("after 100 probes the score lies between 0.")
    assert found.reason.endswith("which holds more than one level")


def test_nothing_is_decided_on_nothing():
    with pytest.raises(ValueError, match="there are no terms"):
        decide([], sign, ConfidenceSequence(0, 1))


def test_a_sequence_that_has_seen_something_is_refused():
    used = ConfidenceSequence(0, 1)
    used.update(0.5)
    with pytest.raises(ValueError, match="seen before"):
        decide([0.5], sign, used)
