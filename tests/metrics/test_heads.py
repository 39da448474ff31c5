"""The heads of distributions, against plain Python that sorts the whole vocabulary."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from workbench.metrics.divergence import divergences
from workbench.metrics.heads import BEST, DEPTH, GROUP, PERSISTENCE, best, group_maxima, most

TIED = st.sampled_from([3, 40, 100_000])
"""How many different values a row has: few make ties everywhere, many make none."""


def rows(seed, positions, vocab, values):
    generator = torch.Generator().manual_seed(seed)
    found = torch.randint(values, (positions, vocab), generator=generator).double()
    return (found * (8 / values)).log_softmax(1)


def by_sorting(row):
    return sorted(range(len(row)), key=lambda token: (-row[token], token))[:DEPTH]


def rank_biased(first, second):
    """Webber et al. (2010), eq. 32, as it is printed."""
    k, p = len(first), PERSISTENCE
    shared = [len(set(first[:d]) & set(second[:d])) for d in range(1, k + 1)]
    series = sum(x / d * p**d for d, x in enumerate(shared, 1))
    return shared[-1] / k * p**k + (1 - p) / p * series


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([2, 9, 63, 64, 65, most(10**9), most(10**9) + 1, 6000, 9001]),
    TIED,
    st.sampled_from([torch.float16, torch.bfloat16, torch.float32, torch.float64]),
)
def test_the_best_are_those_of_a_full_sort_with_ties_to_the_lower_id(seed, vocab, values, kind):
    found = rows(seed, 3, vocab, values).to(kind)
    dtype = torch.float64 if kind == torch.float64 else torch.float32
    assert best(found, group_maxima(found), dtype=dtype).tolist() == [
        by_sorting(row) for row in found.tolist()
    ]


def test_the_best_may_all_lie_behind_the_last_whole_group_or_in_one_group():
    vocab = 100 * GROUP + 63
    found = torch.full((2, vocab), -20.0)
    found[0, -63:] = torch.linspace(-1, -2, 63)
    found[1, GROUP : 2 * GROUP] = torch.linspace(-2, -1, GROUP)
    ids = best(found, group_maxima(found), dtype=torch.float32)
    assert ids[0].tolist() == [*range(vocab - 63, vocab), 0]
    assert ids[1].tolist() == list(range(2 * GROUP - 1, GROUP - 1, -1))


def test_no_probability_comes_last_and_zero_has_no_sign():
    found = torch.tensor([[-math.inf, -0.0, 0.0, -1.0, -math.inf]])
    assert best(found, group_maxima(found), dtype=torch.float32).tolist() == [[1, 2, 3, 0, 4]]


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([2, 9, 64, 100, 5000]),
    TIED,
    st.sampled_from([torch.float16, torch.float64]),
)
def test_heads_are_compared_as_defined(seed, vocab, values, kind):
    x, y = (rows(seed + side, 3, vocab, values) for side in (0, 1))
    x, y = x.to(kind), (x + y / 4).log_softmax(1).to(kind)
    found = divergences(x, y)
    for position, (one, other) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        first, second = by_sorting(one), by_sorting(other)
        few = min(BEST, vocab)
        assert found.top1[position] == (first[0] == second[0])
        overlap = len(set(first[:few]) & set(second[:few])) / few
        assert float(found.top_k_overlap[position]) == pytest.approx(overlap)
        expected = rank_biased(first, second)
        assert float(found.rank_biased_overlap[position]) == pytest.approx(expected, abs=1e-12)
        union = sorted(set(first) | set(second))
        ours, theirs = [one[token] for token in union], [other[token] for token in union]
        if len(set(ours)) > 1 and len(set(theirs)) > 1:
            expected = spearmanr(ours, theirs).statistic
            assert float(found.spearman[position]) == pytest.approx(expected, abs=1e-12)


def test_overlap_counts_the_ten_best_whatever_their_order():
    x = torch.arange(20.0).flip(0).log_softmax(0)[None]
    y = x.clone()
    y[0, :10] = x[0, :10].flip(0)
    y[0, [9, 10]] = y[0, [10, 9]]
    found = divergences(x, y)
    assert float(found.top_k_overlap) == pytest.approx(0.9)
    assert not found.top1


def test_reversed_heads_correlate_to_minus_one():
    x = torch.arange(30.0).log_softmax(0)[None]
    assert float(divergences(x, x.flip(1)).spearman) == pytest.approx(-1)


def test_tokens_without_probability_are_tied_last():
    x = torch.tensor([[0.5, 0.3, 0.2, 0.0, 0.0]]).log()
    y = torch.tensor([[0.4, 0.3, 0.1, 0.1, 0.1]]).log()
    expected = spearmanr([5, 4, 3, 0, 0], [5, 4, 1, 1, 1]).statistic
    assert float(divergences(x, y).spearman) == pytest.approx(expected)


def test_a_row_without_order_agrees_with_none_but_its_like():
    flat = torch.zeros(1, 6).log_softmax(1)
    slope = torch.arange(6.0)[None].log_softmax(1)
    assert float(divergences(flat, slope).spearman) == 0
    assert float(divergences(slope, flat).spearman) == 0
    assert float(divergences(flat, flat).spearman) == 1


def test_heads_with_nothing_in_common_do_not_overlap():
    x = torch.full((1, 200), -math.inf)
    y = x.clone()
    x[0, :64] = torch.linspace(0, -3, 64).log_softmax(0)
    y[0, 64:128] = torch.linspace(0, -3, 64).log_softmax(0)
    found = divergences(x, y)
    assert float(found.top_k_overlap) == float(found.rank_biased_overlap) == 0
    assert float(found.spearman) < 0
    assert np.isfinite(float(found.spearman))
