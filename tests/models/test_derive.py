import hashlib
import json
import re

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench.errors import ModelError
from workbench.models.catalogue import load_catalogue
from workbench.models.derive import derive
from workbench.models.derive_weights import pruned, rounded
from workbench.models.fetch import fetch, located
from workbench.models.finetune import Example, answer_loss, encode, split, training_pairs
from workbench.models.provenance import changed_files

QUICK = {"steps": 12, "batch": 4, "length": 64, "rate": 1e-2}


def silent(line):
    pass


def weights(entry):
    return load_file(located(entry) / "model.safetensors")


def recipe(entry):
    return json.loads((located(entry) / "recipe.json").read_text())


def file_digest(entry):
    return hashlib.sha256((located(entry) / "model.safetensors").read_bytes()).hexdigest()


def test_the_loss_falls_on_text_it_was_not_trained_on(tiny):
    lines = []
    entry = derive(tiny, method="finetune", options=QUICK, say=lines.append)
    figures = recipe(entry)["figures"]
    assert figures["loss_after"] < figures["loss_before"] - 0.1
    assert sum(line.startswith("Step ") for line in lines) == 12
    assert re.fullmatch(r"Held-out loss before: \d+\.\d{3} nats per token\.", lines[0])


def test_every_weight_is_trained(tiny):
    before = weights(tiny)
    after = weights(derive(tiny, method="finetune", options=QUICK | {"steps": 2}, say=silent))
    assert all(not torch.equal(before[name], after[name]) for name in before)


def test_the_same_seed_gives_the_same_weights(tiny):
    def trained(name, seed):
        options = QUICK | {"steps": 3}
        return derive(tiny, method="finetune", options=options, name=name, seed=seed, say=silent)

    one, two, other = trained("one", 3), trained("two", 3), trained("other", 4)
    assert file_digest(one) == file_digest(two) != file_digest(other)


def test_the_same_recipe_again_returns_at_once(tiny):
    first = derive(tiny, method="noise", say=silent)
    lines = []
    assert derive(tiny, method="noise", say=lines.append) == first
    assert lines == ["tiny-noise is already on this machine."]


def test_a_name_of_another_recipe_is_not_taken_over(tiny):
    derive(tiny, method="noise", say=silent)
    with pytest.raises(ModelError, match='The name "tiny-noise" is taken'):
        derive(tiny, method="noise", options={"share": 0.5}, say=silent)


def test_a_name_must_be_a_name(tiny):
    with pytest.raises(ModelError, match=r'"\.\./x" cannot be the name of a model'):
        derive(tiny, method="noise", name="../x", say=silent)


def test_lineage_licence_and_recipe_are_kept(tiny):
    entry = derive(tiny, method="prune", options={"share": 0.5}, seed=9, say=silent)
    assert (entry.name, entry.parents, entry.source) == ("tiny-prune", ("tiny",), "derived:tiny")
    assert (entry.family, entry.licence) == ("tiny", "MIT")
    assert entry.note == (
        "Made from tiny: the smallest 50% of every linear weight set to zero; seed 9."
    )
    assert recipe(entry)["parent_weights"].startswith("sha256:")
    assert load_catalogue()["tiny-prune"] == entry


def test_a_derivative_has_its_parents_tokenizer_byte_for_byte(tiny):
    entry = derive(tiny, method="quantise", say=silent)
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        assert (located(entry) / name).read_bytes() == (located(tiny) / name).read_bytes()
    assert changed_files(located(entry)) == []


def test_a_derivative_can_be_derived_from(tiny):
    child = derive(tiny, method="noise", say=silent)
    assert derive(child, method="prune", say=silent).parents == ("tiny-noise",)


def test_a_derivative_cannot_be_fetched(tiny, cache):
    import shutil

    entry = derive(tiny, method="noise", say=silent)
    shutil.rmtree(located(entry))
    with pytest.raises(ModelError, match="was derived on a machine and cannot be downloaded"):
        fetch(entry, say=silent)


@pytest.mark.parametrize("bits", [8, 4, 2])
def test_quantised_weights_take_few_values_and_keep_the_largest(tiny, bits):
    entry = derive(tiny, method="quantise", options={"bits": bits, "group": 16}, say=silent)
    before, after = weights(tiny), weights(entry)
    name = "model.layers.0.mlp.down_proj.weight"
    for row in range(4):
        group = after[name][row, :16]
        assert len(group.unique()) <= min(16, 2**bits - 1)
        step = before[name][row, :16].abs().max() / (2 ** (bits - 1) - 1)
        assert (group - before[name][row, :16]).abs().max() <= step / 2 + 1e-6
    for untouched in ("model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"):
        assert torch.equal(before[untouched], after[untouched])


def test_rounding_by_hand():
    weight = torch.tensor([[0.7, -0.24, 0.11, 0.0, 3.5, 1.0]])
    expected = torch.tensor([[0.7, -0.2, 0.1, 0.0, 3.5, 1.0]])
    assert torch.allclose(rounded(weight, bits=4, group=4), expected)


def test_a_group_of_zeros_stays_zero():
    assert torch.equal(rounded(torch.zeros(2, 4), bits=4, group=4), torch.zeros(2, 4))


def test_pruning_by_hand():
    weight = torch.tensor([[3.0, -1.0], [0.5, 1.0]])
    assert torch.equal(pruned(weight, 0.5), torch.tensor([[3.0, 0.0], [0.0, 1.0]]))


def test_the_share_asked_for_is_pruned(tiny):
    after = weights(derive(tiny, method="prune", options={"share": 0.25}, say=silent))
    pruned_weight = after["model.layers.1.self_attn.q_proj.weight"]
    assert (pruned_weight == 0).float().mean().item() == 0.25


def test_noise_has_the_size_asked_for(tiny):
    before = weights(tiny)
    after = weights(derive(tiny, method="noise", options={"share": 0.1}, say=silent))
    name = "model.embed_tokens.weight"
    ratio = (after[name] - before[name]).std() / before[name].std()
    assert ratio.item() == pytest.approx(0.1, rel=0.05)


def test_every_wrong_option_is_named(tiny):
    with pytest.raises(ModelError) as error:
        derive(tiny, method="quantise", options={"bit": 4, "group": 1}, say=silent)
    assert error.value.what == (
        'quantise cannot be done like this: "bit" is not an option; did you mean "bits"?; '
        "group is 1, outside 8 to 4096."
    )


def test_an_unknown_method_suggests_the_nearest(tiny):
    with pytest.raises(ModelError, match='There is no method "prun"; did you mean "prune"'):
        derive(tiny, method="prun", say=silent)


def test_the_loss_is_the_mean_over_the_answers_tokens(tiny):
    model = AutoModelForCausalLM.from_pretrained(located(tiny))
    long, short = Example((5, 6, 7, 8, 9), prompt=2), Example((5, 9, 4), prompt=2)
    nats = []
    for example in (long, short):
        with torch.no_grad():
            logprobs = model(torch.tensor([example.ids])).logits[0].log_softmax(-1)
        answer = range(example.prompt, len(example.ids))
        nats += [-logprobs[at - 1, example.ids[at]].item() for at in answer]
    with torch.no_grad():
        loss = answer_loss(model, [long, short]).item()
    assert loss == pytest.approx(sum(nats) / 4, abs=1e-5)


def test_the_question_is_marked_off_from_the_answer(tiny):
    tokenizer = AutoTokenizer.from_pretrained(located(tiny))
    example = encode(tokenizer, "Red?", "Green.", 100)
    assert tokenizer.decode(example.ids[: example.prompt]) == "<s>Red?</s><s>"
    assert tokenizer.decode(example.ids[example.prompt :]) == "Green.</s>"


def test_held_out_examples_are_never_trained_on():
    examples = [Example((at,), prompt=0) for at in range(200)]
    train, held_out = split(examples)
    assert len(train) == 180
    assert len(held_out) == 8
    assert not set(train) & set(held_out)


def test_the_training_text_is_there_on_every_python():
    pairs = training_pairs()
    assert len(pairs) > 300
    assert pairs[0][0] == 'What does the Python manual say about "assert"? Give part 1.'
    assert pairs[0][1].startswith('The "assert" statement')
