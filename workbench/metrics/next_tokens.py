"""What one model showed of the next token at one probe, and two models compared by it.

Whole distributions over one vocabulary are compared token by token. All others are compared in bytes:
whole distributions exactly, lists of the most probable tokens within the limits that the unlisted rest
leaves open.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.classes import class_bounds_rows
from workbench.metrics.distribution import jensen_shannon, top1_agreement
from workbench.metrics.divergences import DIVERGENCES, Bounded, BoundedRows
from workbench.metrics.next_bytes import (
    ByteStrings,
    ByteTrie,
    aligned,
    bytes_of_list,
    is_open,
    one_byte_masses,
)

ROUNDING = 1e-9
"""Mass below this is what float64 sums of many probabilities miss 1 by."""
FEW_BYTES = 2
"""Mostly a space and a letter: more bytes tell more and leave more open, since tokens end."""
ROWS = 8192
"""Pairs of positions compared at a time, to bound memory."""
Pairs = Sequence[tuple[int, int]]
"""Places of two sides in a list of them."""


@dataclass
class NextTokens:
    """One model at one probe; one entry per position that was read."""

    offsets: tuple[int, ...]
    """Characters of the text before each position, increasing."""
    logprobs: Tensor | None = None
    """Natural log-probabilities, shape (positions, vocab); None where only lists were shown."""
    trie: ByteTrie | None = None
    """What the tokens write; None where that is not known."""
    lists: tuple[Mapping[bytes, float], ...] = ()
    """Per position: bytes → natural log-probability of the most probable tokens, as far as their bytes
    are known; what is missing to 1 may be anything."""
    _strings: dict[int, ByteStrings] = field(default_factory=dict)

    @property
    def has_bytes(self) -> bool:
        """Whether anything is known of the bytes that come next."""
        return bool(self.lists) or (self.logprobs is not None and self.trie is not None)

    def strings(self, n: int) -> ByteStrings:
        """Distributions over the next n bytes, computed once."""
        if n not in self._strings:
            self._strings[n] = self._computed(n)
        return self._strings[n]

    @cached_property
    def one_byte(self) -> Tensor | None:
        """The next byte as `next_bytes.one_byte_masses` has it; None unless distributions are whole."""
        if self.logprobs is None or self.trie is None:
            return None
        return one_byte_masses(self.strings(1))

    def _computed(self, n: int) -> ByteStrings:
        if self.logprobs is not None and self.trie is not None:
            return self.trie.next_bytes(self.logprobs, n)
        return bytes_of_list(self.lists, n)


def next_token_js(first: NextTokens, second: NextTokens) -> Bounded:
    """Jensen–Shannon divergence over one vocabulary, mean over the positions both were read at.

    Args:
        first: One model's whole distributions at one probe.
        second: The other's, over the same vocabulary.

    Returns:
        A distance in bits from 0 to 1, exact. Symmetric.

    Raises:
        NotEnoughEvidenceError: If no position is shared, or one shows no whole distributions.

    Source: As `distribution.jensen_shannon`.
    """
    return Bounded.exact(jensen_shannon(*_over_tokens(first, second)))


def next_token_top1(first: NextTokens, second: NextTokens) -> Bounded:
    """Share of the positions both were read at where one token is the most probable for both.

    Args:
        first: One model's whole distributions at one probe.
        second: The other's, over the same vocabulary.

    Returns:
        A similarity from 0 to 1, exact. Symmetric.

    Raises:
        NotEnoughEvidenceError: If no position is shared, or one shows no whole distributions.

    Source: As `distribution.top1_agreement`.
    """
    return Bounded.exact(top1_agreement(*_over_tokens(first, second)))


def next_byte_js(first: NextTokens, second: NextTokens) -> Bounded:
    """Jensen–Shannon divergence of the next byte, mean over the positions that both were read at.

    Args:
        first: One model at one probe.
        second: The other one at the same probe; its tokenizer may be another.

    Returns:
        A distance in bits from 0 to 1. Symmetric. Exact for whole distributions; for lists of the
        most probable tokens within the limits that the unlisted mass leaves.

    Raises:
        NotEnoughEvidenceError: If no position is shared, or nothing is known of the bytes.

    Source: Lin (1991) as for `next_token_js`; for bytes see `next_bytes.ByteTrie.next_bytes`, for
        the limits `classes.class_bounds_rows`.
    """
    (value,) = next_byte_js_of((first, second), [(0, 1)])
    if value is None:
        raise NotEnoughEvidenceError("comparing next bytes", got=0, need=1)
    return value


def next_byte_js_of(sides: Sequence[NextTokens], pairs: Pairs) -> list[Bounded | None]:
    """`next_byte_js` of many pairs at one probe, whole distributions many at a time.

    Args:
        sides: Models at the same probe.
        pairs: Which of them to compare.

    Returns:
        As `next_byte_js`, in the order of the pairs; None where it cannot be computed.
    """
    found: list[Bounded | None] = [None] * len(pairs)
    alike = defaultdict[tuple[tuple[int, ...], tuple[int, ...]], list[int]](list)
    for at, (i, j) in enumerate(pairs):
        if sides[i].one_byte is None or sides[j].one_byte is None:
            found[at] = _listed_byte_js(sides[i], sides[j])
        else:
            alike[sides[i].offsets, sides[j].offsets].append(at)
    for (mine, theirs), members in alike.items():
        shared = sorted(set(mine) & set(theirs))
        if not shared:
            continue
        places = _places(mine, shared), _places(theirs, shared)
        step = max(1, ROWS // len(shared))
        for start in range(0, len(members), step):
            part = members[start : start + step]
            for at, value in zip(part, _whole_byte_js(sides, pairs, part, places), strict=True):
                found[at] = Bounded.exact(value)
    return found


def _whole_byte_js(
    sides: Sequence[NextTokens],
    pairs: Pairs,
    members: Sequence[int],
    places: tuple[list[int], list[int]],
) -> list[float]:
    """Mean divergence of pairs of whole distributions that were read at the same places."""
    masses = ([], [])  # type: tuple[list[Tensor], list[Tensor]]
    for at in members:
        for side, own, kept in zip(pairs[at], places, masses, strict=True):
            mass = sides[side].one_byte
            assert mass is not None, "the caller keeps to whole distributions"  # noqa: S101
            kept.append(mass[own])
    p, q = (torch.stack(kept) for kept in masses)
    means: list[float] = DIVERGENCES["jensen-shannon"].term(p, q).sum(2).mean(1).tolist()
    return means


def _listed_byte_js(first: NextTokens, second: NextTokens) -> Bounded | None:
    """Where one side shows lists only."""
    try:
        return _mean(_byte_rows(first, second, 1))
    except NotEnoughEvidenceError:
        return None


def next_bytes_js(first: NextTokens, second: NextTokens) -> Bounded:
    """Jensen–Shannon divergence of the next two bytes, mean over the positions both were read at.

    Args:
        first: One model at one probe.
        second: The other one at the same probe; its tokenizer may be another.

    Returns:
        A distance in bits from 0 to 1. Symmetric. What follows a token of one byte is not known, so
        the value has limits: `high` lets it differ as much as it can, `low` as little, but never
        less than the next byte alone shows. The estimate takes the end of such a token for a
        class of its own, which two tokenizers mostly share.

    Raises:
        NotEnoughEvidenceError: If no position is shared, or nothing is known of the bytes.

    Source: Lin (1991) as for `next_token_js`; that a coarser view never shows more divergence is the
        data-processing inequality (Csiszár 1967, Studia Sci. Math. Hungar. 2).
    """
    at_most = _byte_rows(first, second, FEW_BYTES, open_tokens=True)
    at_least = _byte_rows(first, second, 1)
    as_classes = _byte_rows(first, second, FEW_BYTES)
    low = torch.maximum(at_most.low, at_least.low)
    return Bounded(
        float(as_classes.estimate.clamp(low, at_most.high).mean()),
        float(low.mean()),
        float(at_most.high.mean()),
    )


def byte_profile(first: NextTokens, second: NextTokens) -> dict[int, float]:
    """Divergence of the next two bytes at each position that both were read at.

    Returns:
        Characters before the position → bits, 0 to 1; the estimate of `next_bytes_js`.
    """
    rows = _byte_rows(first, second, FEW_BYTES).estimate.tolist()
    return dict(zip(_shared(first, second), rows, strict=True))


def _shared(first: NextTokens, second: NextTokens) -> list[int]:
    shared = sorted(set(first.offsets) & set(second.offsets))
    if not shared:
        raise NotEnoughEvidenceError("comparing next-token distributions", got=0, need=1)
    return shared


def _places(seen: Sequence[int], offsets: Sequence[int]) -> list[int]:
    place = {offset: number for number, offset in enumerate(seen)}
    return [place[offset] for offset in offsets]


def _over_tokens(first: NextTokens, second: NextTokens) -> tuple[Tensor, Tensor]:
    shared = _shared(first, second)
    if first.logprobs is None or second.logprobs is None:
        raise NotEnoughEvidenceError("comparing whole distributions", got=0, need=1)
    places = _places(first.offsets, shared), _places(second.offsets, shared)
    return first.logprobs[places[0]], second.logprobs[places[1]]


def _byte_rows(
    first: NextTokens, second: NextTokens, n: int, *, open_tokens: bool = False
) -> BoundedRows:
    """Bounds of the Jensen–Shannon divergence over the next n bytes, at the shared positions.

    With `open_tokens` the mass of tokens that end early may lie in any class.
    """
    if not (first.has_bytes and second.has_bytes):
        raise NotEnoughEvidenceError("comparing next bytes", got=0, need=1)
    shared = _shared(first, second)
    codes, p, q = aligned(
        *(side.strings(n).at(_places(side.offsets, shared)) for side in (first, second))
    )
    if open_tokens:
        settled = ~is_open(codes, n)
        p, q = p[:, settled], q[:, settled]
    # Two classes that neither side names: unplaced mass may lie apart.
    p, q = (torch.nn.functional.pad(mass, (0, 2)) for mass in (p, q))
    left = {"open_reference": _unplaced(p), "open_suspect": _unplaced(q)}
    return class_bounds_rows(p, q, **left, names=("jensen-shannon",))["jensen-shannon"]


def _unplaced(mass: Tensor) -> Tensor:
    left = 1 - mass.sum(1)
    return torch.where(left < ROUNDING, 0.0, left)


def _mean(rows: BoundedRows) -> Bounded:
    low, high = float(rows.low.mean()), float(rows.high.mean())
    if high - low < ROUNDING:  # nothing was open
        return Bounded.exact(low)
    return Bounded(float(rows.estimate.mean()), low, high)
