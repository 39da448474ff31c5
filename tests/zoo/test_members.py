"""The models of a zoo are what their recipes say."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from benchmarks.zoo.population import population
from benchmarks.zoo.sizes import SIZES
from workbench.digest import digest_of, digest_of_file

IDS = torch.arange(10, 70).reshape(3, 20)


def folder(zoo, own):
    return Path(zoo.made[f"zoo-mini-{own}"].folder)


def weights(zoo, own):
    return load_file(folder(zoo, own) / "model.safetensors")


def logits(zoo, own):
    with torch.no_grad():
        return AutoModelForCausalLM.from_pretrained(folder(zoo, own))(IDS).logits


def spread(zoo, own, parent="oak-chat"):
    return (logits(zoo, own) - logits(zoo, parent)).abs().max().item()


@pytest.mark.parametrize("own", ["oak-permuted", "oak-rotated"])
def test_turned_weights_answer_alike_though_every_number_moved(zoo, own):
    assert spread(zoo, own) < 1e-4
    before, after = weights(zoo, "oak-chat"), weights(zoo, own)
    name = "model.layers.0.mlp.up_proj.weight"
    assert (before[name] - after[name]).norm() > 0.5 * before[name].norm()


def test_eight_bits_change_little_and_four_change_more(zoo):
    assert 0 < spread(zoo, "oak-int8") < 0.3 * spread(zoo, "oak-int4")


def test_a_merged_model_is_the_mean_of_two_tuned_ones(zoo):
    one, two, mean = (weights(zoo, own) for own in ("oak-chat", "oak-other", "oak-merged"))
    for name, value in mean.items():
        assert torch.allclose(value, (one[name] + two[name]) / 2, atol=1e-6)


def test_a_shortened_model_has_a_layer_less(zoo):
    config = json.loads((folder(zoo, "oak-shortened") / "config.json").read_text())
    assert config["num_hidden_layers"] == 2


def test_twins_share_a_recipe_and_a_tokenizer_and_no_weight(zoo):
    recipes = {member.name: member.recipe for member in zoo.members}
    assert recipes["zoo-mini-oak"] == recipes["zoo-mini-oak-twin"]
    one, two = weights(zoo, "oak"), weights(zoo, "oak-twin")
    for name, value in one.items():
        if "norm" not in name:  # those begin as ones
            overlap = torch.nn.functional.cosine_similarity(value.flatten(), two[name].flatten(), 0)
            assert abs(overlap) < 0.3, name
    files = [folder(zoo, own) / "tokenizer.json" for own in ("oak", "oak-twin")]
    assert digest_of_file(files[0]) == digest_of_file(files[1])


def test_a_loner_may_share_a_tokenizer_with_a_stranger(zoo):
    files = [folder(zoo, own) / "tokenizer.json" for own in ("oak", "iron", "fox")]
    oak, iron, fox = map(digest_of_file, files)
    assert oak == iron != fox


@pytest.mark.parametrize("own", ["fox-of-oak-100", "oak-follows-oak", "fox-rewrites-oak"])
def test_a_student_comes_nearer_its_teacher(zoo, own):
    figures = zoo.made[f"zoo-mini-{own}"].figures
    assert figures["teacher_loss_after"] < figures["teacher_loss_before"] - 0.02


def test_a_larger_dose_brings_a_student_nearer(zoo):
    after = [
        zoo.made[f"zoo-mini-fox-of-oak-{dose}"].figures["teacher_loss_after"]
        for dose in ("100", "10", "01")
    ]
    assert after == sorted(after)


def test_a_low_rank_child_differs_in_few_dimensions(zoo):
    name = "model.layers.0.mlp.up_proj.weight"
    moved = weights(zoo, "oak-lora")[name] - weights(zoo, "oak-chat")[name]
    assert torch.linalg.matrix_rank(moved, rtol=1e-3).item() == 4


def test_every_parent_stands_in_the_record_with_the_digest_of_its_weights(zoo, built):
    content = json.loads((built / "zoo" / "mini" / "zoo.json").read_text())
    on_disk = {
        name: digest_of({"model.safetensors": digest_of_file(Path(m.folder) / "model.safetensors")})
        for name, m in zoo.made.items()
    }
    assert len(on_disk) == 34
    for member in content["members"]:
        for parent in member["parents"]:
            assert parent["weights_digest"] == on_disk[parent["name"]]


def test_parents_come_before_children():
    for size in SIZES.values():
        seen = set()
        for member in population(size):
            assert {parent.name for parent in member.parents} <= seen
            assert member.name not in seen
            seen.add(member.name)


def test_the_small_zoo_has_more_than_twenty_families_and_six_pairs_of_every_relation():
    from collections import Counter

    from benchmarks.zoo.lineage import LABELS, Truth

    members = population(SIZES["small"])
    assert len({member.family for member in members}) == 27
    counts = Counter(pair.label for pair in Truth(members).pairs())
    assert set(counts) == set(LABELS)
    assert min(counts.values()) >= 6
