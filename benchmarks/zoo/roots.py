"""Small transformers trained from scratch, each with a tokenizer of its own."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.zoo.corpora import corpus
from workbench.digest import seed_from
from workbench.models.training import Say, Steps, fit

POSITIONS = 512
OPEN, END = "<s>", "</s>"
HELD_OUT = 40
"""One paragraph in this many is never trained on."""
HELD_OUT_TOKENS = 4096
DECAY, FALLS_TO = 0.1, 0.1


def train_root(
    recipe: Mapping[str, Any], seed: int, out: Path, say: Say
) -> tuple[PreTrainedModel, dict[str, float]]:
    """Train a tokenizer and a model on raw text.

    Args:
        recipe: `corpora` (name and share of the rows), `tokenizer`, `shape`, `tied`, `steps`, `batch`
            (rows), `length` (tokens of a row) and `rate`.
        seed: First weights and the order of the text follow from it.
        out: Folder that the tokenizer is written to.
        say: Receives progress in words.

    Returns:
        The model, and its held-out loss in bits per byte of the main corpus.
    """
    tokenizer = make_tokenizer(recipe["tokenizer"])
    tokenizer.save_pretrained(out)
    torch.manual_seed(seed_from(seed, "weights"))
    model = LlamaForCausalLM(_config(recipe, len(tokenizer)))
    streams = [tokens_of(tokenizer, _split(name)[0]) for name, _ in recipe["corpora"]]
    shares = [share for _, share in recipe["corpora"]]
    rows = drawn_rows(streams, shares, recipe["batch"], recipe["length"], seed_from(seed, "rows"))
    steps = Steps(recipe["steps"], recipe["rate"], DECAY, FALLS_TO)
    fit(model, lambda batch: row_loss(model, batch), rows, steps, say)
    held_out = _split(recipe["corpora"][0][0])[1]
    bits = bits_per_byte(model, tokenizer, held_out)
    say(f"Held-out loss: {bits:.3f} bits per byte.")
    return model, {"bits_per_byte": round(bits, 4), "parameters": model.num_parameters()}


def make_tokenizer(recipe: Mapping[str, Any]) -> PreTrainedTokenizerFast:
    """Train byte-level pairs on the named corpora.

    Args:
        recipe: `corpora` and `vocabulary`, the number of tokens.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe["vocabulary"],
        special_tokens=[OPEN, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = (text for name in recipe["corpora"] for text in _split(name)[0])
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token=OPEN, eos_token=END
    )


def tokens_of(tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:  # noqa: ANN401
    """Tokens of many texts in a row, an end token behind each, shape (n,)."""
    end = tokenizer.eos_token_id
    found = tokenizer(list(texts), add_special_tokens=False).input_ids
    return torch.tensor([token for ids in found for token in (*ids, end)])


def drawn_rows(
    streams: Sequence[torch.Tensor],
    shares: Sequence[float],
    batch: int,
    length: int,
    seed: int,
) -> Iterator[torch.Tensor]:
    """Endless batches of rows cut out of streams at random places.

    Args:
        streams: Each of shape (n,), longer than `length`.
        shares: How often a row comes from each.
        batch: Rows.
        length: Tokens of a row.
        seed: Everything random follows from it.

    Yields:
        Shape (batch, length), int64.
    """
    dice = torch.Generator().manual_seed(seed)
    weights = torch.tensor(shares)
    while True:
        chosen = torch.multinomial(weights, batch, replacement=True, generator=dice).tolist()
        places = torch.rand(batch, generator=dice).tolist()
        rows = []
        for which, place in zip(chosen, places, strict=True):
            begin = int(place * (len(streams[which]) - length))
            rows.append(streams[which][begin : begin + length])
        yield torch.stack(rows)


def row_loss(model: PreTrainedModel, rows: torch.Tensor) -> torch.Tensor:
    """Mean negative log-likelihood of every token but the first of each row, in nats per token."""
    logits = model(input_ids=rows, use_cache=False).logits
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), rows[:, 1:].flatten()
    )


def bits_per_byte(model: PreTrainedModel, tokenizer: Any, texts: Sequence[str]) -> float:  # noqa: ANN401
    """How well a model predicts texts, whatever its tokens: lower is better.

    Args:
        model: The model.
        tokenizer: Its tokenizer.
        texts: ASCII, so that a character is a byte.

    Returns:
        Bits per byte, above 0.
    """
    tokens = tokens_of(tokenizer, texts)[:HELD_OUT_TOKENS]
    rows = tokens[: len(tokens) // 64 * 64].reshape(-1, 64)
    with torch.no_grad():
        nats = row_loss(model, rows).item()
    text = tokenizer.decode(rows[:, 1:].flatten().tolist(), skip_special_tokens=True)
    return nats / math.log(2) * rows[:, 1:].numel() / len(text)


def _split(name: str) -> tuple[list[str], list[str]]:
    """Paragraphs to train on, and those that are held out."""
    paragraphs = corpus(name).paragraphs
    train = [text for at, text in enumerate(paragraphs) if at % HELD_OUT]
    return train, list(paragraphs[::HELD_OUT])


def _config(recipe: Mapping[str, Any], vocabulary: int) -> LlamaConfig:
    shape = recipe["shape"]
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=shape["hidden"],
        intermediate_size=shape["intermediate"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["key_value_heads"],
        max_position_embeddings=POSITIONS,
        tie_word_embeddings=recipe["tied"],
        bos_token_id=0,
        eos_token_id=1,
    )
