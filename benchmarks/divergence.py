"""Jensen–Shannon over positions × vocabulary, against `scipy.spatial.distance.jensenshannon`."""

import numpy as np
import torch
from scipy.spatial.distance import jensenshannon

from benchmarks.pairs import in_turns
from workbench.metrics.distribution import jensen_shannon


def measure(quick: bool) -> dict[str, object]:
    """Time both on the same distributions and compare their values."""
    positions, vocab = (16, 49_152) if quick else (128, 151_936)
    generator = torch.Generator().manual_seed(1)
    first = torch.randn(positions, vocab, generator=generator).mul(3).log_softmax(1)
    second = torch.randn(positions, vocab, generator=generator).mul(3).log_softmax(1)

    def peer() -> float:
        # Both start from log-probabilities; scipy gives the root of the divergence, row by row.
        p, q = first.double().exp().numpy(), second.double().exp().numpy()
        rows = zip(p, q, strict=True)
        return float(np.mean([jensenshannon(a, b, base=2) ** 2 for a, b in rows]))

    mine, theirs, ratio = in_turns(lambda: jensen_shannon(first, second), peer, 3 if quick else 7)
    return {
        "input": f"{positions} positions × {vocab} tokens",
        "ours, seconds": round(mine, 4),
        "scipy, seconds": round(theirs, 4),
        "scipy / ours": round(ratio, 2),
        "difference of the values": abs(jensen_shannon(first, second) - peer()),
    }
