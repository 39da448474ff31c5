"""Next-byte distributions behind bytes instead of tokens: every way to cut the end of a text.

A text's own last tokens are dropped and their bytes written again in every way the vocabulary allows.
What a token writes beyond the dropped bytes says what comes next; where the dropped bytes are used up
exactly, the next token does.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.metrics.next_bytes import ByteTrie

CLASSES = 257
"""One per byte, and one for an end."""
SMALL = 1e-4
"""A beginning with less than this share of what the text's own cut has is not followed."""

Tokens = tuple[int, ...]
Predict = Callable[[Sequence[Tokens]], Sequence[Tensor]]
"""Continuations of one text, all of one length → probabilities of the next token, (vocab,) float64."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What follows the bytes of a text, over the ways to cut its end."""

    mass: Tensor
    """Probability of each next byte, and last of an end: shape (257,), float64, sums to 1."""
    crossing: float
    """Share of the text's probability in which one token runs across its end."""
    recut: float
    """Share in which a token ends where the text does, and the tokens before are not its own."""
    left_out: float
    """At most this share was not followed."""


class Spelling:
    """A vocabulary that can be searched by what its tokens begin with."""

    def __init__(self, tokens: Sequence[bytes | None]) -> None:
        """Take what each token writes; None writes nothing."""
        self._trie = ByteTrie(tokens)
        pairs = sorted((name, number) for number, name in enumerate(tokens) if name)
        self._names = [name for name, _ in pairs]
        self._numbers = torch.tensor([number for _, number in pairs])
        self._beyond: dict[bytes, tuple[Tensor, Tensor]] = {}
        self._tokens = tokens

    def written(self, tokens: Tokens) -> bytes:
        """The bytes of some tokens."""
        return b"".join(self._tokens[number] or b"" for number in tokens)

    def next_bytes(self, chances: Tensor) -> Tensor:
        """The next byte where the next token begins there: (vocab,) → (257,), float64."""
        found = self._trie.next_bytes(chances.log()[None])
        strings = [found.string(place) for place in range(len(found.codes))]
        classes = torch.tensor([string[0] if string else CLASSES - 1 for string in strings])
        return _spread(classes, found.mass[0])

    def beyond(self, start: bytes, chances: Tensor) -> Tensor:
        """The byte after `start` in tokens that begin with it and go on: (vocab,) → (257,)."""
        if start not in self._beyond:
            first, stop = self._range(start)
            longer = [at for at in range(first, stop) if len(self._names[at]) > len(start)]
            after = torch.tensor([self._names[at][len(start)] for at in longer], dtype=torch.int64)
            self._beyond[start] = after, self._numbers[longer]
        after, numbers = self._beyond[start]
        return _spread(after, chances[numbers])

    def within(self, string: bytes) -> Iterator[tuple[int, bytes]]:
        """Tokens that `string` begins with, and what they leave of it."""
        for length in range(1, len(string) + 1):
            start = string[:length]
            first, stop = bisect_left(self._names, start), bisect_right(self._names, start)
            for number in self._numbers[first:stop].tolist():
                yield number, string[length:]

    def _range(self, start: bytes) -> tuple[int, int]:
        def head(name: bytes) -> bytes:
            return name[: len(start)]

        return (
            bisect_left(self._names, start, key=head),
            bisect_right(self._names, start, key=head),
        )


def covered(spelling: Spelling, predict: Predict, own: Tokens, *, small: float = SMALL) -> Covered:
    """Distribution of the byte after a text, over every way to cut the bytes of its last tokens.

    Args:
        spelling: The vocabulary.
        predict: The model behind the tokens before those; () asks for what comes first.
        own: The text's own last tokens, which are dropped. With none nothing is written again.
        small: Beginnings below this share of the own cut's probability are not followed, except the
            own cut. 0 follows all.

    Returns:
        The distribution, and how its mass comes about. Exact for the given `own` but for what was
        left out, in total variation at most that share.

    Source: Sums over the tokenisations that cover a text's bytes: Phan et al. (2024), "Exact
        byte-level probabilities from tokenized language models", arXiv:2410.09303; Vieira et al.
        (2024), "From language models over tokens to language models over characters",
        arXiv:2412.03719. There all tokens of the text may be cut anew, here the last few.
    """
    least = small * _chance(predict, own)
    ends, crossing = torch.zeros(2, CLASSES, dtype=torch.float64)
    recut = left_out = 0.0
    level: list[tuple[Tokens, bytes, float]] = [((), spelling.written(own), 1.0)]
    while level:
        # Tokens differ in length, so some of this level have used up the bytes and some have not.
        rows = predict([tokens for tokens, _, _ in level])
        below: list[tuple[Tokens, bytes, float]] = []
        for (tokens, left, chance), row in zip(level, rows, strict=True):
            if not left:
                ends += chance * spelling.next_bytes(row)
                recut += chance if tokens != own else 0.0
                continue
            crossing += chance * spelling.beyond(left, row)
            for number, rest in spelling.within(left):
                longer, its = (*tokens, number), chance * float(row[number])
                if its >= least or longer == own[: len(longer)]:
                    below.append((longer, rest, its))
                else:
                    left_out += its
        level = below
    found = ends + crossing
    total = float(found.sum())
    share = left_out / (total + left_out)
    return Covered(found / total, float(crossing.sum()) / total, recut / total, share)


def _chance(predict: Predict, own: Tokens) -> float:
    """Probability of the text's own last tokens."""
    chance = 1.0
    for place, number in enumerate(own):
        chance *= float(predict([own[:place]])[0][number])
    return chance


def _spread(classes: Tensor, mass: Tensor) -> Tensor:
    return mass.new_zeros(CLASSES).index_add_(0, classes, mass)
