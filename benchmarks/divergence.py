"""The divergence pass over positions × vocabulary, against PyTorch as one would write it, and scipy.

A copy of the same bytes, taken in turns with the pass, says how far it is from what memory allows.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from scipy.spatial.distance import jensenshannon
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.pairs import in_turns
from workbench.metrics.divergence import divergences

VOCAB = 151_936
SLICE = 256
"""Positions that the peers take at once: all of them would not fit into memory several times over."""
SCIPY_ROWS = 8


def measure(quick: bool) -> dict[str, object]:
    """Time every way on the same distributions, and compare their values."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    positions, rounds = (SLICE, 3) if quick else (4096, 5)
    first, second = made(positions, device)
    target = torch.empty_like(first)

    def ours(dtype: torch.dtype) -> Callable[[], object]:
        return _settled(lambda: divergences(first, second, dtype=dtype), device)

    def peer(arithmetic: Callable[[Tensor, Tensor], object]) -> Callable[[], object]:
        return _settled(lambda: [arithmetic(x, y) for x, y in _slices(first, second)], device)

    copy = _settled(lambda: (target.copy_(first), target.copy_(second)), device)
    fast, exact = ours(torch.float32), ours(torch.float64)
    seconds, _, copied = in_turns(fast, copy, rounds)
    _, naive, ratio = in_turns(fast, peer(naive_jensen_shannon), rounds)
    _, naive_all, ratio_all = in_turns(fast, peer(naive_all_numbers), rounds)
    seconds_64, _, ratio_64 = in_turns(exact, peer(naive_jensen_shannon), rounds)
    return {
        "input": f"{positions} positions × {VOCAB} tokens, float32, {device.type}",
        "ours in float32, seconds": round(seconds, 3),
        "copy of the same bytes / ours": round(copied, 3),
        "naive Jensen–Shannon alone, seconds": round(naive, 3),
        "naive Jensen–Shannon alone / ours": round(ratio, 2),
        "naive, the same numbers but the rank ones, seconds": round(naive_all, 3),
        "naive, the same numbers but the rank ones / ours": round(ratio_all, 2),
        "ours in float64, seconds": round(seconds_64, 3),
        "naive in float32 / ours in float64": round(ratio_64, 2),
        "scipy / ours in float64, for each row": round(_against_scipy(first, second, rounds), 2),
        "largest allocation, MiB": round(_largest(first, second) / 2**20, 2),
        **_differences(first[:SLICE], second[:SLICE]),
    }


def made(positions: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Two rows of log-probabilities for each position: scattered like a model's, and a relative's."""
    generator = torch.Generator(device).manual_seed(1)
    first, second = (torch.empty(positions, VOCAB, device=device) for _ in range(2))
    for x, y in _slices(first, second):
        torch.randn(x.shape, generator=generator, out=x).mul_(3)
        torch.randn(y.shape, generator=generator, out=y).add_(x)
        x.copy_(x.log_softmax(1))
        y.copy_(y.log_softmax(1))
    return first, second


def naive_jensen_shannon(x: Tensor, y: Tensor) -> Tensor:
    """The definition, written down."""
    p, q = x.softmax(1), y.softmax(1)
    m = (p + q) / 2
    return ((p * (p / m).log2()).sum(1) + (q * (q / m).log2()).sum(1)) / 2


def naive_all_numbers(x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
    """The definitions, written down; heads by topk, without overlap by rank and rank correlation."""
    p, q = x.softmax(1), y.softmax(1)
    m = (p + q) / 2
    return (
        ((p * (p / m).log2()).sum(1) + (q * (q / m).log2()).sum(1)) / 2,
        (p - q).abs().sum(1) / 2,
        (p * (p / q).log2()).sum(1),
        (q * (q / p).log2()).sum(1),
        ((p.sqrt() - q.sqrt()).square().sum(1) / 2).sqrt(),
        p.argmax(1) == q.argmax(1),
        x.topk(64, 1).indices[:, :, None] == y.topk(64, 1).indices[:, None, :],
    )


class Largest(TorchDispatchMode):
    """Remembers the largest tensor that anything made while it was on."""

    bytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # noqa: ANN001, ANN204 - torch's own signature
        """Let it happen, and look at what came back."""
        made = func(*args, **(kwargs or {}))
        given = {one.untyped_storage().data_ptr() for one in args if isinstance(one, Tensor)}
        for one in made if isinstance(made, (tuple, list)) else [made]:
            if isinstance(one, Tensor) and one.untyped_storage().data_ptr() not in given:
                self.bytes = max(self.bytes, one.untyped_storage().nbytes())
        return made


def _slices(first: Tensor, second: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    return zip(first.split(SLICE), second.split(SLICE), strict=True)


def _settled(work: Callable[[], object], device: torch.device) -> Callable[[], object]:
    """The same work, waited for: a GPU is handed it and has not done it yet."""

    def waited() -> object:
        done = work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return done

    return waited


def _against_scipy(first: Tensor, second: Tensor, rounds: int) -> float:
    """Seconds of scipy for each row over ours for each row, both on the CPU."""
    rows = len(first[:SLICE])
    x, y = first[:rows].cpu(), second[:rows].cpu()

    def peer() -> object:
        # Both start from log-probabilities; scipy gives the root of the divergence, row by row.
        p, q = (side[:SCIPY_ROWS].double().exp().numpy() for side in (x, y))
        return [jensenshannon(a, b, base=2) ** 2 for a, b in zip(p, q, strict=True)]

    _, _, ratio = in_turns(lambda: divergences(x, y), peer, rounds)
    return ratio * rows / SCIPY_ROWS


def _largest(first: Tensor, second: Tensor) -> int:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # it sees what its own thread makes
    with Largest() as largest:
        divergences(first, second, dtype=torch.float32)
    torch.set_num_threads(threads)
    return largest.bytes


def _differences(first: Tensor, second: Tensor) -> dict[str, object]:
    fast = divergences(first, second, dtype=torch.float32).jensen_shannon
    exact = divergences(first, second).jensen_shannon
    p, q = (side[:SCIPY_ROWS].cpu().double().exp().numpy() for side in (first, second))
    theirs = np.array([jensenshannon(a, b, base=2) ** 2 for a, b in zip(p, q, strict=True)])
    naive = naive_jensen_shannon(first, second)
    return {
        "ours in float32, off by (relative)": _off(fast, exact),
        "naive in float32, off by (relative)": _off(naive, exact),
        "scipy, off ours in float64 by (relative)": _off(
            torch.from_numpy(theirs), exact[:SCIPY_ROWS].cpu()
        ),
    }


def _off(values: Tensor, exact: Tensor) -> str:
    return f"{float(((values.double() - exact) / exact).abs().max()):.1e}"
