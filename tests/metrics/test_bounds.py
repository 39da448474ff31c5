"""Bounds from top-k lists: they contain the truth, they are reached, and a solver finds none nearer."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.metrics.distributions import DIVERGENCES, exact, pairs, top
from workbench.errors import DistributionError
from workbench.metrics.bounds import list_bounds
from workbench.metrics.filling import Unknown, least

CASES = settings(max_examples=150, deadline=None)
TINY = {"hellinger": 1e-7}
"""Near 0 the root of a sum is known to the root of its rounding."""


def logs(**probabilities):
    return {token: math.log(p) for token, p in probabilities.items()}


def assert_within(found, pair, lists, slack=1e-11):
    truth = exact(*pair)
    for name in DIVERGENCES:
        room = TINY.get(name, slack)
        bound = found[name]
        assert bound.low <= bound.estimate <= bound.high
        assert bound.low - room <= truth[name], name
        if name not in LEFT_TO_ROUNDING or not is_whole(lists[LEFT_TO_ROUNDING[name]]):
            assert truth[name] <= bound.high + room, name


LEFT_TO_ROUNDING = {"kl-reference-suspect": 0, "kl-suspect-reference": 1}
"""An upper limit that is finite only because less than 1e-12 of this list is unlisted."""


def is_whole(listed):
    total = math.fsum(map(math.exp, listed.values()))
    return abs(total - 1) < 1e-12


def distributions(p_list, q_list, pieces):
    """The nearest pair that `least` finds, as whole distributions, rest in many equal pieces."""
    p_all, q_all = ({t: math.exp(v) for t, v in one.items()} for one in (p_list, q_list))
    cap_p, cap_q = min(p_all.values()), min(q_all.values())
    common = sorted(p_all.keys() & q_all.keys())
    p_only = torch.tensor([p_all[t] for t in p_all if t not in q_all], dtype=torch.float64)
    q_only = torch.tensor([q_all[t] for t in q_all if t not in p_all], dtype=torch.float64)
    tail_p, tail_q = (max(0.0, 1 - math.fsum(one.values())) for one in (p_all, q_all))
    p, q = least(
        Unknown(p_only, cap_q, tail_q),
        Unknown(q_only, cap_p, tail_p),
    )
    free_p = p[len(p_only) :].tolist()[:-1] + [float(p[-1]) / pieces] * pieces
    free_q = q[: len(p_only)].tolist() + [float(q[-1]) / pieces] * pieces
    assert max(free_p) <= cap_p * (1 + 1e-9) + 1e-15
    assert max(free_q) <= cap_q * (1 + 1e-9) + 1e-15
    return (
        np.array([p_all[t] for t in common] + p[: len(p_only)].tolist() + free_p),
        np.array(
            [q_all[t] for t in common]
            + free_q[: len(p_only)]
            + q_only.tolist()
            + free_q[len(p_only) :]
        ),
    )


@CASES
@given(pairs(), st.integers(1, 40), st.integers(1, 40))
def test_the_truth_lies_within_the_bounds_of_any_two_lists(pair, k_reference, k_suspect):
    p, q = pair
    lists = top(p, k_reference), top(q, k_suspect)
    found = list_bounds(*lists)
    assert_within(found, pair, lists)
    agrees = float(np.argmax(p) == np.argmax(q))
    assert found["top1-agreement"].low <= agrees <= found["top1-agreement"].high


@CASES
@given(pairs(), st.integers(1, 40), st.integers(0, 300))
def test_the_truth_lies_within_the_bounds_when_the_vocabulary_is_known(pair, k, more):
    p, q = pair
    one, other = top(p, k), top(q, k)
    outside = sum(token not in one and token not in other for token in map(str, range(len(p))))
    free = list_bounds(one, other)
    for room in (outside, outside + more):
        found = list_bounds(one, other, outside=room)
        assert_within(found, pair, (one, other))
        for name in DIVERGENCES:
            assert found[name].low >= free[name].low - TINY.get(name, 1e-9)


@CASES
@given(pairs(), st.integers(1, 40), st.integers(1, 40))
def test_longer_lists_never_widen_the_bounds(pair, k, more):
    p, q = pair
    shorter, longer = (
        list_bounds(top(p, k), top(q, k)),
        list_bounds(top(p, k + more), top(q, k + more)),
    )
    for name in DIVERGENCES:
        room = TINY.get(name, 1e-9)
        assert shorter[name].low <= longer[name].low + room
        first = LEFT_TO_ROUNDING.get(name)
        if first is None or not is_whole(top(pair[first], k)):
            assert shorter[name].high >= longer[name].high - room


@CASES
@given(pairs(), st.integers(1, 40), st.integers(1, 40))
def test_exchanging_the_models_exchanges_the_divergences(pair, k_reference, k_suspect):
    one, other = top(pair[0], k_reference), top(pair[1], k_suspect)
    there, back = list_bounds(one, other), list_bounds(other, one)
    swapped = {
        "kl-reference-suspect": "kl-suspect-reference",
        "kl-suspect-reference": "kl-reference-suspect",
    }
    for name, bound in there.items():
        mirror = back[swapped.get(name, name)]
        for mine, theirs in zip(
            (bound.low, bound.estimate, bound.high),
            (mirror.low, mirror.estimate, mirror.high),
            strict=True,
        ):
            assert mine == pytest.approx(theirs, rel=1e-7, abs=TINY.get(name, 1e-9))


@CASES
@given(pairs(), st.integers(1, 40), st.integers(1, 40))
def test_the_lower_limits_are_reached_by_a_pair_with_these_lists(pair, k_reference, k_suspect):
    one, other = top(pair[0], k_reference), top(pair[1], k_suspect)
    one, other = ({t: v for t, v in each.items() if v > -math.inf} for each in (one, other))
    p, q = distributions(one, other, pieces=1000)
    assert p.sum() == pytest.approx(1)
    assert q.sum() == pytest.approx(1)
    found, reached = list_bounds(one, other), exact(p / p.sum(), q / q.sum())
    for name in DIVERGENCES[:3]:
        assert found[name].low == pytest.approx(reached[name], rel=1e-9, abs=TINY.get(name, 1e-12))
    unlisted = [1 - math.fsum(map(math.exp, each.values())) for each in (one, other)]
    for name in DIVERGENCES[3:]:
        assert found[name].low <= reached[name] + 1e-9
        if min(unlisted) > 1e-9:  # else the digits of what is unlisted are few
            assert found[name].low == pytest.approx(reached[name], rel=1e-5, abs=1e-9)


@CASES
@given(pairs(), st.integers(1, 40), st.integers(1, 40))
def test_the_upper_limits_are_reached_by_all_that_is_unlisted_lying_apart(pair, k_ref, k_sus):
    one, other = top(pair[0], k_ref), top(pair[1], k_sus)
    size = len(pair[0])
    # However many tokens share what is unlisted, the sum is that of one.
    p, q = np.zeros(size + 2), np.zeros(size + 2)
    for whole, listed, beyond in ((p, one, size), (q, other, size + 1)):
        for token, value in listed.items():
            whole[int(token)] = math.exp(value)
        whole[beyond] = max(0.0, 1 - whole.sum())
    found, reached = list_bounds(one, other), exact(p, q)
    for name in DIVERGENCES[:3]:
        assert found[name].high == pytest.approx(reached[name], rel=1e-6, abs=1e-7)


@CASES
@given(pairs())
def test_whole_lists_leave_nothing_open(pair):
    p, q = pair
    found, truth = list_bounds(top(p, len(p)), top(q, len(q))), exact(p, q)
    for name in DIVERGENCES[:3]:
        for value in (found[name].low, found[name].estimate, found[name].high):
            assert value == pytest.approx(truth[name], rel=1e-7, abs=TINY.get(name, 1e-9))
    if p.min() > 0 and q.min() > 0:
        for name in DIVERGENCES[3:]:
            assert found[name].low == pytest.approx(truth[name], rel=1e-7, abs=1e-9)
            assert found[name].high == pytest.approx(truth[name], rel=1e-7, abs=1e-9)


@CASES
@given(pairs(), st.integers(1, 40))
def test_equal_lists_are_estimated_at_their_lower_limit_of_nothing(pair, k):
    found = list_bounds(top(pair[0], k), top(pair[0], k))
    for name in DIVERGENCES:
        assert found[name].estimate == pytest.approx(0, abs=1e-7)
    assert found["total-variation"].high >= 1 - sum(sorted(pair[0])[-k:]) - 1e-9


def test_lists_without_a_common_token_are_estimated_at_their_upper_limit():
    found = list_bounds(logs(a=0.5, b=0.2), logs(c=0.6))
    assert found["jensen-shannon"].estimate == found["jensen-shannon"].high == pytest.approx(1)
    assert found["kl-reference-suspect"].estimate == math.inf
    assert found["top1-agreement"].low == found["top1-agreement"].high == 0
    # The suspect's 0.4 is placed where the reference has 0.7, and the reference's 0.3 where it has 0.6.
    assert found["total-variation"].low == pytest.approx(1 - 0.4 - 0.2)


def test_a_bound_worked_out_by_hand():
    # Unlisted are 0.2 of the reference and 0.1 of the suspect. At the nearest, b takes 0.1 · of q.
    found = list_bounds(logs(a=0.6, b=0.2), logs(a=0.9))
    assert found["total-variation"].low == pytest.approx(0.3)
    assert found["total-variation"].high == pytest.approx((0.3 + 0.2 + 0.2 + 0.1) / 2)
    # One ratio for b and for what lies beyond it: 0.1 to 0.4.
    least_kl = 0.6 * math.log2(0.6 / 0.9) + 0.4 * math.log2(0.4 / 0.1)
    assert found["kl-reference-suspect"].low == pytest.approx(least_kl)
    assert found["kl-reference-suspect"].high == math.inf
    # With no token beyond, the reference's 0.2 has nowhere to lie.
    with pytest.raises(DistributionError):
        list_bounds(logs(a=0.6, b=0.2), logs(a=0.9), outside=0)


def test_a_listed_token_that_cannot_be_so_probable_elsewhere_is_capped():
    # The suspect's least listed token has 0.05: it cannot give b the 0.3 that would be nearest.
    found = list_bounds(logs(a=0.5, b=0.3), logs(a=0.5, c=0.05))
    # b has 0.05 of q; c has 0.05 of p; the reference's other 0.15 is matched beyond.
    assert found["total-variation"].low == pytest.approx(0.25)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("name", ["jensen-shannon", "kl-reference-suspect", "hellinger"])
def test_no_solver_finds_a_nearer_pair(seed, name):
    """Sequential quadratic programming over all unlisted probabilities, token by token."""
    dice = np.random.default_rng(seed)
    size, k = int(dice.integers(4, 9)), int(dice.integers(1, 4))
    p, q = (dice.dirichlet(np.full(size, dice.choice([0.5, 2.0, 20.0]))) + 1e-3 for _ in range(2))
    p, q = p / p.sum(), q / q.sum()
    one, other = top(p, k), top(q, k)
    beyond = [t for t in range(size) if str(t) not in one and str(t) not in other]
    found = list_bounds(one, other, outside=len(beyond))[name].low
    free = [[t for t in range(size) if str(t) not in listed] for listed in (one, other)]

    def whole(values):
        mine, theirs = p.copy(), q.copy()
        mine[free[0]], theirs[free[1]] = np.split(values, [len(free[0])])
        return np.clip(mine, 1e-12, None), np.clip(theirs, 1e-12, None)

    def target(values):
        value = exact(*whole(values))[name]
        return value**2 if name == "hellinger" else value

    start = np.concatenate([p[free[0]], q[free[1]]])
    caps = [math.exp(min(one.values()))] * len(free[0]) + [math.exp(min(other.values()))] * len(
        free[1]
    )
    sums = [
        {"type": "eq", "fun": lambda v: v[: len(free[0])].sum() - p[free[0]].sum()},
        {"type": "eq", "fun": lambda v: v[len(free[0]) :].sum() - q[free[1]].sum()},
    ]
    best = minimize(
        target,
        start,
        method="SLSQP",
        bounds=[(1e-12, cap) for cap in caps],
        constraints=sums,
        options={"maxiter": 500, "ftol": 1e-14},
    )
    value = math.sqrt(max(0.0, best.fun)) if name == "hellinger" else best.fun
    assert value == pytest.approx(found, abs=1e-7)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"a": -math.inf},
        {"a": math.nan},
        {"a": math.inf},
        {"a": 0.01},
        {"a": math.log(0.7), "b": math.log(0.302)},
    ],
    ids=["empty", "nothing", "nan", "infinite", "above one", "sum above one"],
)
def test_a_malformed_list_is_refused_on_either_side(broken):
    good = logs(a=0.5)
    for pair in ((broken, good), (good, broken)):
        with pytest.raises(DistributionError):
            list_bounds(*pair)


def test_a_sum_above_one_by_rounding_is_brought_to_one():
    rounded = {"a": math.log(0.7), "b": math.log(0.3009)}
    found = list_bounds(rounded, logs(a=0.7, b=0.3))
    assert found["total-variation"].high == pytest.approx(0.7 - 0.7 / 1.0009, abs=1e-9)
    assert found["total-variation"].low == pytest.approx(0.7 - 0.7 / 1.0009, abs=1e-9)
    assert found["kl-reference-suspect"].low < 1e-5
    # What rounding hides may be a token that the other model never gives.
    assert found["kl-reference-suspect"].high == math.inf


def test_a_token_of_probability_0_counts_as_unlisted():
    with_zero = logs(a=0.6, b=0.3) | {"c": -math.inf, "d": -9999.0}
    assert list_bounds(with_zero, logs(c=0.5)) == list_bounds(logs(a=0.6, b=0.3), logs(c=0.5))


def test_lists_that_are_tied_at_their_head_leave_agreement_open():
    tied = list_bounds(logs(a=0.4, b=0.4), logs(a=0.5))["top1-agreement"]
    assert (tied.low, tied.estimate, tied.high) == (0, 0.5, 1)
    apart = list_bounds(logs(a=0.4, b=0.4), logs(c=0.5))["top1-agreement"]
    assert (apart.low, apart.estimate, apart.high) == (0, 0, 0)
