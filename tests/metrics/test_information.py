"""How much a probe tells, against values worked out by hand."""

import math

import pytest
import torch

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.information import (
    between_models,
    discriminability,
    first_letters,
    format_distances,
    length_distances,
    profile_distance,
    spread,
)

MODELS = torch.tensor([0, 0, 1, 1, 2, 2])


def _distances(points):
    """Squared distances of points on a line."""
    line = torch.tensor(points, dtype=torch.float64)
    return (line[:, None] - line[None, :]).square()


def test_models_that_keep_to_their_own_answer_differ_by_all_of_the_spread():
    found = spread(_distances([0, 0, 1, 1, 3, 3]), MODELS)
    assert found.noise == 0
    assert found.between == pytest.approx((1 + 9 + 4) / 3 / 2)


def test_noise_is_taken_off_what_models_differ_by():
    # Within each model the two answers lie 2 apart: half of 4 is 2.
    found = spread(_distances([-1, 1, 9, 11, 19, 21]), MODELS)
    assert found.noise == pytest.approx(2)
    # Between models: mean over the four pairs of answers is gap² + 2; gaps are 10, 20, 10.
    assert found.between == pytest.approx((102 + 402 + 102) / 3 / 2 - 2)


def test_models_that_all_answer_at_random_differ_by_nothing():
    generator = torch.Generator().manual_seed(3)
    values = []
    for _ in range(400):
        points = torch.randn(6, generator=generator, dtype=torch.float64).tolist()
        values.append(spread(_distances(points), MODELS).between)
    mean = sum(values) / len(values)
    assert abs(mean) < 4 * torch.tensor(values).std().item() / math.sqrt(len(values))


def test_every_pair_of_models_weighs_the_same_however_many_answers_it_gave():
    few = between_models(_distances([0, 2, 6]), torch.tensor([0, 1, 2]))
    many = between_models(_distances([0, 0, 0, 0, 2, 6]), torch.tensor([0, 0, 0, 0, 1, 2]))
    assert few == many == pytest.approx((4 + 36 + 16) / 3)


def test_on_unit_vectors_the_gap_is_one_of_cosines():
    generator = torch.Generator().manual_seed(1)
    rows = torch.nn.functional.normalize(torch.randn(6, 5, generator=generator).double(), dim=1)
    cosines = rows @ rows.T
    within = [cosines[0, 1], cosines[2, 3], cosines[4, 5]]
    across = [cosines[:2, 2:4], cosines[:2, 4:], cosines[2:4, 4:]]
    gap = sum(within) / 3 - sum(block.mean() for block in across) / 3
    assert spread(torch.cdist(rows, rows).square(), MODELS).between == pytest.approx(float(gap))


def test_two_models_cannot_weigh_a_probe():
    with pytest.raises(NotEnoughEvidenceError):
        spread(_distances([0, 0, 1, 1]), torch.tensor([0, 0, 1, 1]))


def test_without_repeats_there_is_no_noise_to_compare_with():
    for measure in (spread, discriminability):
        with pytest.raises(NotEnoughEvidenceError):
            measure(_distances([0, 1, 2]), torch.tensor([0, 1, 2]))


def test_own_answers_that_are_always_nearest_give_one():
    assert discriminability(_distances([0, 0.1, 5, 5.1, 9, 9.1]), MODELS) == 1


def test_a_probe_that_all_answer_alike_is_worth_a_coin():
    assert discriminability(_distances([4] * 6), MODELS) == 0.5


def test_discriminability_counted_out():
    # Model 0 gave 0 and 2; the others gave 1 and 5 once each.
    models = torch.tensor([0, 0, 1, 2])
    # From 0: own at 2, others at 1 (nearer) and 5: 1/2. From 2: own at 2, others at 1 and 3: 1/2.
    assert discriminability(_distances([0, 2, 1, 5]), models) == pytest.approx(0.5)
    # Moving the third answer to 2.5: from 0 both others are farther; from 2 one is nearer.
    assert discriminability(_distances([0, 2, 2.5, 5]), models) == pytest.approx(0.75)


def test_equal_distances_count_half():
    models = torch.tensor([0, 0, 1, 2])
    assert discriminability(_distances([0, 1, 2, 9]), models) == pytest.approx((1 + 0.75) / 2)


def test_length_distances_are_of_logarithms():
    found = length_distances(["", "abc", "abcdefg"])
    assert found[0].tolist() == pytest.approx([0, math.log(4), math.log(8)])


def test_format_distances_count_the_marks_that_differ():
    plain, listed, quoted = "One line.", "- one\n- two", "“One line.”"
    found = format_distances([plain, listed, quoted])
    # The list has lines, a list, no capital first, no end of sentence last.
    assert found[0, 1] == pytest.approx(4 / 6)
    # The quotation has no capital first, no stop last, and quotes.
    assert found[0, 2] == pytest.approx(3 / 6)
    assert format_distances(["**Bold**.", "`code`."])[0, 1] == 0


def test_profile_distance_is_total_variation():
    assert profile_distance({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}) == 0
    assert profile_distance({"a": 1.0}, {"b": 1.0}) == 1
    assert profile_distance({"a": 0.75, "b": 0.25}, {"a": 0.25, "c": 0.75}) == pytest.approx(0.75)


def test_first_letters_pool_tokens_and_pass_over_white_space():
    tokens = (" the", "t", " a", "\n", "")
    logprobs = [math.log(p) for p in (0.3, 0.1, 0.1, 0.4, 0.1)]
    assert first_letters(tokens, logprobs) == pytest.approx({"t": 0.8, "a": 0.2})
    assert first_letters(("\n", " "), [-0.7, -0.7]) == {}
