"""The arithmetic of one chunk of rows: everything summed over the vocabulary, each row looked at twice.

One function for both ways to run it. Eagerly it writes into slots that are allocated once; under
`torch.compile` the slots are None and everything fuses. With half the difference of the
log-probabilities h = (ln p − ln q)/2, the larger of both M = max(p, q) and a = expm1(−|h|), the smaller
is M(1+a)², and every quantity is a sum of M times a function of a and |h| whose rounding errors shrink
with h. So rows that are nearly alike lose nothing to cancellation in p − q or in ln p − ln m.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

SLOTS = 6
"""Buffers of the size of one chunk that `sums` writes into."""
IMPOSSIBLE = 1e30
"""Half a difference of log-probabilities that stands for infinity: float16 reaches 3e4, and models that
mask a token with the lowest number of a wide type reach 1e38."""
BLOCK = 4096
"""Tokens added up in the working precision; blocks are added in float64. Fixed, so that neither the
number of rows in a chunk nor that of threads changes the order of additions."""

Slots = tuple[
    Tensor | None, Tensor | None, Tensor | None, Tensor | None, Tensor | None, Tensor | None
]
FUSED: Slots = (None, None, None, None, None, None)
"""No buffers: for `torch.compile`, which keeps what is between two operations in registers."""


class Sums(NamedTuple):
    """Sums over the vocabulary, each of shape (rows,), float64; all but `mass` in units of p's mass."""

    mass_p: Tensor
    mass_q: Tensor
    p_h: Tensor
    """Σ p h."""
    q_h: Tensor
    """Σ q h."""
    lean: Tensor
    """Σ (p − q) / 2, by way of h: what rounding leaves where p and q should both sum to 1."""
    gap: Tensor
    """Σ −|p − q| / 2."""
    root: Tensor
    """Σ (√p − √q)²."""
    information: Tensor
    """Σ −(p ln(p/m) + q ln(q/m)), m the mean of p and q; nats."""
    p_only: Tensor
    """Whether p gives some token a probability and q gives it none; bool."""
    q_only: Tensor


def sums(x: Tensor, y: Tensor, slots: Slots) -> Sums:
    """Sum over the vocabulary everything that a divergence is made of.

    Args:
        x: Natural log-probabilities ln p up to a constant for each row, shape (rows, vocab), float32
            or float64. −inf is probability 0, and so is anything below −1e31.
        y: ln q, same shape, dtype and device.
        slots: Buffers of the same shape and dtype, overwritten; or `FUSED`.

    Returns:
        One value for each row. A row with NaN, +inf or without mass gives nonsense and no error: its
        `mass_p` or `mass_q` is then NaN, inf or 0, and the caller looks at it.
    """
    one, two, three, four, five, six = slots
    p, q = torch.exp(x, out=one), torch.exp(y, out=two)
    # The difference of the inputs is exact where they are close; only then is a constant taken off.
    h = torch.sub(x, y, out=three)
    mass_p, mass_q = total(p), total(q)
    share = mass_p / mass_q
    q = torch.mul(q, share.to(x.dtype)[:, None], out=two)
    h = torch.add((share.log() / -2).to(x.dtype)[:, None], h, alpha=0.5, out=three)
    h = torch.nan_to_num(h, 0.0, IMPOSSIBLE, -IMPOSSIBLE, out=three)
    highest, lowest = h.amax(1), h.amin(1)
    p_h = total(torch.mul(p, h, out=four))
    q_h = total(torch.mul(q, h, out=four))
    larger = torch.maximum(p, q, out=one)
    size = torch.abs(h, out=two)
    fall = torch.expm1(torch.neg(size, out=four), out=four)
    square = torch.mul(fall, fall, out=five)
    root = total(torch.mul(larger, square, out=six))
    half = torch.add(fall, square, alpha=0.5, out=five)  # −(1 − smaller/larger) / 2
    gap = total(torch.mul(larger, half, out=six))
    lean = total(torch.mul(larger, torch.copysign(half, h, out=three), out=three))
    rise = torch.add(fall, 1.0, out=four)
    ratio = torch.mul(rise, rise, out=four)  # smaller/larger
    log = torch.log1p(half, out=five)  # ln(m/larger)
    log = torch.addcmul(log, log, ratio, out=five)
    size = torch.mul(size, ratio, out=two)
    log = torch.add(log, size, alpha=2.0, out=five)
    information = total(torch.mul(larger, log, out=five))
    p_only, q_only = highest >= IMPOSSIBLE, lowest <= -IMPOSSIBLE
    return Sums(mass_p, mass_q, p_h, q_h, lean, gap, root, information, p_only, q_only)


def total(values: Tensor) -> Tensor:
    """Sum of each row in float64, the terms added in blocks of fixed size: (rows, n) to (rows,)."""
    whole = values.shape[1] // BLOCK * BLOCK
    tail = values[:, whole:].sum(1).double()
    if whole == 0:
        return tail
    return values[:, :whole].reshape(len(values), -1, BLOCK).sum(2).double().sum(1) + tail


def can_fuse(device: torch.device) -> bool:
    """Whether `sums` is compiled for this device: on CUDA, where triton and a C compiler are there."""
    compilers = (os.environ.get("CC"), "cc", "gcc", "clang")
    return (
        device.type == "cuda"
        and importlib.util.find_spec("triton") is not None
        and any(shutil.which(name) for name in compilers if name)
    )


@cache
def fused_sums() -> Callable[[Tensor, Tensor, Slots], Sums]:
    """`sums`, compiled without a graph break; to be called with `FUSED`."""
    return torch.compile(sums, fullgraph=True)
