"""Divergences as sums over tokens, and what an interval for such a sum is made of.

Each divergence here is a sum of terms h(p, q) that are convex, at least 0, 0 where p = q, and grow in
proportion: h(ap, aq) = a·h(p, q). So tokens may be pooled, which never raises the sum, and mass may be
added apart, which never lowers the most it can be. All bounds in `bounds` and `classes` rest on that.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

LIST_ROUNDING = 1e-3
"""How far a sum may lie off 1 by rounding: float16 log-probabilities, or four digits, do that."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A value that is known within limits; low ≤ estimate ≤ high."""

    estimate: float
    low: float
    high: float
    """May be infinite, for Kullback–Leibler divergences."""

    @classmethod
    def exact(cls, value: float) -> "Bounded":
        """A value that is known."""
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class BoundedRows:
    """The same for many positions at once; float64, shape (positions,)."""

    estimate: Tensor
    low: Tensor
    high: Tensor

    def row(self, index: int) -> Bounded:
        """One position."""
        return Bounded(float(self.estimate[index]), float(self.low[index]), float(self.high[index]))


@dataclass(frozen=True, slots=True)
class Divergence:
    """One divergence as a sum of terms."""

    term: Callable[[Tensor, Tensor], Tensor]
    """(p, q), float64, same shape → the terms, in the unit of the divergence; infinite where it is."""
    unlimited: bool = False
    """Else no term is above the mean of p and q."""
    turned: bool = False
    """It is the divergence of q from p: the suspect comes first."""
    root: bool = False
    """The divergence is the square root of the sum."""


def _jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    both = p + q
    apart: Tensor = torch.where(both > 0, (p - q) / both, 0.0)
    terms = _times_log(p, p / both, apart) + _times_log(q, q / both, -apart)
    return terms.clamp(min=0) / (2 * math.log(2))


def _times_log(p: Tensor, share: Tensor, apart: Tensor) -> Tensor:
    """Give p · log(2 · share), where 2 · share is 1 + apart; 0 where p is 0."""
    # Of nearly equal probabilities only 1 + apart keeps the digits, of a tiny one only its share.
    return torch.where(
        apart.abs() < 0.5, p * torch.log1p(apart), torch.special.xlogy(p, 2 * share)
    ).where(p > 0, 0.0)


def _total_variation(p: Tensor, q: Tensor) -> Tensor:
    return (p - q).abs() / 2


def _squared_hellinger(p: Tensor, q: Tensor) -> Tensor:
    return (p.sqrt() - q.sqrt()).square() / 2


def _kullback_leibler(p: Tensor, q: Tensor) -> Tensor:
    # − p + q adds nothing to a sum over whole distributions and keeps every term at least 0.
    terms: Tensor = torch.special.xlogy(p, p) - torch.special.xlogy(p, q) - p + q
    return terms.clamp(min=0) / math.log(2)


DIVERGENCES: Mapping[str, Divergence] = {
    "jensen-shannon": Divergence(_jensen_shannon),
    "total-variation": Divergence(_total_variation),
    "hellinger": Divergence(_squared_hellinger, root=True),
    "kl-reference-suspect": Divergence(_kullback_leibler, unlimited=True),
    "kl-suspect-reference": Divergence(
        lambda p, q: _kullback_leibler(q, p), unlimited=True, turned=True
    ),
}
"""Jensen–Shannon and KL(first ‖ second) in bits; total variation and Hellinger from 0 to 1."""


def bounded_rows(
    divergence: Divergence, low: Tensor, high: Tensor, known: tuple[Tensor, Tensor]
) -> BoundedRows:
    """Put an estimate between the limits of a divergence.

    The estimate takes what is not known to differ as much, per unit of its mass, as what is known of
    both: the share of its limit that the known part reaches is the share of the way from low to high.
    Where a divergence has no limit the known part's bits per unit of mass are added for the unknown
    mass, up to `high`. So equal known parts give `low`, and disjoint ones, or none, give `high`. A
    token weighs by the root of its mean mass: less than its mass, because what is unlisted is more like
    the lesser tokens, and more than 1, because those are many and noisy. docs/methods.md has errors.

    Args:
        divergence: One of `DIVERGENCES`.
        low: Least sum of terms, float64, shape (positions,).
        high: Largest sum, same shape; may be infinite.
        known: Probabilities of reference and suspect where both are known, (positions, tokens).

    Returns:
        The divergence, its root taken where it is a root; low ≤ estimate ≤ high in spite of rounding.
    """
    p, q = known
    first = q if divergence.turned else p
    middle = (p + q) / 2
    weight = torch.where(middle > 0, middle.rsqrt(), 0.0)
    unit = (weight * (first if divergence.unlimited else middle)).sum(-1)
    rate = (weight * divergence.term(p, q)).sum(-1) / unit
    low = torch.minimum(low, high)
    way = (1 - first.sum(-1)).clamp(min=0) if divergence.unlimited else high - low
    estimate = torch.where(unit > 0, (low + rate * way).clamp(min=low, max=high), high)
    # Infinity times nothing unknown is nothing.
    estimate = torch.where(estimate.isnan(), high, estimate)
    rows = (estimate, low, high)
    return BoundedRows(*((one.sqrt() for one in rows) if divergence.root else rows))
