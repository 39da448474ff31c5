"""Checkpoints of llama2.c (version 0) → a Llama model in safetensors.

The file is seven int32 (dim, hidden_dim, layers, heads, kv_heads, vocabulary, sequence length;
a negative vocabulary means an untied output head), then float32 tensors in a fixed order, then in
these packages the file `tokenizer.bin`: int32 longest piece, then for each token float32 score,
int32 length and its bytes.

Source: Karpathy, llama2.c, `run.c` (`memory_map_weights`, `build_tokenizer`) and `export.py`.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

HEADER = struct.Struct("<7i")
PIECE = struct.Struct("<fi")
BYTE_TOKENS = 256
FIRST_BYTE_TOKEN = 3


@dataclass(frozen=True, slots=True)
class Header:
    """Shape of a llama2.c model."""

    dim: int
    hidden_dim: int
    layers: int
    heads: int
    kv_heads: int
    vocab: int
    sequence: int
    tied: bool

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.dim // self.heads


def convert_llama2c(parts: Sequence[Path], out: Path) -> None:
    """Write a llama2.c checkpoint and its tokenizer as a Llama folder, float32.

    Args:
        parts: One file, or its parts in order: checkpoint, then tokenizer.
        out: Empty folder to fill.

    Raises:
        ModelError: If the header makes no sense or the file ends early.
    """
    content = b"".join(part.read_bytes() for part in parts)
    header = read_header(content)
    tensors, end = read_tensors(content, header)
    pieces = read_pieces(content, end, header.vocab)
    _save_model(header, tensors, out)
    _save_tokenizer(pieces, header.sequence, out)


def read_header(content: bytes) -> Header:
    """Read the first seven integers.

    Raises:
        ModelError: If they describe no model.
    """
    if len(content) < HEADER.size:
        raise _damaged("it ends inside its header")
    dim, hidden, layers, heads, kv_heads, vocab, sequence = HEADER.unpack_from(content)
    if min(dim, hidden, layers, heads, kv_heads, abs(vocab), sequence) < 1 or dim % heads:
        raise _damaged("its header describes no model")
    return Header(dim, hidden, layers, heads, kv_heads, abs(vocab), sequence, tied=vocab > 0)


def read_tensors(content: bytes, header: Header) -> "tuple[dict[str, Tensor], int]":
    """Read every tensor under its Llama name; return them and the offset behind the last.

    Raises:
        ModelError: If the file ends early.
    """
    import torch  # noqa: PLC0415

    tensors, offset = {}, HEADER.size
    for name, shape in _layout(header):
        count = int(torch.Size(shape).numel())
        if offset + 4 * count > len(content):
            raise _damaged(f"it ends inside {name or 'the rotary tables'}")
        if name:
            flat = torch.frombuffer(
                bytearray(content[offset : offset + 4 * count]), dtype=torch.float32
            )
            tensors.update(_named(name, flat.reshape(shape), header))
        offset += 4 * count
    return tensors, offset


def _layout(header: Header) -> list[tuple[str, tuple[int, ...]]]:
    """Names (with `{}` for the layer; empty for what is skipped) and shapes, in file order."""
    dim, hidden, count = header.dim, header.hidden_dim, header.layers
    kv_dim = header.kv_heads * header.head_dim
    layout: list[tuple[str, tuple[int, ...]]] = [
        ("model.embed_tokens.weight", (header.vocab, dim)),
        ("model.layers.{}.input_layernorm.weight", (count, dim)),
        ("model.layers.{}.self_attn.q_proj.weight", (count, dim, dim)),
        ("model.layers.{}.self_attn.k_proj.weight", (count, kv_dim, dim)),
        ("model.layers.{}.self_attn.v_proj.weight", (count, kv_dim, dim)),
        ("model.layers.{}.self_attn.o_proj.weight", (count, dim, dim)),
        ("model.layers.{}.post_attention_layernorm.weight", (count, dim)),
        ("model.layers.{}.mlp.gate_proj.weight", (count, hidden, dim)),
        ("model.layers.{}.mlp.down_proj.weight", (count, dim, hidden)),
        ("model.layers.{}.mlp.up_proj.weight", (count, hidden, dim)),
        ("model.norm.weight", (dim,)),
        ("", (2, header.sequence, header.head_dim // 2)),
    ]
    if not header.tied:
        layout.append(("lm_head.weight", (header.vocab, dim)))
    return layout


def _named(name: str, tensor: "Tensor", header: Header) -> "dict[str, Tensor]":
    if "{}" not in name:
        return {name: tensor.clone()}
    if "q_proj" in name or "k_proj" in name:
        tensor = unpair(tensor, header.head_dim)
    return {name.format(layer): part.clone() for layer, part in enumerate(tensor)}


def unpair(tensor: "Tensor", head_dim: int) -> "Tensor":
    """Reorder rotary rows from neighbours (llama2.c) to halves (transformers).

    Args:
        tensor: Query or key weights, shape (layers, heads x head_dim, dim).
        head_dim: Width of one head.

    Returns:
        The same rows, shape unchanged, in the order that transformers rotates.
    """
    layers, rows, dim = tensor.shape
    paired = tensor.reshape(layers, rows // head_dim, head_dim // 2, 2, dim)
    return paired.transpose(2, 3).reshape(layers, rows, dim)


def read_pieces(content: bytes, offset: int, vocab: int) -> list[tuple[bytes, float]]:
    """Read the tokenizer's pieces and scores, in order of their ids.

    Raises:
        ModelError: If the file ends early.
    """
    pieces: list[tuple[bytes, float]] = []
    offset += 4  # length of the longest piece, not needed here
    for _ in range(vocab):
        if offset + PIECE.size > len(content):
            raise _damaged("it ends inside its tokenizer")
        score, length = PIECE.unpack_from(content, offset)
        offset += PIECE.size
        pieces.append((content[offset : offset + length], score))
        offset += length
    return pieces


def _save_model(header: Header, tensors: "dict[str, Tensor]", out: Path) -> None:
    from safetensors.torch import save_file  # noqa: PLC0415

    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    config: dict[str, Any] = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": header.dim,
        "intermediate_size": header.hidden_dim,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "num_key_value_heads": header.kv_heads,
        "vocab_size": header.vocab,
        "max_position_embeddings": header.sequence,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": header.tied,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "dtype": "float32",
    }
    _write_json(out / "config.json", config)
    # llama2.c's models begin every text with <s> and never write </s>: <s> also means the end.
    _write_json(out / "generation_config.json", {"bos_token_id": 1, "eos_token_id": [1, 2]})


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _save_tokenizer(pieces: list[tuple[bytes, float]], sequence: int, out: Path) -> None:
    from workbench.models.pieces import llama_tokenizer  # noqa: PLC0415

    llama_tokenizer(pieces, sequence).save_pretrained(out)


def _damaged(why: str) -> ModelError:
    return ModelError(
        f"This is not a llama2.c checkpoint: {why}.",
        fix="Correct `source` and `file` in data/models.toml.",
    )
