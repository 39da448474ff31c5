import random
import statistics

import pytest

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.alleles import allele_distance


def distance(one, other):
    return allele_distance(one, other).estimate


def test_models_that_always_begin_alike_are_no_distance_apart():
    assert distance(["Yes, it is.", "yes"], ["YES!", "Yes: so"]) == 0


def test_models_that_never_begin_alike_are_as_far_apart_as_they_are_steady():
    assert distance(["Yes"] * 3, ["No"] * 3) == 1
    assert distance(["Yes", "Well"], ["No", "Hm"]) == 0


def test_the_order_of_the_two_does_not_matter():
    one, other = ["a b", "c", "a"], ["a", "c", "d"]
    assert distance(one, other) == distance(other, one)


def test_two_samples_of_one_model_are_zero_apart_in_the_mean():
    dice = random.Random(3)
    values = [
        distance(*([dice.choice(["one", "two", "two", "three"]) for _ in range(3)] for _ in "xy"))
        for _ in range(4000)
    ]
    error = statistics.stdev(values) / len(values) ** 0.5
    assert abs(statistics.fmean(values)) < 4 * error
    assert min(values) < 0


def test_an_answer_without_words_begins_with_its_signs():
    assert distance(["?!", "?!"], ["**", "**"]) == 1


def test_one_answer_is_too_few():
    with pytest.raises(NotEnoughEvidenceError):
        allele_distance(["a"], ["a", "b"])
