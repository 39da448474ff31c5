"""The most probable tokens of two models: how far the same ones, in the same order."""

from typing import NamedTuple

import torch
from torch import Tensor

DEPTH = 64
"""Tokens of each model that the ordered comparisons look at; fewer if the vocabulary is smaller."""
BEST = 10
"""Tokens of each model that `top_k_overlap` looks at."""
PERSISTENCE = 0.9
"""Webber's p: the chance of reading on. At 0.9 the first ten ranks carry 86 % of the weight."""
GROUP = 64
"""Adjacent tokens whose largest value stands for them when the best are looked for."""


class Heads(NamedTuple):
    """One value for each row, shape (rows,)."""

    top1: Tensor
    """Whether both find the same token most probable; bool."""
    top_k_overlap: Tensor
    rank_biased_overlap: Tensor
    spearman: Tensor


def most(vocab: int) -> int:
    """How many values of one row are ordered at once, for a row of `vocab` tokens."""
    return min(vocab, DEPTH * GROUP + GROUP - 1)


def group_maxima(rows: Tensor) -> Tensor:
    """Largest value of each whole group of adjacent tokens: (rows, vocab) to (rows, vocab // 64)."""
    whole = rows.shape[1] // GROUP * GROUP
    return rows[:, :whole].reshape(len(rows), whole // GROUP, GROUP).amax(2)


def best(rows: Tensor, maxima: Tensor, *, dtype: torch.dtype) -> Tensor:
    """Find the most probable tokens of each row without sorting it.

    The 64 best tokens lie in the 64 groups with the largest maxima, or behind the last whole group.
    Groups hold adjacent tokens and a tie goes to the lower group, so this holds with ties too.

    Args:
        rows: Log-probabilities, shape (rows, vocab), any floating dtype and strides, no NaN.
        maxima: `group_maxima` of the same rows.
        dtype: float32 or float64, in which values are compared.

    Returns:
        Token ids, best first and of equal ones the lower first: (rows, min(64, vocab)), int64.
    """
    count, vocab = rows.shape
    if vocab <= most(vocab):
        return _largest(rows.to(dtype), min(DEPTH, vocab))
    # In the order of their ids, so that a tie between candidates goes to the lower id.
    groups = _largest(maxima.to(dtype), DEPTH).sort(1).values
    within = torch.arange(GROUP, device=rows.device)
    inside = (groups[:, :, None] * GROUP + within).flatten(1)
    behind = torch.arange(vocab // GROUP * GROUP, vocab, device=rows.device).expand(count, -1)
    candidates = torch.cat([inside, behind], 1)
    found = _largest(rows.gather(1, candidates).to(dtype), DEPTH)
    return candidates.gather(1, found)


def compare(x: Tensor, y: Tensor, first: Tensor, second: Tensor, *, dtype: torch.dtype) -> Heads:
    """Compare the heads of two models.

    Args:
        x: Log-probabilities of the reference, shape (rows, vocab).
        y: Those of the suspect, same shape.
        first: `best` of `x`, shape (rows, depth).
        second: `best` of `y`, same shape.
        dtype: float32 or float64, in which values are compared.

    Returns:
        `top_k_overlap` and `rank_biased_overlap` from 0 to 1 and `spearman` from −1 to 1, float64.
    """
    same = first[:, :, None] == second[:, None, :]  # (rows, depth, depth)
    top1 = first[:, 0] == second[:, 0]
    few = min(BEST, first.shape[1])
    overlap = same[:, :few, :few].sum((1, 2)).double() / few
    union = torch.cat([first, second], 1)
    counted = torch.cat([torch.ones_like(first, dtype=torch.bool), ~same.any(1)], 1)
    ranks_x = _mean_ranks(x.gather(1, union).to(dtype), counted)
    ranks_y = _mean_ranks(y.gather(1, union).to(dtype), counted)
    return Heads(top1, overlap, _rank_biased(same), _correlation(ranks_x, ranks_y, counted))


def _largest(values: Tensor, k: int) -> Tensor:
    """Places of the k largest values of each row, largest first, the lower place first on a tie."""
    if values.dtype == torch.float64:
        return values.sort(dim=1, descending=True, stable=True).indices[:, :k]
    # Value and place in one integer: no two are equal, so the order of topk is no accident. The bits of
    # negative floats order backwards; −0.0 becomes 0.0 first.
    bits = (values + 0.0).view(torch.int32)
    bits ^= (bits >> 31) & 0x7FFFFFFF
    place = torch.arange(values.shape[1], device=values.device)
    return torch.sub(bits.long() << 32, place).topk(k, 1).indices


def _rank_biased(same: Tensor) -> Tensor:
    """Extrapolated rank-biased overlap, from which token of one list is which of the other."""
    depth = same.shape[1]
    ranks = torch.arange(1, depth + 1, dtype=torch.float64, device=same.device)
    # A token found at rank i here and j there counts in the agreement of every depth from max(i, j).
    terms = PERSISTENCE**ranks / ranks * (1 - PERSISTENCE) / PERSISTENCE
    weights = terms.flip(0).cumsum(0).flip(0) + PERSISTENCE**depth / depth
    deeper = torch.arange(depth, device=same.device)
    table = weights[torch.maximum(deeper[:, None], deeper[None, :])]
    return (same * table).sum((1, 2)).clamp(max=1.0)


def _mean_ranks(values: Tensor, counted: Tensor) -> Tensor:
    """Rank of each counted value, from below and up to a constant; equal values share their mean."""
    lowest = torch.finfo(values.dtype).min
    # What is not counted goes below everything, −inf included, and so shifts all ranks alike.
    kept = values.clamp(min=lowest).masked_fill(~counted, -torch.inf)
    ordered = kept.sort(1).values
    below = torch.searchsorted(ordered, kept)
    up_to = torch.searchsorted(ordered, kept, right=True)
    return (below + up_to).double() / 2


def _correlation(one: Tensor, other: Tensor, counted: Tensor) -> Tensor:
    """Pearson correlation of two rows of ranks over what is counted: (rows,), float64."""
    weight = counted.double()
    count = weight.sum(1, keepdim=True)
    one = (one - (one * weight).sum(1, keepdim=True) / count) * weight
    other = (other - (other * weight).sum(1, keepdim=True) / count) * weight
    spread = (one.square().sum(1) * other.square().sum(1)).sqrt()
    found = ((one * other).sum(1) / spread).clamp(-1.0, 1.0)
    # Where a model finds all alike there is no order to agree with: 0, unless both do.
    flat = ((one == other).all(1)).double()
    return torch.where(spread > 0, found, flat)
