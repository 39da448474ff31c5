"""A real server for tests: llama.cpp on loopback, serving a GGUF file."""

import json
from contextlib import contextmanager

import gguf
import numpy as np
from safetensors.numpy import load_file

from tests.tiny import TEMPLATE, save_tiny_model

LAYER = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
} | {
    f"model.layers.{n}.{theirs}.weight": f"blk.{n}.{ours}.weight"
    for n in range(2)
    for theirs, ours in LAYER.items()
}


@contextmanager
def llama_server(path, context=2048):
    """Serve a GGUF file; gives the address up to and including /v1."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.port = context, 4, 0
    params.cpuparams.n_threads = 1
    params.hostnames = ["127.0.0.1"]
    params.use_jinja, params.warmup, params.fit_params, params.verbosity = True, False, False, -1
    server = xllamacpp.Server(params)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server


def save_tiny_gguf(folder, seed=1):
    """Write the tiny model of tests/tiny.py as float32 GGUF.

    Returns:
        The safetensors folder and the GGUF file: the same weights twice.
    """
    source, path = save_tiny_model(folder / "tiny", seed=seed), folder / "tiny.gguf"
    config = json.loads((source / "config.json").read_text())
    out = gguf.GGUFWriter(path, "llama")
    _write_settings(out, config)
    _write_tokenizer(out, json.loads((source / "tokenizer.json").read_text())["model"])
    for name, tensor in load_file(source / "model.safetensors").items():
        heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
        count = next((heads[part] for part in heads if part in name), None)
        stored = tensor.astype(np.float32)
        out.add_tensor(NAMES[name], np.ascontiguousarray(_turned(stored, count)))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return source, path


def _turned(tensor, heads):
    """llama.cpp keeps the rotary halves of each head interleaved."""
    if heads is None:
        return tensor
    parts = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, *tensor.shape[1:])
    return parts.swapaxes(1, 2).reshape(tensor.shape)


def _write_settings(out, config):
    out.add_context_length(config["max_position_embeddings"])
    out.add_embedding_length(config["hidden_size"])
    out.add_block_count(config["num_hidden_layers"])
    out.add_feed_forward_length(config["intermediate_size"])
    out.add_head_count(config["num_attention_heads"])
    out.add_head_count_kv(config["num_key_value_heads"])
    out.add_layer_norm_rms_eps(config["rms_norm_eps"])
    out.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
    out.add_rope_freq_base(theta)
    out.add_vocab_size(config["vocab_size"])
    out.add_file_type(0)


def _write_tokenizer(out, model):
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(tokens)
    out.add_token_types([3 if token in {"<s>", "</s>"} else 1 for token in tokens])
    out.add_token_merges(merges)
    out.add_bos_token_id(0)
    out.add_eos_token_id(1)
    out.add_add_bos_token(False)
    out.add_chat_template(TEMPLATE)
