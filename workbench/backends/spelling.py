"""Which bytes each token of a tokenizer writes, and where the tokens of a text end.

Two tokenizers share no token ids, but all of them write bytes. What a tokenizer says of itself is
believed only where it was measured: texts in several scripts are cut and spelled again, and one that
does not come out byte for byte leaves the tokenizer without a spelling, with the reason.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from workbench.records import Vocabulary

TRIED = (
    "The old town,\nfine weather: 27 °C — isn't it?",
    "  two spaces, a\ttab; naïve façade, ÅNGSTRÖM",
    "Где живут белые медведи? 漢字とかな、한국어. हिन्दी में नमस्ते। مرحبا بالعالم",
    "def f(x):\n    return x**2  # 🙂👍🏽",
)
"""Spelled again before a spelling is believed."""

BYTE_NAME = re.compile("<0x([0-9A-F]{2})>")

Tokenizer = Any
"""A tokenizer of transformers, which has no types."""
Spell = Callable[[str], bytes]
"""Name of a token → its bytes."""


class UnspelledError(ValueError):
    """A tokenizer's bytes are not known; the message says why."""


def spelled(tokenizer: Tokenizer, size: int) -> Vocabulary:
    """Find out which bytes each token writes.

    Args:
        tokenizer: A tokenizer of transformers with a fast (Rust) backend.
        size: Entries of the model's output, which may be more than the tokenizer has tokens.

    Returns:
        One entry per output: its bytes, or None for a token that writes nothing (an end of text or
        a mark of the chat format) and for outputs without a token.

    Raises:
        UnspelledError: If its way of spelling is not known here, or a text comes out otherwise.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UnspelledError("the tokenizer shows no description of itself")
    described = json.loads(backend.to_str())
    spell = _spelling(json.dumps(described.get("decoder")))
    added = {item["id"]: item for item in described.get("added_tokens") or ()}
    names = tokenizer.convert_ids_to_tokens(list(range(min(size, len(tokenizer)))))
    tokens = [_bytes_of(spell, number, name, added) for number, name in enumerate(names)]
    vocabulary = Vocabulary((*tokens, *[None] * (size - len(tokens))))
    for text in TRIED:
        if token_ends(vocabulary, tokenizer(text).input_ids, text) is None:
            raise UnspelledError("a text spelled by its tokens is not the text that was cut")
    return vocabulary


def token_ends(vocabulary: Vocabulary, ids: Sequence[int], text: str) -> list[int] | None:
    """Find where each token of a text ends.

    Args:
        vocabulary: What each token writes.
        ids: The tokens of the text, marks that write nothing included.
        text: The text that was cut.

    Returns:
        For each token, how many bytes of the text it and its predecessors cover. None if the tokens
        do not spell the text, apart from one space that some tokenizers write before it.
    """
    written = [vocabulary.tokens[number] or b"" for number in ids]
    found, wanted = b"".join(written), text.encode()
    if found not in {wanted, b" " + wanted}:
        return None
    before = len(found) - len(wanted)
    return [max(0, end - before) for end in accumulate(map(len, written))]


def _bytes_of(
    spell: Spell, number: int, name: str | None, added: Mapping[int, Mapping[str, Any]]
) -> bytes | None:
    if name is None:
        return None
    if number in added:
        return None if added[number]["special"] else str(added[number]["content"]).encode()
    return spell(name)


def _spelling(decoder: str) -> Spell:
    """How token names become bytes, by the tokenizer's own description of its decoder."""
    if '"ByteLevel"' in decoder:
        return partial(_byte_level, _bytes_by_sign())
    if '"Metaspace"' in decoder or "\\u2581" in decoder:
        return partial(_sentence_piece, '"ByteFallback"' in decoder)
    raise UnspelledError("the tokenizer spells its tokens in a way that is not known here")


def _bytes_by_sign() -> dict[str, int]:
    """Every byte has a visible character of its own in GPT-2's tokenizer and its heirs."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + n): b for n, b in enumerate(hidden)}


def _byte_level(bytes_by_sign: Mapping[str, int], name: str) -> bytes:
    try:
        return bytes(bytes_by_sign[sign] for sign in name)
    except KeyError:  # a token that was added as plain text
        return name.encode()


def _sentence_piece(fallback: bool, name: str) -> bytes:
    """Pieces of text with `▁` for a space, and `<0x0A>` for a byte without a piece."""
    if fallback and (byte := BYTE_NAME.fullmatch(name)):
        return bytes([int(byte[1], 16)])
    return name.replace("▁", " ").encode()
