"""Derivatives that must answer as their parent does, or have another shape on purpose."""

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig

from tests.tiny import save_tiny_model
from workbench.errors import ModelError
from workbench.models.derive import derive
from workbench.models.fetch import fetch, located
from workbench.models.preserving import rotate
from workbench.models.reshaping import averaged
from workbench.records import ModelEntry

IDS = torch.arange(5, 45).reshape(2, 20)


def silent(line):
    pass


def logits(entry):
    with torch.no_grad():
        return AutoModelForCausalLM.from_pretrained(located(entry))(IDS).logits


def weights(entry):
    return load_file(located(entry) / "model.safetensors")


@pytest.fixture(params=[True, False], ids=["tied", "untied"])
def parent(request, cache, tmp_path):
    """A tiny Llama whose normalisation weights are no ones."""
    folder = save_tiny_model(tmp_path / "parent", tie_word_embeddings=request.param)
    model = AutoModelForCausalLM.from_pretrained(folder)
    dice = torch.Generator().manual_seed(3)
    for name, weight in model.named_parameters():
        if "norm" in name:
            weight.data.add_(0.3 * torch.randn(weight.shape, generator=dice))
    model.save_pretrained(folder)
    entry = ModelEntry("parent", "Parent", "parent", "local", f"folder:{folder}", "safetensors")
    fetch(entry, say=silent)
    return entry


@pytest.mark.parametrize("method", ["permute", "rotate"])
def test_the_answers_stay_and_every_weight_moves(parent, method):
    child = derive(parent, method=method, say=silent)
    assert (logits(child) - logits(parent)).abs().max() < 1e-4
    before, after = weights(parent), weights(child)
    for name in before:
        moved = (after[name] - before[name]).norm() / before[name].norm()
        assert moved > 0.1, name


def test_permuted_weights_are_the_same_numbers_in_another_order(parent):
    before, after = weights(parent), weights(derive(parent, method="permute", say=silent))
    assert all(
        torch.equal(before[n].flatten().sort()[0], after[n].flatten().sort()[0]) for n in before
    )


def test_another_seed_permutes_otherwise(parent):
    one = derive(parent, method="permute", name="one", seed=1, say=silent)
    two = derive(parent, method="permute", name="two", seed=2, say=silent)
    name = "model.layers.0.mlp.up_proj.weight"
    assert not torch.equal(weights(one)[name], weights(two)[name])


def test_a_layout_that_is_not_known_is_refused():
    model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=20))
    with pytest.raises(ModelError, match="kind gpt2 cannot be turned"):
        rotate(model, None, {}, 1, silent)


def test_a_dropped_layer_is_the_last_but_one(cache, tmp_path):
    folder = save_tiny_model(tmp_path / "deep", shape=Deep)
    entry = ModelEntry("deep", "Deep", "deep", "local", f"folder:{folder}", "safetensors")
    fetch(entry, say=silent)
    child = derive(entry, method="drop", options={"layers": 2}, say=silent)
    before, after = weights(entry), weights(child)
    name = "mlp.up_proj.weight"
    kept = [
        next(
            old
            for old in range(5)
            if torch.equal(
                after[f"model.layers.{new}.{name}"], before[f"model.layers.{old}.{name}"]
            )
        )
        for new in range(3)
    ]
    assert kept == [0, 1, 4]
    assert logits(child).shape == logits(entry).shape


def test_two_layers_are_always_left(parent):
    with pytest.raises(ModelError, match="A model of 2 layers cannot lose 1"):
        derive(parent, method="drop", say=silent)


def test_an_average_lies_between_its_parents():
    found = averaged({"w": torch.tensor([1.0, 5.0])}, {"w": torch.tensor([3.0, 1.0])}, 0.25)
    assert torch.equal(found["w"], torch.tensor([2.5, 2.0]))


def test_models_of_different_shapes_are_not_averaged():
    with pytest.raises(ModelError, match="different shapes"):
        averaged({"w": torch.zeros(2)}, {"w": torch.zeros(3)}, 0.5)


class Deep(LlamaConfig):
    def __init__(self, **settings):
        super().__init__(**settings | {"num_hidden_layers": 5})


def test_low_rank_training_moves_a_weight_in_few_dimensions(parent):
    child = derive(
        parent,
        method="lora",
        options={"rank": 2, "steps": 3, "batch": 2, "length": 64},
        say=silent,
    )
    before, after = weights(parent), weights(child)
    moved = after["model.layers.0.mlp.up_proj.weight"] - before["model.layers.0.mlp.up_proj.weight"]
    assert torch.linalg.matrix_rank(moved, rtol=1e-3).item() == 2
    assert torch.equal(before["model.embed_tokens.weight"], after["model.embed_tokens.weight"])
