"""Divergences of two distributions over the same classes, of which part is not placed in any class.

Where a list of tokens is turned into, say, probabilities of the next byte, the unlisted mass is open:
it may lie in any class or classes.
"""

from collections.abc import Collection

import torch
from torch import Tensor

from workbench.errors import DistributionError
from workbench.metrics.divergences import (
    DIVERGENCES,
    LIST_ROUNDING,
    Bounded,
    BoundedRows,
    Divergence,
    bounded_rows,
)

TOP1 = "top1-agreement"


def class_bounds(
    reference: Tensor, suspect: Tensor, *, open_reference: float, open_suspect: float
) -> dict[str, Bounded]:
    """Least and largest divergences at one position; see `class_bounds_rows`.

    Args:
        reference: Probabilities, shape (classes,), any floating dtype.
        suspect: The same classes of the other model.
        open_reference: What the reference's probabilities lack to 1.
        open_suspect: The same of the suspect.

    Returns:
        The six ids of `list_bounds`.

    Raises:
        DistributionError: As `class_bounds_rows`.
    """
    one, other = (
        torch.tensor([mass], dtype=torch.float64) for mass in (open_reference, open_suspect)
    )
    rows = class_bounds_rows(reference[None], suspect[None], open_reference=one, open_suspect=other)
    return {name: bounded.row(0) for name, bounded in rows.items()}


def class_bounds_rows(
    reference: Tensor,
    suspect: Tensor,
    *,
    open_reference: Tensor,
    open_suspect: Tensor,
    names: Collection[str] = (*DIVERGENCES, TOP1),
) -> dict[str, BoundedRows]:
    """Least and largest divergences over all placements of each model's open mass, per position.

    Args:
        reference: Probabilities, shape (positions, classes), at least two classes, any floating dtype.
        suspect: The same positions and classes.
        open_reference: Mass that may lie in any class or classes, shape (positions,).
        open_suspect: The same of the suspect.
        names: Which of the ids of `list_bounds`; all if left out.

    Returns:
        Of each id three tensors, float64, shape (positions,). Units and directions as
        there. Both limits are attained; with open masses 0 they are the divergence itself. Top-1
        agreement is 0 to 1 where the open mass can make another class the most probable one.

    Raises:
        DistributionError: If a probability or an open mass is negative or not finite, or a row and its
            open mass do not sum to 1 within 1e-3. Within it they are divided by their sum.
        ValueError: If shapes differ.

    Accuracy: float64, about 1e-12.

    Source: As `list_bounds`. Lower: the suspect's open mass raises the lowest ratios q/p to one level,
        the reference's lowers the highest to another (Karush–Kuhn–Tucker conditions). Upper: a convex
        function on a polytope is largest at a corner, where each open mass lies in one class.
    """
    p, a = _checked("reference", reference, open_reference)
    q, b = _checked("suspect", suspect, open_suspect)
    if p.shape != q.shape:
        msg = f"class bounds: shapes {tuple(p.shape)} and {tuple(q.shape)} differ"
        raise ValueError(msg)
    found = {}
    wanted = {name: DIVERGENCES[name] for name in DIVERGENCES if name in names}
    if bool(a.any() or b.any()):
        nearest = _nearest(p, q, a, b)
        for name, divergence in wanted.items():
            low = divergence.term(*nearest).sum(1)
            high = _largest(divergence, p, q, a, b)
            found[name] = bounded_rows(divergence, low, high, (p, q))
    else:  # nothing is open: the limits are the divergence itself
        found = {name: _exact(divergence, p, q) for name, divergence in wanted.items()}
    return found | ({TOP1: _top1(p, q, a, b)} if TOP1 in names else {})


def _checked(role: str, listed: Tensor, open_mass: Tensor) -> tuple[Tensor, Tensor]:
    listed, open_mass = listed.double(), open_mass.double().to(listed.device)
    if listed.ndim != 2 or listed.shape[1] < 2 or open_mass.shape != listed.shape[:1]:
        msg = f"class bounds: shapes {tuple(listed.shape)} and {tuple(open_mass.shape)}"
        raise ValueError(msg)
    total = listed.sum(1) + open_mass
    # Comparisons with NaN are false, so that NaN is found too.
    positive = bool((listed >= 0).all() and (open_mass >= 0).all())
    if not (positive and bool(((total - 1).abs() <= LIST_ROUNDING).all())):
        raise DistributionError(
            f"The {role}'s classes and open mass are no distribution.",
            fix="Give probabilities that, with the open mass, sum to 1 at each position.",
        )
    return listed / total[:, None], open_mass / total


def _exact(divergence: Divergence, p: Tensor, q: Tensor) -> BoundedRows:
    total = divergence.term(p, q).sum(1)
    value = total.sqrt() if divergence.root else total
    return BoundedRows(value, value, value)


def _nearest(p: Tensor, q: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The two with their open masses where they are least apart."""
    rise = _level(p, q, b)[:, None]
    sink = _level(q, p, a)[:, None]
    # Nothing to raise where p is 0, and 0 · infinity is not 0.
    p_near = torch.where(q > 0, torch.maximum(p, sink * q), p)
    q_near = torch.where(p > 0, torch.maximum(q, rise * p), q)
    both = torch.maximum(p, q)
    equal = (both.sum(1) <= 1)[:, None]
    return torch.where(equal, both, p_near), torch.where(equal, both, q_near)


def _level(base: Tensor, raised: Tensor, mass: Tensor) -> Tensor:
    """Ratio to `base` up to which `mass` can raise `raised` everywhere, (positions,)."""
    ratio = torch.where(base > 0, raised / base, torch.inf)
    order = ratio.argsort(1)
    below = base.gather(1, order).cumsum(1)
    have = raised.gather(1, order).cumsum(1)
    # Any set of classes bounds the level from above, and the lowest ones give it.
    level = torch.where(below > 0, (mass[:, None] + have) / below, torch.inf)
    return level.min(1).values


def _largest(divergence: Divergence, p: Tensor, q: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Largest sum with each open mass in one class, over all pairs of classes, (positions,)."""
    one, other = a[:, None], b[:, None]
    terms = divergence.term(p, q)
    # A class that is infinite as it stands is dealt with below.
    terms = terms.where(terms.isfinite(), 0.0)
    with_p = divergence.term(p + one, q) - terms
    with_q = divergence.term(p, q + other) - terms
    together = divergence.term(p + one, q + other) - terms
    apart = with_p + _best_elsewhere(with_q)
    return terms.sum(1) + torch.maximum(apart, together).max(1).values


def _best_elsewhere(gain: Tensor) -> Tensor:
    """The largest gain among the other classes, for each class, (positions, classes)."""
    best = gain.topk(2, 1)
    own = torch.arange(gain.shape[1], device=gain.device)[None] == best.indices[:, :1]
    return torch.where(own, best.values[:, 1:], best.values[:, :1])


def _top1(p: Tensor, q: Tensor, a: Tensor, b: Tensor) -> BoundedRows:
    first, second = p == p.max(1, keepdim=True).values, q == q.max(1, keepdim=True).values
    share = (first & second).sum(1) / (first.sum(1) * second.sum(1)).double()
    mine, theirs = _can_lead(p, a), _can_lead(q, b)
    high = (mine & theirs).any(1).double()
    single = (mine.sum(1) == 1) & (theirs.sum(1) == 1)
    low = torch.where(single, high, 0.0)
    return BoundedRows(share.clamp(min=low, max=high), low, high)


def _can_lead(listed: Tensor, mass: Tensor) -> Tensor:
    return listed + mass[:, None] >= listed.max(1, keepdim=True).values
