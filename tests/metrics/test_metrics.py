import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DistributionError, NotEnoughEvidenceError
from workbench.metrics import METRICS
from workbench.metrics.distribution import jensen_shannon, mean_log_difference, top1_agreement
from workbench.metrics.embedding import BANDWIDTH, mmd_p_value, mmd_squared, paired_similarity
from workbench.metrics.options import option_correlation
from workbench.metrics.resample import mean_with_interval
from workbench.metrics.text import word_bigram_similarity


def logs(*rows):
    return torch.tensor(rows, dtype=torch.float64).log()


def unit(n, dim=8, seed=0):
    rows = torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(rows, dim=1)


# --- Jensen–Shannon ---------------------------------------------------------------------------


def test_equal_distributions_have_no_divergence():
    p = logs([0.2, 0.3, 0.5])
    assert jensen_shannon(p, p) == pytest.approx(0, abs=1e-15)


def test_disjoint_distributions_are_one_bit_apart():
    assert jensen_shannon(logs([1, 0]), logs([0, 1])) == pytest.approx(1.0, abs=1e-12)


def test_divergence_of_a_coin_is_the_textbook_value():
    # m = (3/4, 1/4): (KL(1,0 || m) + KL(1/2,1/2 || m)) / 2 in bits
    kl1 = math.log2(4 / 3)
    kl2 = 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)
    assert jensen_shannon(logs([1, 0]), logs([0.5, 0.5])) == pytest.approx((kl1 + kl2) / 2)


def test_divergence_is_the_mean_over_positions():
    first, second = logs([1, 0], [0.5, 0.5]), logs([0, 1], [0.5, 0.5])
    assert jensen_shannon(first, second) == pytest.approx(0.5)


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 5))
def test_divergence_is_bounded_symmetric_and_blind_to_vocabulary_order(seed, vocab, positions):
    generator = torch.Generator().manual_seed(seed)
    p = (torch.randn(positions, vocab, generator=generator) * 5).log_softmax(1)
    q = (torch.randn(positions, vocab, generator=generator) * 5).log_softmax(1)
    order = torch.randperm(vocab, generator=generator)
    forward = jensen_shannon(p, q)
    assert 0 <= forward <= 1
    assert forward == pytest.approx(jensen_shannon(q, p), rel=1e-9, abs=1e-12)
    assert forward == pytest.approx(jensen_shannon(p[:, order], q[:, order]), rel=1e-9, abs=1e-12)


def test_divergence_forgives_float16_rounding():
    p = torch.randn(4, 5000, generator=torch.Generator().manual_seed(3)).log_softmax(1)
    assert jensen_shannon(p, p.half()) < 1e-4


def test_agreement_counts_positions_with_the_same_best_token():
    first = logs([0.6, 0.4], [0.6, 0.4], [0.1, 0.9], [0.1, 0.9])
    second = logs([0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8])
    assert top1_agreement(first, second) == 0.75


def test_mismatched_distributions_are_refused():
    with pytest.raises(DistributionError, match="shapes"):
        jensen_shannon(logs([1, 0]), logs([0.2, 0.3, 0.5]))


def test_no_position_is_not_enough():
    with pytest.raises(NotEnoughEvidenceError):
        jensen_shannon(torch.zeros(0, 5), torch.zeros(0, 5))


# --- embeddings ---------------------------------------------------------------------------------


def test_paired_similarity_is_the_mean_cosine_of_every_pair():
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    y = torch.tensor([[1.0, 0.0]])
    assert paired_similarity(x, y) == 0.5


def brute_force_mmd(x, y):
    def k(a, b):
        return math.exp(-float((a - b).square().sum()) / (2 * BANDWIDTH**2))

    n, m = len(x), len(y)
    xx = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    yy = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return xx + yy - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


@given(st.integers(0, 1000), st.integers(2, 6), st.integers(2, 6))
def test_mmd_equals_its_definition(seed, n, m):
    x, y = unit(n, seed=seed).double(), unit(m, seed=seed + 1).double()
    assert mmd_squared(x, y) == pytest.approx(brute_force_mmd(x, y), abs=1e-12)


def test_mmd_needs_two_answers_a_side():
    with pytest.raises(NotEnoughEvidenceError, match="at least 2"):
        mmd_squared(unit(1), unit(4))


def test_mmd_p_value_is_never_zero_and_smallest_for_models_that_never_agree():
    x, y = torch.eye(8)[:1].repeat(6, 1), -torch.eye(8)[:1].repeat(6, 1)
    p = mmd_p_value([(x, y)] * 5, rounds=99, generator=torch.Generator().manual_seed(1))
    assert p == 1 / 100


def test_mmd_p_value_is_one_for_models_that_always_agree():
    x = torch.eye(8)[:1].repeat(4, 1)
    assert mmd_p_value([(x, x)], rounds=99, generator=torch.Generator().manual_seed(1)) == 1.0


def test_mmd_p_values_are_uniform_when_both_models_are_the_same():
    found = []
    for seed in range(400):
        pairs = [
            (unit(3, seed=seed * 100 + i), unit(3, seed=seed * 100 + 50 + i)) for i in range(4)
        ]
        generator = torch.Generator().manual_seed(seed)
        found.append(mmd_p_value(pairs, rounds=99, generator=generator))
    for level in (0.05, 0.25, 0.5):
        share = sum(p <= level for p in found) / len(found)
        assert abs(share - level) < 4 * (level * (1 - level) / len(found)) ** 0.5


# --- texts --------------------------------------------------------------------------------------


def test_the_same_words_are_wholly_alike_whatever_case_and_punctuation():
    assert word_bigram_similarity(["Hello, old friend!"], ["hello old friend"]) == 1.0


def test_bigrams_are_counted_with_the_edges():
    # {^a, ab, b$} and {^a, ac, c$} share one of five
    assert word_bigram_similarity(["a b"], ["a c"]) == pytest.approx(1 / 5)


def test_one_word_answers_can_differ():
    assert word_bigram_similarity(["Heads"], ["Tails"]) == 0.0


def test_similarity_is_the_mean_over_every_pair_of_answers():
    assert word_bigram_similarity(["Heads", "Tails"], ["Heads"]) == 0.5


# --- interval -----------------------------------------------------------------------------------


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says():
    generator = torch.Generator().manual_seed(5)
    hits = 0
    for seed in range(300):
        values = torch.randn(60, generator=generator) + 1.0
        _, low, high = mean_with_interval(values, seed=seed, rounds=400)
        hits += low <= 1.0 <= high
    assert 0.90 <= hits / 300 <= 0.985


def test_the_same_seed_gives_the_same_interval():
    values = torch.arange(10.0)
    assert mean_with_interval(values, seed=1) == mean_with_interval(values, seed=1)


def test_one_probe_gives_no_interval():
    with pytest.raises(NotEnoughEvidenceError):
        mean_with_interval(torch.ones(1), seed=1)


def test_every_metric_documents_itself():
    for metric in METRICS:
        words = (metric.at_probe or option_correlation).__doc__
        for part in ("Args:", "Returns:", "Raises:", "Source:"):
            assert part in words or (part == "Source:" and metric.id == "paired-embedding")


def test_log_difference_looks_at_the_best_tokens_that_both_lists_hold():
    one = {"a": -0.5, "b": -1.0, "c": -3.0, "z": -9.0}
    other = {"a": -0.75, "b": -1.0, "d": -2.0, "z": -1.5}
    assert mean_log_difference(one, other, best=3) == pytest.approx((0.25 + 0.0) / 2)
    assert mean_log_difference(one, other) == pytest.approx((0.25 + 0.0 + 7.5) / 3)


def test_log_difference_of_lists_that_share_nothing_is_no_number():
    with pytest.raises(NotEnoughEvidenceError):
        mean_log_difference({"a": -1.0}, {"b": -1.0})
