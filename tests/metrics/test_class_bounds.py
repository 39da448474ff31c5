"""Bounds over finite classes with open mass: they contain the truth, and both ends are reached."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.metrics.distributions import DIVERGENCES, exact, pairs
from workbench.errors import DistributionError
from workbench.metrics.bounds import class_bounds, class_bounds_rows

CASES = settings(max_examples=120, deadline=None)
SIZES = (2, 3, 5, 8, 30, 257)
TINY = {"hellinger": 1e-7}


@st.composite
def opened(draw, sizes=SIZES):
    """A pair of whole distributions; of each the part that is known, and how much is not."""
    p, q = draw(pairs(sizes))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    known, open_masses = [], []
    for whole in (p, q):
        kind = draw(st.sampled_from(("all", "most", "some", "heads")))
        kept = {
            "all": np.ones(len(p)),
            "most": 1 - 0.05 * dice.random(len(p)),
            "some": dice.random(len(p)),
            "heads": whole >= np.sort(whole)[-min(3, len(p))],
        }[kind]
        known.append(whole * kept)
        open_masses.append(math.fsum(whole - whole * kept))
    return p, q, *known, *open_masses


def bounds(p, q, open_p, open_q):
    return class_bounds(
        torch.tensor(p), torch.tensor(q), open_reference=open_p, open_suspect=open_q
    )


@CASES
@given(opened())
def test_the_truth_lies_within_the_bounds(drawn):
    p, q, *known = drawn
    found, truth = bounds(*known), exact(p, q)
    for name in DIVERGENCES:
        room, bound = TINY.get(name, 1e-9), found[name]
        assert bound.low <= bound.estimate <= bound.high
        assert bound.low - room <= truth[name], name
        assert truth[name] <= bound.high + room, name
    top1 = found["top1-agreement"]
    assert top1.low <= float(np.argmax(p) == np.argmax(q)) <= top1.high


@CASES
@given(opened(sizes=(2, 3, 5)))
def test_the_upper_limit_is_the_largest_over_all_pairs_of_classes(drawn):
    _, _, *known = drawn
    p, q, open_p, open_q = known
    found, eye = bounds(*known), np.eye(len(p))
    corners = [exact(p + open_p * one, q + open_q * other) for one in eye for other in eye]
    for name in DIVERGENCES:
        largest = max(corner[name] for corner in corners)
        assert found[name].high == pytest.approx(largest, rel=1e-6, abs=TINY.get(name, 1e-9))


@CASES
@given(opened(sizes=(2, 3, 5, 30)), st.integers(0, 2**32))
def test_no_placement_of_the_open_mass_lies_below_the_lower_limit(drawn, seed):
    _, _, *known = drawn
    p, q, open_p, open_q = known
    found, dice = bounds(*known), np.random.default_rng(seed)
    for concentration in (0.05, 1.0):
        share = dice.dirichlet(np.full(len(p), concentration), 2)
        placed = exact(p + open_p * share[0], q + open_q * share[1])
        for name, value in placed.items():
            assert found[name].low <= value + TINY.get(name, 1e-9)
            assert found[name].high >= value - TINY.get(name, 1e-9)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("name", ["jensen-shannon", "kl-reference-suspect", "hellinger"])
def test_no_solver_finds_a_nearer_placement(seed, name):
    dice = np.random.default_rng(seed)
    size = int(dice.integers(2, 7))
    p, q = (dice.dirichlet(np.ones(size)) * dice.uniform(0.6, 0.98) for _ in range(2))
    open_p, open_q = 1 - p.sum(), 1 - q.sum()
    found = bounds(p, q, open_p, open_q)[name].low

    def target(values):
        one, other = np.split(np.clip(values, 0, None), 2)
        value = exact(p + one, q + other)[name]
        return value**2 if name == "hellinger" else value

    sums = [
        {"type": "eq", "fun": lambda v: v[:size].sum() - open_p},
        {"type": "eq", "fun": lambda v: v[size:].sum() - open_q},
    ]
    start = np.concatenate([np.full(size, mass / size) for mass in (open_p, open_q)])
    best = minimize(
        target,
        start,
        method="SLSQP",
        bounds=[(0, 1)] * (2 * size),
        constraints=sums,
        options={"maxiter": 500, "ftol": 1e-15},
    )
    value = max(0.0, best.fun)
    assert value == pytest.approx(found**2 if name == "hellinger" else found, abs=1e-7)


@CASES
@given(pairs(SIZES))
def test_without_open_mass_the_bounds_are_the_divergence(pair):
    p, q = pair
    found, truth = bounds(p, q, 0.0, 0.0), exact(p, q)
    for name in DIVERGENCES:
        for value in (found[name].low, found[name].estimate, found[name].high):
            assert value == pytest.approx(truth[name], rel=1e-7, abs=TINY.get(name, 1e-9))


@CASES
@given(opened())
def test_less_open_mass_never_widens_the_bounds(drawn):
    p, q, *known = drawn
    known_p, known_q, open_p, open_q = known
    wide = bounds(*known)
    narrow = bounds((p + known_p) / 2, (q + known_q) / 2, open_p / 2, open_q / 2)
    for name in DIVERGENCES:
        assert wide[name].low <= narrow[name].low + TINY.get(name, 1e-9)
        assert wide[name].high >= narrow[name].high - TINY.get(name, 1e-9)


@CASES
@given(opened())
def test_exchanging_the_models_exchanges_the_divergences(drawn):
    _, _, *known = drawn
    p, q, open_p, open_q = known
    there, back = bounds(p, q, open_p, open_q), bounds(q, p, open_q, open_p)
    for name in ("jensen-shannon", "total-variation", "hellinger", "top1-agreement"):
        for mine, theirs in (
            (there[name].low, back[name].low),
            (there[name].estimate, back[name].estimate),
            (there[name].high, back[name].high),
        ):
            assert mine == pytest.approx(theirs, rel=1e-7, abs=1e-7)
    turned = back["kl-suspect-reference"]
    assert there["kl-reference-suspect"].low == pytest.approx(turned.low, rel=1e-7, abs=1e-9)
    assert there["kl-reference-suspect"].high == pytest.approx(turned.high, rel=1e-7, abs=1e-9)


def test_many_positions_at_once_give_what_each_gives_alone():
    dice = np.random.default_rng(5)
    known = dice.dirichlet(np.full(257, 0.1), (2, 24)) * dice.uniform(0.5, 1, (2, 24, 1))
    p, q = torch.tensor(known[0]), torch.tensor(known[1])
    rows = class_bounds_rows(p, q, open_reference=1 - p.sum(1), open_suspect=1 - q.sum(1))
    for place in (0, 11, 23):
        one, other = known[:, place]
        alone = bounds(one, other, 1 - one.sum(), 1 - other.sum())
        for name, bound in alone.items():
            row = rows[name].row(place)
            assert (row.low, row.estimate, row.high) == pytest.approx(
                (bound.low, bound.estimate, bound.high), rel=1e-9
            )


def test_open_mass_placed_by_hand():
    # The suspect's 0.2 can make up the 0.1 that class 0 lacks and the 0.1 that class 1 lacks.
    found = bounds([0.5, 0.5], [0.4, 0.4], 0.0, 0.2)
    assert found["jensen-shannon"].low == pytest.approx(0, abs=1e-12)
    assert found["total-variation"].high == pytest.approx(0.1)
    # 0.1 of 0.3 too little: both low classes are raised to the same ratio, 5/6.
    near = bounds([0.3, 0.3, 0.4], [0.2, 0.2, 0.5], 0.0, 0.1)
    assert near["kl-reference-suspect"].low == pytest.approx(
        0.6 * math.log2(6 / 5) + 0.4 * math.log2(4 / 5)
    )
    assert near["kl-reference-suspect"].high == pytest.approx(
        0.6 * math.log2(3 / 2) + 0.4 * math.log2(4 / 6)
    )


def test_a_class_that_only_the_reference_can_have_makes_kl_infinite():
    sure = bounds([0.5, 0.5], [1.0, 0.0], 0.0, 0.0)["kl-reference-suspect"]
    assert (sure.low, sure.estimate, sure.high) == (math.inf, math.inf, math.inf)
    maybe = bounds([0.5, 0.5], [0.9, 0.0], 0.0, 0.1)["kl-reference-suspect"]
    assert math.isfinite(maybe.low)
    assert maybe.high == math.inf


def test_top1_is_open_where_the_open_mass_can_overturn_it():
    decided = bounds([0.6, 0.2, 0.1], [0.5, 0.2, 0.1], 0.1, 0.2)["top1-agreement"]
    assert (decided.low, decided.estimate, decided.high) == (1, 1, 1)
    turned = bounds([0.6, 0.2, 0.1], [0.4, 0.3, 0.0], 0.1, 0.3)["top1-agreement"]
    assert (turned.low, turned.estimate, turned.high) == (0, 1, 1)
    never = bounds([0.6, 0.2, 0.1], [0.1, 0.8, 0.1], 0.1, 0.0)["top1-agreement"]
    assert (never.low, never.estimate, never.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("p", "mass"),
    [
        ([0.5, math.nan], 0.2),
        ([0.5, -0.1], 0.6),
        ([0.5, 0.4], -0.1),
        ([0.5, 0.4], 0.2),
        ([0.5, math.inf], 0.2),
    ],
)
def test_what_is_no_distribution_is_refused_on_either_side(p, mass):
    broken, good = torch.tensor(p), torch.tensor([0.5, 0.5])
    with pytest.raises(DistributionError):
        class_bounds(broken, good, open_reference=mass, open_suspect=0.0)
    with pytest.raises(DistributionError):
        class_bounds(good, broken, open_reference=0.0, open_suspect=mass)


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="shapes"):
        class_bounds(torch.ones(2) / 2, torch.ones(3) / 3, open_reference=0.0, open_suspect=0.0)
    with pytest.raises(ValueError, match="shapes"):
        class_bounds(torch.ones(1), torch.ones(1), open_reference=0.0, open_suspect=0.0)
