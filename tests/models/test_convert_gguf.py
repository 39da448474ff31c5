"""A tiny model written as GGUF the way llama.cpp's converter does, and read back."""

import gguf
import numpy as np
import pytest
import torch
from gguf.quants import quantize
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.tiny import TEMPLATE
from workbench.errors import ModelError
from workbench.models.convert_gguf import convert_gguf

NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    if name in NAMES:
        return NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def paired(weight, heads):
    """llama.cpp keeps the rows of q and k as neighbouring pairs."""
    rows, columns = weight.shape
    return (
        weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )


def write_gguf(path, folder, *, leave_out="", kind=gguf.GGMLQuantizationType.F32):
    model = AutoModelForCausalLM.from_pretrained(folder)
    config, tokenizer = model.config, AutoTokenizer.from_pretrained(folder)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    _write_tokenizer(writer, tokenizer)
    for name, parameter in model.state_dict().items():
        if gguf_name(name) == leave_out:
            continue
        weight = parameter.numpy()
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
        for part, count in heads.items():
            weight = paired(weight, count) if part in name else weight
        dtype = kind if weight.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(
            gguf_name(name), quantize(np.ascontiguousarray(weight), dtype), raw_dtype=dtype
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_tokenizer(writer, tokenizer):
    import json

    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if at < 2 else 1 for _, at in vocabulary])
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template(TEMPLATE)


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def logits(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        return model(torch.tensor([[0, 9, 80, 200, 33]])).logits


def similarity(a, b):
    return torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()


def test_the_model_says_the_same_as_before_up_to_bfloat16(tmp_path, tiny_folder, out):
    convert_gguf([write_gguf(tmp_path / "tiny.gguf", tiny_folder)], out)
    assert similarity(logits(out), logits(tiny_folder)) > 0.9999


def test_without_an_output_head_the_embeddings_serve_as_one(tmp_path, tiny_folder, out):
    convert_gguf([write_gguf(tmp_path / "t.gguf", tiny_folder, leave_out="output.weight")], out)
    model = AutoModelForCausalLM.from_pretrained(tiny_folder)
    with torch.no_grad():
        model.lm_head.weight.copy_(model.model.embed_tokens.weight)
        tied = model(torch.tensor([[0, 9, 80, 200, 33]])).logits
    assert similarity(logits(out), tied) > 0.9999


def test_parts_in_order_are_one_file(tmp_path, tiny_folder, out):
    content = write_gguf(tmp_path / "tiny.gguf", tiny_folder).read_bytes()
    parts = [tmp_path / f"part{at}" for at in range(3)]
    for at, part in enumerate(parts):
        part.write_bytes(content[at * 5000 : None if at == 2 else (at + 1) * 5000])
    convert_gguf(parts, out)
    assert similarity(logits(out), logits(tiny_folder)) > 0.9999


def test_quantised_weights_are_dequantised_and_no_quantisation_is_left_over(
    tmp_path, tiny_folder, out
):
    kind = gguf.GGMLQuantizationType.Q8_0
    convert_gguf([write_gguf(tmp_path / "tiny.gguf", tiny_folder, kind=kind)], out)
    assert 0.99 < similarity(logits(out), logits(tiny_folder)) < 0.99999
    assert "quantization_config" not in (out / "config.json").read_text()


def test_tokens_and_chat_template_come_along(tmp_path, tiny_folder, out):
    convert_gguf([write_gguf(tmp_path / "tiny.gguf", tiny_folder)], out)
    ours, theirs = AutoTokenizer.from_pretrained(out), AutoTokenizer.from_pretrained(tiny_folder)
    text = "The quick brown fox\n naïve 你好"
    assert ours(text).input_ids == theirs(text).input_ids
    assert ours.chat_template == TEMPLATE


def test_a_file_without_one_of_its_weights_is_refused(tmp_path, tiny_folder, out):
    path = write_gguf(tmp_path / "t.gguf", tiny_folder, leave_out="blk.1.attn_v.weight")
    with pytest.raises(ModelError, match=r"does not hold model.layers.1.self_attn.v_proj.weight"):
        convert_gguf([path], out)
