import math
import random

import pytest
import torch

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.likelihood import (
    Read,
    passage_distance,
    passage_distances,
    surprise,
    uniformity_p,
)


def read(bits_per_token, ends):
    nats = [-bits * math.log(2) for bits in bits_per_token]
    return Read(torch.tensor(nats), torch.tensor(ends))


def dice(seed=1):
    return torch.Generator().manual_seed(seed)


def test_surprise_is_bits_over_bytes_whatever_the_tokens():
    assert read([1, 1, 1, 1], [1, 2, 3, 4]).bits == pytest.approx(1.0)
    assert read([4], [4]).bits == pytest.approx(1.0)


def test_one_model_is_no_distance_from_itself():
    one = read([1, 2, 3], [2, 5, 9])
    assert passage_distance(one, one).estimate == 0


def test_two_ways_to_cut_a_passage_are_compared_between_places_that_both_cut_at():
    # 2 to 8 is the stretch: 6 bits and 3 bits over 6 bytes.
    one = read([9, 2, 4, 9], [2, 5, 8, 9])
    other = read([7, 3, 8], [2, 8, 10])
    assert passage_distance(one, other).estimate == pytest.approx(0.5)
    assert passage_distance(other, one) == passage_distance(one, other)


def test_a_passage_without_two_shared_places_has_no_distance():
    with pytest.raises(NotEnoughEvidenceError):
        passage_distance(read([1, 1], [1, 3]), read([1, 1], [2, 3]))


def test_surprise_is_the_mean_over_answers():
    found = surprise([read([2], [1]), read([1], [1])])
    assert (found.estimate, found.low, found.high) == pytest.approx((1.5, 1.5, 1.5))


def test_no_answer_surprises_nobody():
    with pytest.raises(NotEnoughEvidenceError):
        surprise([])


# --- the rank-based uniformity test -------------------------------------------------------------


def drawn(random_source, shift, probes=30, own=3):
    return [
        (random_source.gauss(shift, 1), [random_source.gauss(0, 1) for _ in range(own)])
        for _ in range(probes)
    ]


def test_a_suspect_that_samples_as_the_reference_is_called_no_more_often_than_chance():
    source, called = random.Random(5), 0
    for seed in range(400):
        called += uniformity_p(drawn(source, 0), rounds=199, generator=dice(seed)) <= 0.05
    assert called / 400 < 0.05 + 4 * (0.05 * 0.95 / 400) ** 0.5


def test_a_suspect_whose_answers_surprise_the_reference_more_is_called():
    source = random.Random(6)
    found = [
        uniformity_p(drawn(source, 1.5), rounds=199, generator=dice(seed)) for seed in range(20)
    ]
    assert sum(p <= 0.05 for p in found) >= 18


def test_answers_that_are_all_the_same_are_called_by_nobody():
    # Ties take their place at random: a greedy model beside itself.
    found = [
        uniformity_p([(1.0, [1.0, 1.0])] * 30, rounds=199, generator=dice(seed))
        for seed in range(40)
    ]
    assert sum(p <= 0.05 for p in found) <= 6


def test_the_uniformity_test_is_never_zero_and_repeats_itself():
    samples = [(9.0, [0.0, 1.0])] * 50
    assert uniformity_p(samples, rounds=99, generator=dice()) == 0.01
    assert uniformity_p(samples, rounds=99, generator=dice()) == 0.01


@pytest.mark.parametrize("samples", [[], [(1.0, [])]])
def test_the_uniformity_test_needs_answers_of_the_reference(samples):
    with pytest.raises(NotEnoughEvidenceError):
        uniformity_p(samples, rounds=9, generator=dice())


def test_many_pairs_at_once_give_to_the_bit_what_each_gives_alone():
    sides = [read([1, 2, 0.5], [1, 3, 6]), read([1, 1.5], [3, 6]), read([2, 1], [2, 5])]
    found = passage_distances(sides, [(0, 1), (1, 0), (0, 2)])
    assert found == [passage_distance(*sides[:2]), passage_distance(*sides[:2]), None]
