"""The nearest two distributions that two top-k lists allow: how their unlisted mass must lie."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

Pair = tuple[Tensor, Tensor]
"""Probabilities of reference and suspect at the same tokens."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What one list leaves open, at the tokens that only the other list names and beyond."""

    known: Tensor
    """The other list's probabilities of these tokens, float64, (n,), each above 0."""
    cap: float
    """Most that an unlisted token can have here, above 0."""
    mass: float
    """Unlisted mass, to be spread over these tokens and the tokens of neither list."""

    def fill(self, ratio: float) -> Tensor:
        """Each token's known probability times the ratio, or its cap, (n,)."""
        return (self.known * ratio).clamp(max=self.cap)

    def level(self) -> float:
        """Ratio at which these tokens alone take up the mass; infinite if they cannot hold it."""
        if self.mass <= 0:
            return 0.0
        if self.mass > self.room():
            return math.inf
        filled = self.known.sort().values.cumsum(0)
        full = self.cap * torch.arange(len(filled) - 1, -1, -1, dtype=torch.float64)
        # What fill gives is the least, over all splits, of ratio · known on one side and caps on the
        # other, and it is reached with the least known on one side. So the ratio is a largest one.
        return float(((self.mass - full) / filled).max())

    def room(self) -> float:
        """Most that these tokens can take."""
        return self.cap * len(self.known)


def least(open_q: Unknown, open_p: Unknown) -> Pair:
    """The pair with the least divergence, whichever of `divergences.DIVERGENCES` is meant.

    Args:
        open_q: What the suspect's list leaves open; `known` are the reference's probabilities.
        open_p: What the reference's list leaves open; `known` are the suspect's probabilities.

    Returns:
        Probabilities of reference and suspect at the tokens that only the reference lists, those that
        only the suspect lists, and, pooled into one, those of neither list.

    Method: In the least sum the derivative of h by q is one number wherever q is free, and so is that
        by p wherever p is free. Each depends on the ratio q/p alone. If the two lists' tokens can take
        the mass at a ratio of the first no higher than that of the second, nothing lies beyond them and
        the two ratios stand. Otherwise tokens of neither list have both free, and there is one ratio.
        However few they are, they can hold their share: a token that the suspect lists has at least
        the suspect's cap, so at one ratio every such token is full before those beyond are overfull.
        With none beyond the listed tokens must hold all, which by the same caps is the first case.
    """
    rise, sink = open_q.level(), open_p.level()
    # Not above 1, or infinity times 0: one of the two has no mass and the other more than fits.
    if not rise * sink > 1:
        return _pair(open_q, open_p, rise, sink, *_left(open_q, rise, open_p, sink))
    ratio = _common_ratio(open_q, open_p, 1 / sink, rise)
    p_rest = max(open_p.mass - float(open_p.fill(1 / ratio).sum()), 0.0)
    return _pair(open_q, open_p, ratio, 1 / ratio, p_rest, ratio * p_rest)


def _common_ratio(open_q: Unknown, open_p: Unknown, low: float, high: float) -> float:
    """The ratio between two limits at which what is left of both masses stands in that ratio.

    What is left of q less ratio times what is left of p falls between the limits, and is straight
    between the ratios at which some token reaches its cap.
    """
    bends = torch.cat([open_q.cap / open_q.known, open_p.known / open_p.cap])
    limits = [low, *bends[(bends > low) & (bends < high)].sort().values.tolist(), high]
    beneath = bisect_right(
        limits, False, lo=1, hi=len(limits) - 1, key=partial(_is_beyond, open_q, open_p)
    )
    low, high = limits[beneath - 1 : beneath + 1]
    inside = max(2 * low, 1.0) if math.isinf(high) else (low + high) / 2
    capped = open_q.known * inside > open_q.cap
    sunk = open_p.known / inside > open_p.cap
    q_left = open_q.mass - open_q.cap * int(capped.sum()) + open_p.known[~sunk].sum()
    p_left = open_p.mass - open_p.cap * int(sunk.sum()) + open_q.known[~capped].sum()
    return min(max(float(q_left / p_left), low), high)


def _is_beyond(open_q: Unknown, open_p: Unknown, ratio: float) -> bool:
    p_left = open_p.mass - float(open_p.fill(1 / ratio).sum())
    return open_q.mass - float(open_q.fill(ratio).sum()) <= ratio * p_left


def _left(open_q: Unknown, rise: float, open_p: Unknown, sink: float) -> tuple[float, float]:
    """Of p and of q, what no listed token can take."""
    p_left = open_p.mass - open_p.room() if math.isinf(sink) else 0.0
    q_left = open_q.mass - open_q.room() if math.isinf(rise) else 0.0
    return p_left, q_left


def _pair(
    open_q: Unknown, open_p: Unknown, rise: float, sink: float, p_rest: float, q_rest: float
) -> Pair:
    rest = open_q.known.new_tensor([p_rest, q_rest])
    p = torch.cat([open_q.known, open_p.fill(sink), rest[:1]])
    q = torch.cat([open_q.fill(rise), open_p.known, rest[1:]])
    return p, q
