"""What two lists of most probable tokens allow to be said of the distributions they were cut from.

A list of k tokens leaves mass unlisted. Rescaling it to 1 would speak of another distribution; instead
every pair of distributions that could have given the two lists is considered, and the least and the
largest divergence among them are returned.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import DistributionError
from workbench.metrics.classes import class_bounds, class_bounds_rows
from workbench.metrics.divergences import (
    DIVERGENCES,
    LIST_ROUNDING,
    Bounded,
    BoundedRows,
    bounded_rows,
)
from workbench.metrics.filling import Unknown, least

__all__ = ["Bounded", "BoundedRows", "class_bounds", "class_bounds_rows", "list_bounds"]

WHOLE = 1e-12
"""A list whose sum is this near 1 is taken as whole; float64 sums of probabilities are nearer."""
ROUNDING = 1e-15
"""Added to what is unlisted: a float64 sum is not surer, and the least KL divergence hangs on it."""


@dataclass(frozen=True, slots=True)
class _TopList:
    listed: dict[str, float]
    tail: float
    """Mass of all other tokens, and `ROUNDING`."""
    cap: float
    """No other token is more probable than this."""
    whole: bool


def list_bounds(
    reference: Mapping[str, float], suspect: Mapping[str, float], *, outside: int | None = None
) -> dict[str, Bounded]:
    """Least and largest divergences of the distributions that two top-k lists were cut from.

    Args:
        reference: Token → natural log-probability of its most probable tokens, at least one, in any
            order: no token that is not listed is more probable than the least listed one. A token
            listed with probability 0 (below what its log can say) counts as not listed.
        suspect: The same of the other model, its tokens spelled alike; lengths may differ.
        outside: How many tokens neither list names; None: as many as you like. Lists that so many
            cannot complete are refused. Lower limits are exact for any number; upper ones stay valid.

    Returns:
        Distances, 0 where equal: `jensen-shannon` (bits, to 1), `total-variation`, `hellinger` (to 1),
        `kl-reference-suspect`, which is KL(reference ‖ suspect), and `kl-suspect-reference` (bits). The
        upper limit of a KL is infinite unless its first list is whole and all its tokens are in the
        other. `top1-agreement` is a similarity: 0 or 1, or 0 to 1 where a list has several most
        probable tokens.

    Raises:
        DistributionError: If a list is empty or holds NaN or a probability above 1, if it sums to more
            than 1 + 1e-3, or if `outside` leaves no room for what is not listed.

    Accuracy: Both limits are exact for an unlimited vocabulary, probabilities taken as they stand: to
        about 1e-12, Hellinger to 1e-7 near 0. A list that rounding made sum to between 1 and 1 + 1e-3
        is divided by its sum and leaves no tail; its limits are then off by about as much as its sum
        was, and KL has no upper one. What is listed with 4 digits is known to 4 digits.

    Source: The terms of an f-divergence are convex and of degree one (Csiszár 1967, Studia Sci. Math.
        Hungar. 2, 299–318), so Jensen's inequality pools the tokens that neither list names, and
        the Karush–Kuhn–Tucker conditions give every other token one common ratio or its cap, the same
        for every f: derived here, see `filling.least`. Upper: h(p, q) ≤ h(p, 0) + h(0, q).
    """
    one, other = _read("reference", reference), _read("suspect", suspect)
    shared = one.listed.keys() & other.listed.keys()
    p_only = _values(value for token, value in one.listed.items() if token not in shared)
    q_only = _values(value for token, value in other.listed.items() if token not in shared)
    common = (_values(one.listed[t] for t in shared), _values(other.listed[t] for t in shared))
    open_q = _open("suspect", other, p_only, outside)
    open_p = _open("reference", one, q_only, outside)
    nearest = least(open_q, open_p)
    apart = _apart(p_only, q_only, one.tail, other.tail)
    # A tail that is rounding would make KL infinite.
    whole = _apart(p_only, q_only, *(0.0 if its.whole else its.tail for its in (one, other)))
    found = {}
    for name, divergence in DIVERGENCES.items():
        base = divergence.term(*common).sum()
        low = base + divergence.term(*nearest).sum()
        high = base + divergence.term(*(whole if divergence.unlimited else apart)).sum()
        known = (common[0][None], common[1][None])
        found[name] = bounded_rows(divergence, low[None], high[None], known).row(0)
    return found | {"top1-agreement": _top1(one, other)}


def _read(role: str, logprobs: Mapping[str, float]) -> _TopList:
    if any(math.isnan(value) or value > LIST_ROUNDING for value in logprobs.values()):
        raise _malformed(role, "holds a value that is no log-probability")
    listed = {token: math.exp(v) for token, v in logprobs.items() if math.exp(v) > 0}
    if not listed:
        raise _malformed(role, "is empty")
    total = math.fsum(listed.values())
    if total > 1 + LIST_ROUNDING:
        raise _malformed(role, f"sums to {total:.6f}, more than 1")
    if total > 1:
        listed = {token: value / total for token, value in listed.items()}
    tail = max(1 - total, 0.0)
    whole = abs(total - 1) < WHOLE
    return _TopList(listed, tail + ROUNDING, min(listed.values()), whole)


def _malformed(role: str, what: str) -> DistributionError:
    return DistributionError(
        f"The {role}'s list of tokens {what}.",
        fix="Give natural log-probabilities of its most probable tokens, as the model stated them.",
    )


def _open(role: str, its: _TopList, known: Tensor, outside: int | None) -> Unknown:
    beyond = math.inf if outside is None else outside * its.cap
    if its.tail > len(known) * its.cap + beyond + LIST_ROUNDING:
        raise _malformed(role, f"leaves {its.tail:.6f} to tokens that cannot hold as much")
    return Unknown(known, its.cap, its.tail)


def _values(numbers: object) -> Tensor:
    return torch.tensor(list(numbers), dtype=torch.float64)  # type: ignore[call-overload]


def _apart(p_only: Tensor, q_only: Tensor, p_tail: float, q_tail: float) -> tuple[Tensor, Tensor]:
    """The two with nothing in common but what both list."""
    p = torch.cat([p_only, torch.zeros_like(q_only), p_only.new_tensor([p_tail, 0.0])])
    q = torch.cat([torch.zeros_like(p_only), q_only, q_only.new_tensor([0.0, q_tail])])
    return p, q


def _top1(one: _TopList, other: _TopList) -> Bounded:
    first, second = _most_probable(one), _most_probable(other)
    both = len(first & second)
    decided = both == 0 or len(first) == len(second) == 1
    share = both / (len(first) * len(second))
    return Bounded(share, share if decided else 0.0, share if decided else 1.0)


def _most_probable(its: _TopList) -> set[str]:
    highest = max(its.listed.values())
    return {token for token, value in its.listed.items() if value == highest}
