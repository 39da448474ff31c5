"""Next-token distributions of any tokenizer, as distributions over the bytes that come next.

Tokens are sorted by the bytes they write, so that all tokens which begin alike stand side by side and
the probability of a beginning is a difference of two prefix sums. That is exact: no token is sampled,
cut off or renormalised. What it cannot know is what comes after a token that ends before the n-th
byte: that mass is kept apart, as open.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError

MOST_BYTES = 6
"""A string and its length must fit into one 64-bit code."""
END = -1
"""Code of the class of tokens that write nothing: an end of text, or a mark of the chat format."""


@dataclass(frozen=True, slots=True)
class ByteStrings:
    """Distributions over what the next bytes are, one per position."""

    codes: Tensor
    """Which string each class is, shape (classes,), int64, increasing; `END` comes first."""
    mass: Tensor
    """Probability of each class, shape (positions, classes), float64. Rows sum to 1, or to less where
    only the most probable tokens are known."""

    def at(self, positions: Sequence[int]) -> "ByteStrings":
        """The same at some of the positions."""
        return ByteStrings(self.codes, self.mass[list(positions)])

    def string(self, place: int) -> bytes | None:
        """The bytes of one class; None for the end."""
        code = int(self.codes[place])
        return None if code == END else code_bytes(code)


def code_of(string: bytes) -> int:
    """Code of at most `MOST_BYTES` bytes; codes sort as the strings do."""
    return int.from_bytes(string.ljust(MOST_BYTES, b"\0"), "big") * 8 + len(string)


def code_bytes(code: int) -> bytes:
    """The string with this code."""
    return (code // 8).to_bytes(MOST_BYTES, "big")[: code % 8]


def is_open(codes: Tensor, n: int) -> Tensor:
    """Which classes are tokens that end before the n-th byte: shape (classes,), bool."""
    return (codes != END) & (codes % 8 < n)


class ByteTrie:
    """A vocabulary sorted by bytes; one per tokenizer, for any number of distributions."""

    def __init__(self, tokens: Sequence[bytes | None]) -> None:
        """Take what each token writes; None, or no byte, belongs to the end."""
        self._tokens = tokens
        self._sorted: dict[int, tuple[Tensor, ...]] = {}

    def __len__(self) -> int:
        """Tokens in the vocabulary."""
        return len(self._tokens)

    def next_bytes(self, logprobs: Tensor, n: int = 1) -> ByteStrings:
        """Distributions over the next `n` bytes.

        Args:
            logprobs: Natural log-probabilities of the next token, shape (positions, vocab), any
                floating dtype, any device.
            n: From 1 to `MOST_BYTES`.

        Returns:
            One class per string of n bytes that a token begins with, one per token that is shorter
            (open: what follows it is not known), and one for the end. On the CPU. With n = 1
            nothing is open.

        Raises:
            NotEnoughEvidenceError: If there is no position.
            ValueError: If the distributions are of another vocabulary, or n is out of range.

        Accuracy: float64; rows are normalised first, because float16 log-probabilities sum to 1 only
            within about 1e-3. Exact for the tokenisation at hand. A text has other tokenisations, in
            which a token runs across the position; what leaving them out costs is measured in
            docs/methods.md.

        Source: The marginal over tokens of Phan et al. (2024), "Exact byte-level probabilities from
            tokenized language models", arXiv:2410.09303, at a boundary between tokens.
        """
        if not 1 <= n <= MOST_BYTES or logprobs.ndim != 2 or logprobs.shape[1] != len(self):
            msg = f"{n} bytes of distributions {tuple(logprobs.shape)} over {len(self)} tokens"
            raise ValueError(msg)
        if len(logprobs) == 0:
            raise NotEnoughEvidenceError("next bytes", got=0, need=1)
        order, codes, starts = self._order(n)
        mass = logprobs.double().log_softmax(1).exp_().cpu()[:, order]
        ends = torch.cat([starts[1:], starts.new_tensor([len(self)])]) - 1
        sums = mass.cumsum(1)[:, ends]
        # A difference of prefix sums can come out as -1e-17 where there is nothing.
        mass = sums.diff(dim=1, prepend=sums.new_zeros(len(sums), 1)).clamp_(0)
        return ByteStrings(codes, mass)

    def _order(self, n: int) -> tuple[Tensor, ...]:
        """Tokens by their class, the classes' codes, and where each class starts."""
        if n not in self._sorted:
            codes = np.array([code_of(t[:n]) if t else END for t in self._tokens])
            order = np.argsort(codes, kind="stable")
            classes, starts = np.unique(codes[order], return_index=True)
            found = (order, classes, starts)
            self._sorted[n] = tuple(torch.from_numpy(part) for part in found)
        return self._sorted[n]


def bytes_of_list(lists: Sequence[Mapping[bytes, float]], n: int) -> ByteStrings:
    """Lists of the most probable tokens, as what is known of the next n bytes.

    Args:
        lists: Per position, bytes of a token → natural log-probability.
        n: From 1 to `MOST_BYTES`.

    Returns:
        The classes that the listed tokens begin with. Rows sum to what is listed: nothing is
        rescaled, and what is missing to 1 may lie anywhere.
    """
    found = [defaultdict[int, float](float) for _ in lists]
    for masses, listed in zip(found, lists, strict=True):
        for token, logprob in listed.items():
            masses[code_of(token[:n])] += math.exp(logprob)
    codes = sorted({code for masses in found for code in masses})
    rows = [[masses.get(code, 0.0) for code in codes] for masses in found]
    mass = torch.tensor(rows, dtype=torch.float64).reshape(len(lists), len(codes))
    return ByteStrings(torch.tensor(codes, dtype=torch.int64), mass)


def one_byte_masses(strings: ByteStrings) -> Tensor:
    """Distributions over one next byte, laid out alike whatever the vocabulary.

    Args:
        strings: As from `ByteTrie.next_bytes` with n = 1.

    Returns:
        Shape (positions, 257), float64: the end, then each byte. Rows are divided by their sums.
    """
    # A code is the bytes, padded, and a length in three bits: the first byte is what is left on top.
    place = torch.where(strings.codes == END, 0, (strings.codes >> (8 * MOST_BYTES - 5)) + 1)
    mass = strings.mass.new_zeros(len(strings.mass), 257)
    mass[:, place] = strings.mass
    return mass / mass.sum(1, keepdim=True)


def aligned(one: ByteStrings, other: ByteStrings) -> tuple[Tensor, Tensor, Tensor]:
    """Bring two vocabularies' classes together.

    Returns:
        The codes of all classes, shape (classes,), and both sides' masses at them, shape
        (positions, classes) each, float64.
    """
    codes = torch.from_numpy(np.union1d(one.codes.numpy(), other.codes.numpy()))
    return codes, _spread(one, codes), _spread(other, codes)


def _spread(strings: ByteStrings, codes: Tensor) -> Tensor:
    mass = strings.mass.new_zeros(len(strings.mass), len(codes))
    mass[:, torch.searchsorted(codes, strings.codes)] = strings.mass
    return mass


def bits_per_byte(token_logprobs: Tensor, text_bytes: int) -> float:
    """How much one text surprises a model, whatever its tokenizer.

    Args:
        token_logprobs: Natural log-probability of each token given those before it, shape (tokens,).
        text_bytes: UTF-8 bytes that these tokens write.

    Returns:
        Bits per byte, 0 or more; lower is likelier. An upper limit of the true value, which would
        add the probabilities of every other way to cut the text.

    Raises:
        NotEnoughEvidenceError: If there is no token, no byte, or a token that cannot come.
    """
    if len(token_logprobs) == 0 or text_bytes < 1:
        raise NotEnoughEvidenceError("bits per byte", got=0, need=1)
    nats = float(-token_logprobs.double().sum())
    if not math.isfinite(nats):
        raise NotEnoughEvidenceError("bits per byte of tokens that can come", got=0, need=1)
    return max(0.0, nats) / (text_bytes * math.log(2))
