"""llama2.c checkpoints against the forward pass and the encoder of run.c, written out in numpy."""

import struct

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench.errors import ModelError
from workbench.models.convert_llama2c import convert_llama2c

DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, SEQUENCE = 16, 24, 2, 4, 2, 12
HEAD = DIM // HEADS
WORDS = [" ", "a", "b", "c", "d", " a", "ab", "abc", "cd", " ab", "é", " abc", "bc"]
PIECES = (
    [(b"<unk>", 0.0), (b"\n<s>\n", 0.0), (b"\n</s>\n", 0.0)]
    + [(bytes([value]), 0.0) for value in range(256)]
    + [(word.encode(), -float(rank)) for rank, word in enumerate(WORDS)]
)
VOCAB = len(PIECES)


def random_tensors(tied):
    rng = np.random.default_rng(1)

    def draw(*shape):
        return rng.normal(0, 0.3, shape).astype("float32")

    kv = KV_HEADS * HEAD
    tensors = {
        "embed": draw(VOCAB, DIM),
        "att_norm": 1 + draw(LAYERS, DIM),
        "q": draw(LAYERS, DIM, DIM),
        "k": draw(LAYERS, kv, DIM),
        "v": draw(LAYERS, kv, DIM),
        "o": draw(LAYERS, DIM, DIM),
        "ffn_norm": 1 + draw(LAYERS, DIM),
        "w1": draw(LAYERS, HIDDEN, DIM),
        "w2": draw(LAYERS, DIM, HIDDEN),
        "w3": draw(LAYERS, HIDDEN, DIM),
        "norm": 1 + draw(DIM),
        "rotary": draw(2, SEQUENCE, HEAD // 2),
    }
    return tensors if tied else {**tensors, "head": draw(VOCAB, DIM)}


def checkpoint(tensors):
    vocab = VOCAB if "head" not in tensors else -VOCAB
    header = struct.pack("<7i", DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, vocab, SEQUENCE)
    pieces = b"".join(struct.pack("<fi", score, len(piece)) + piece for piece, score in PIECES)
    body = b"".join(tensor.tobytes() for tensor in tensors.values())
    return header + body + struct.pack("<i", 7) + pieces


def normed(x, weight):
    return weight * x / np.sqrt((x * x).mean() + 1e-5)


def rotated(x, position):
    """run.c turns neighbours (2i, 2i+1) by position / 10000^(2i / head size)."""
    out = x.copy()
    for i in range(0, len(x), 2):
        angle = position / 10000.0 ** ((i % HEAD) / HEAD)
        cos, sin = np.cos(angle), np.sin(angle)
        out[i], out[i + 1] = x[i] * cos - x[i + 1] * sin, x[i] * sin + x[i + 1] * cos
    return out


def attended(query, keys, values):
    out = []
    for head in range(HEADS):
        kv = head // (HEADS // KV_HEADS)
        mine, theirs = slice(head * HEAD, (head + 1) * HEAD), slice(kv * HEAD, (kv + 1) * HEAD)
        scores = np.array([query[mine] @ key[theirs] / np.sqrt(HEAD) for key in keys])
        share = np.exp(scores - scores.max())
        out.append((share / share.sum()) @ np.array([value[theirs] for value in values]))
    return np.concatenate(out)


def forward(t, tokens):
    """Logits after every token, one position at a time as run.c does."""
    keys = [[] for _ in range(LAYERS)]
    values = [[] for _ in range(LAYERS)]
    logits = []
    for position, token in enumerate(tokens):
        x = t["embed"][token].astype("float64")
        for layer in range(LAYERS):
            h = normed(x, t["att_norm"][layer])
            keys[layer].append(rotated(t["k"][layer] @ h, position))
            values[layer].append(t["v"][layer] @ h)
            query = rotated(t["q"][layer] @ h, position)
            x = x + t["o"][layer] @ attended(query, keys[layer], values[layer])
            h = normed(x, t["ffn_norm"][layer])
            gate = t["w1"][layer] @ h
            x = x + t["w2"][layer] @ (gate / (1 + np.exp(-gate)) * (t["w3"][layer] @ h))
        logits.append(t.get("head", t["embed"]) @ normed(x, t["norm"]))
    return np.array(logits)


def encoded(text):
    """run.c: begin token, one space, characters or bytes, then the best merge again and again."""
    known = {
        piece.decode("utf-8", "replace"): at for at, (piece, _) in enumerate(PIECES) if at > 258
    }
    tokens = [1]
    for character in (" " + text) if text else "":
        if character in known:
            tokens.append(known[character])
        else:
            tokens += [byte + 3 for byte in character.encode()]
    while True:
        best = None
        for at in range(len(tokens) - 1):
            pair = (PIECES[tokens[at]][0] + PIECES[tokens[at + 1]][0]).decode("utf-8", "replace")
            mergeable = pair in known and min(tokens[at], tokens[at + 1]) > 258
            if mergeable and (best is None or PIECES[known[pair]][1] > best[0]):
                best = (PIECES[known[pair]][1], at, known[pair])
        if best is None:
            return tokens
        tokens[best[1] : best[1] + 2] = [best[2]]


@pytest.fixture(params=[True, False], ids=["tied", "untied"])
def converted(request, tmp_path):
    tensors = random_tensors(request.param)
    content = checkpoint(tensors)
    parts = [tmp_path / "one", tmp_path / "two"]
    parts[0].write_bytes(content[:1000])
    parts[1].write_bytes(content[1000:])
    out = tmp_path / "out"
    out.mkdir()
    convert_llama2c(parts, out)
    return tensors, out


def test_logits_are_those_of_run_c(converted):
    tensors, out = converted
    model = AutoModelForCausalLM.from_pretrained(out)
    tokens = [1, 260, 265, 270, 264, 12]
    with torch.no_grad():
        ours = model(torch.tensor([tokens])).logits[0].numpy()
    np.testing.assert_allclose(ours, forward(tensors, tokens), atol=1e-4)


@pytest.mark.parametrize(
    "text", ["abc", "ab cd", "abcabc", "aé bc", "xa\nb", "  abc", "dcba 你", "bcd", ""]
)
def test_text_is_split_as_run_c_splits_it(converted, text):
    tokenizer = AutoTokenizer.from_pretrained(converted[1])
    assert tokenizer(text).input_ids == encoded(text)


@pytest.mark.parametrize("text", ["abc cd", "aé bc", "xa\nb 你"])
def test_tokens_give_the_text_back(converted, text):
    tokenizer = AutoTokenizer.from_pretrained(converted[1])
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) == text


def test_a_story_ends_where_the_next_would_begin(converted):
    model = AutoModelForCausalLM.from_pretrained(converted[1])
    assert model.generation_config.eos_token_id == [1, 2]


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        (10, "ends inside its header"),
        (200, "ends inside model.embed_tokens.weight"),
        (-30, "ends inside its tokenizer"),
    ],
)
def test_a_file_that_ends_early_is_refused(tmp_path, keep, message):
    file = tmp_path / "cut"
    file.write_bytes(checkpoint(random_tensors(tied=True))[:keep])
    with pytest.raises(ModelError, match=message):
        convert_llama2c([file], tmp_path)


def test_another_kind_of_file_is_refused(tmp_path):
    file = tmp_path / "other"
    file.write_bytes(bytes(100))
    with pytest.raises(ModelError, match="its header describes no model"):
        convert_llama2c([file], tmp_path)
