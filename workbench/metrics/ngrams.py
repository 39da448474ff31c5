"""Texts → tokens → n-grams, in any script. An n-gram is a 64-bit number, so that numpy can count it."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import regex
from numpy.typing import NDArray

from workbench.wordwise import SPACED_WORD, UNSPACED_WORD, words

__all__ = ["Codes", "characters", "codes", "ngrams", "tokens", "words"]

Codes = NDArray[np.uint64]
"""One number per character, token or n-gram."""

TOKEN = regex.compile(rf"{UNSPACED_WORD}|{SPACED_WORD}|\n+|[^\s]", regex.V1)
SPACE = regex.compile(r"\s+")

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def tokens(text: str) -> list[str]:
    """Words as in `words`, and every mark of punctuation and run of line breaks as its own token."""
    return [token if token[0] != "\n" else "\n" for token in TOKEN.findall(text.casefold())]


def characters(text: str) -> Codes:
    """Code points of a text, case folded, white space drawn together; shape (characters,)."""
    plain = SPACE.sub(" ", text.casefold().strip())
    encoded = plain.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(encoded, dtype="<u4").astype(np.uint64)


def codes(parts: Sequence[str]) -> Codes:
    """One number per token, the same on every machine; shape (tokens,)."""
    return np.fromiter((_code(part) for part in parts), dtype=np.uint64, count=len(parts))


@lru_cache(maxsize=1 << 18)
def _code(part: str) -> int:
    digest = blake2b(part.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def ngrams(sequence: Codes, orders: Sequence[int]) -> Codes:
    """Every n-gram of the given orders, repeats included.

    Args:
        sequence: One number per character or token, shape (n,).
        orders: Lengths of n-grams, each at least 1.

    Returns:
        Hashes, shape (sum of n − order + 1 over the orders that fit,). Two different n-grams share
        a number with probability of about 2⁻⁶⁴.

    Source: Rolling polynomial hashing, Karp & Rabin (1987), IBM J. Res. Dev. 31(2), modulo 2⁶⁴ with a
        final mix; n-gram profiles of characters, Cavnar & Trenkle (1994).
    """
    found = [_of_order(sequence, order) for order in orders if order <= len(sequence)]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)


def _of_order(sequence: Codes, order: int) -> Codes:
    count = len(sequence) - order + 1
    total = np.full(count, order, dtype=np.uint64)
    for place in range(order):
        total = _mixed(total * MULTIPLIER + sequence[place : place + count])
    return total


def _mixed(values: Codes) -> Codes:
    """Spread low bits over the whole word, so that n-grams of small numbers do not collide."""
    values = (values ^ (values >> np.uint64(31))) * MULTIPLIER
    return values ^ (values >> np.uint64(29))
