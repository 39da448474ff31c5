"""What two top-k lists still tell: bounds and estimates against the whole distributions behind them.

Needs recorded cases with whole distributions, named in WORKBENCH_PANEL with spaces between. Pairs are
the models of a case that share a tokenizer, and every model with a copy of itself whose temperature
and noise are drawn anew at each position.
"""

import math
import os
from collections.abc import Iterator, Mapping
from itertools import combinations
from statistics import fmean

import torch
from torch import Tensor

from workbench.cli.output import case_folder
from workbench.compare.material import Material, gather, logprobs
from workbench.metrics.bounds import Bounded, list_bounds
from workbench.metrics.divergences import DIVERGENCES
from workbench.store import CaseStore, open_case

LISTED = (5, 20, 64)
Pair = tuple[str, Tensor, Tensor]
"""Label and both whole rows of natural log-probabilities, float64, (vocab,)."""


def measure(quick: bool) -> dict[str, object]:
    """Print, per pair of models, length of list and divergence: width, coverage, bias and error."""
    names = os.environ.get("WORKBENCH_PANEL", "").split()
    if not names:
        return {"skipped": "name recorded cases in WORKBENCH_PANEL"}
    found: dict[str, list[tuple[Bounded, float]]] = {}
    for label, p, q in _limited(names, 40 if quick else 400):
        truth = _exact(p, q)
        for k in LISTED:
            bounds = list_bounds(_top(p, k), _top(q, k))
            for name, value in truth.items():
                key = f"{label}, k = {k}, {name}"
                found.setdefault(key, []).append((bounds[name], value))
    return {key: _row(values) for key, values in sorted(found.items(), key=_order)}


def _limited(names: list[str], most: int) -> Iterator[Pair]:
    counted: dict[str, int] = {}
    for pair in (pair for name in names for pair in _pairs(open_case(case_folder(name)))):
        counted[pair[0]] = counted.get(pair[0], 0) + 1
        if counted[pair[0]] <= most:
            yield pair


def _pairs(store: CaseStore) -> Iterator[Pair]:
    materials = [gather(store, run) for run in store.runs()]
    for one, other in combinations([m for m in materials if m.tensors], 2):
        if one.run.tokenizer_digest == other.run.tokenizer_digest:
            yield from _recorded(store, one, other)
    generator = torch.Generator().manual_seed(1)
    for material in materials:
        for probe in list(material.tensors)[:8]:
            for row in logprobs(store, material, probe)[:4].double().log_softmax(1):
                for spread in (0.1, 1.0):
                    copy = _perturbed(row, spread, generator)
                    yield f"copies with noise of {spread} nats", row, copy


def _recorded(store: CaseStore, one: Material, other: Material) -> Iterator[Pair]:
    label = f"{one.run.model} and {other.run.model}"
    for probe, offsets in one.offsets.items():
        if other.offsets.get(probe) == offsets:
            pair = (logprobs(store, side, probe).double().log_softmax(1) for side in (one, other))
            for p, q in zip(*pair, strict=True):
                yield label, p, q


def _perturbed(row: Tensor, spread: float, generator: torch.Generator) -> Tensor:
    noise = torch.randn(len(row) + 1, generator=generator, dtype=torch.float64) * spread
    return (row * noise[-1].exp() + noise[:-1]).log_softmax(0)


def _exact(p: Tensor, q: Tensor) -> dict[str, float]:
    sums = {
        name: float(divergence.term(p.exp(), q.exp()).sum())
        for name, divergence in DIVERGENCES.items()
    }
    return sums | {"hellinger": sums["hellinger"] ** 0.5}


def _top(row: Tensor, k: int) -> Mapping[str, float]:
    best = row.topk(k)
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return {str(token): value for token, value in pairs}


def _row(values: list[tuple[Bounded, float]]) -> str:
    inside = sum(bound.low - 1e-9 <= value <= bound.high + 1e-9 for bound, value in values)
    errors = [bound.estimate - value for bound, value in values if math.isfinite(bound.estimate)]
    parts = [
        f"truth {fmean(value for _, value in values):.4f}",
        f"low {fmean(bound.low for bound, _ in values):.4f}",
        f"high {fmean(bound.high for bound, _ in values):.4f}",
        f"inside {inside} of {len(values)}",
        f"bias {fmean(errors):+.4f}",
        f"error {fmean(map(abs, errors)):.4f}",
    ]
    # The bias and error of KL are over the positions whose lists have a token in common.
    if len(errors) < len(values):
        parts.append(f"estimate infinite at {len(values) - len(errors)}")
    return ", ".join(parts)


def _order(item: tuple[str, object]) -> tuple[str, int, int]:
    label, k, name = item[0].rsplit(", ", 2)
    return label, int(k.split()[-1]), list(DIVERGENCES).index(name)
