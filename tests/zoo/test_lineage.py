"""What a pair is to each other follows from who was made of what."""

import pytest

from benchmarks.zoo.lineage import Truth
from benchmarks.zoo.population import population
from benchmarks.zoo.sizes import SIZES

EXPECTED = [
    ("oak", "oak-chat", "fine_tune_of", None),
    ("oak-chat", "oak-int8", "same_model_variant", None),
    ("oak", "oak-int8", "fine_tune_of", None),
    ("oak-chat", "oak-rotated", "same_model_variant", None),
    ("oak-chat", "oak-warm", "same_model_variant", None),
    ("oak-chat", "oak-lora", "fine_tune_of", None),
    ("oak-chat", "oak-merged", "merge_of", None),
    ("oak", "oak-merged", "merge_of", None),
    ("oak-chat", "oak-other", "same_base_sibling", None),
    ("oak-chat", "oak", "no label", None),
    ("oak-chat", "fox-of-oak-10", "distilled_from", 0.1),
    ("oak-chat", "oak-of-oak-01", "distilled_from", 0.001),
    ("oak-chat", "oak-follows-oak", "distilled_from", 1.0),
    ("oak-chat", "fox-of-oak-other", "distilled_from_relative", None),
    ("oak-other", "fox-of-oak-other", "distilled_from", 1.0),
    ("oak", "fox-of-oak-100", "distilled_from_relative", None),
    ("fox", "fox-of-oak-100", "fine_tune_of", None),
    ("fox-plain", "fox-of-oak-100", "same_base_sibling", None),
    ("fox-of-oak-100", "oak-of-oak-100", "shared_teacher", None),
    ("fox-of-oak-100", "oak-chat", "no label", None),
    ("oak-chat", "fox-read-oak", "contaminated", 0.02),
    ("oak-chat", "fox-like-oak", "framed", None),
    ("oak", "fox-like-oak", "no label", None),
    ("oak-chat", "fox-proxy-oak", "live_proxy", 0.2),
    ("fox-plain", "fox-proxy-oak", "same_model_variant", None),
    ("oak", "oak-twin", "same_recipe_twin", None),
    ("oak-twin", "oak-int4", "same_recipe_twin", None),
    ("oak-chat", "iron", "unrelated", None),
    ("iron", "fox-of-oak-100", "unrelated", None),
]


@pytest.fixture(scope="module")
def pairs():
    members = population(SIZES["tiny"])
    return {(pair.reference, pair.suspect): pair for pair in Truth(members).pairs()}


@pytest.mark.parametrize(("reference", "suspect", "label", "dose"), EXPECTED)
def test_a_pair_is_labelled_by_descent(pairs, reference, suspect, label, dose):
    pair = pairs.get((f"zoo-tiny-{reference}", f"zoo-tiny-{suspect}"))
    assert (pair.label if pair else "no label") == label
    assert (pair.dose if pair else None) == dose


def test_two_teachers_share_the_dose():
    pairs = Truth(population(SIZES["small"])).pairs()
    found = [p for p in pairs if p.method == "two teachers" and p.label == "distilled_from"]
    assert len(found) == 12
    assert {pair.dose for pair in found} == {0.5}


def test_a_pair_names_the_families_of_both_sides(pairs):
    pair = pairs["zoo-tiny-oak-chat", "zoo-tiny-fox-of-oak-100"]
    assert pair.families == ("zoo-tiny-oak", "zoo-tiny-fox")
