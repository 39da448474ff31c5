"""Option residuals against a simpler correlation, on recorded multiple-choice log-probabilities.

Needs the folder named in WORKBENCH_LINEAGE with `mcq_logits_mmlu.npz`: `logp` (runs, questions,
options), `models` and `style` (the prompt's format). Base models are compared with chat models.
Nothing is estimated from the labels. Intervals draw families of models again, never questions.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from workbench.metrics.options import (
    ONE_LETTER,
    option_correlation,
    option_residuals,
    same_letter_share,
)

FILE = "mcq_logits_mmlu.npz"
BASE, TEMPLATE, PLAIN = "outputs_base", "outputs_chat_v1", "outputs_chat_v2"
"""Base models as they stand; chat models through their template; chat models asked as base models."""
FORMATS = {
    "same format": (BASE, PLAIN),
    "across formats": (BASE, TEMPLATE),
    "one model, two formats": (TEMPLATE, PLAIN),
}
TUNED = ("-chat-hf", "-hf", "-instruct", "-Chat", "-chat", "-base")
ROUNDS = 2000

Pair = tuple[int, int]
Scores = dict[Pair, float]


@dataclass(frozen=True, slots=True)
class Runs:
    """What was recorded, and of whom."""

    logprobs: Tensor
    """Shape (runs, questions, options)."""
    weights: list[str]
    """Run → name of the weights without what tuning added to it: a base model and its chat model
    share it."""
    families: list[str]
    styles: list[str]

    def pairs(self, first: str, second: str) -> list[Pair]:
        """Every run of one format with every run of another."""
        everyone = range(len(self.styles))
        wanted = (first, second)
        return [(a, b) for a, b in product(everyone, everyone) if self._styles(a, b) == wanted]

    def _styles(self, first: int, second: int) -> tuple[str, str]:
        return self.styles[first], self.styles[second]

    def unrelated(self, first: int, second: int) -> bool:
        """Whether two runs are of different families."""
        return self.families[first] != self.families[second]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pairs of one comparison by what is known of them."""

    derived: list[Pair]
    unrelated: list[Pair]
    siblings: list[Pair]


def measure(quick: bool) -> dict[str, object]:
    """Compare both at several numbers of questions, with and without options that never change."""
    folder = os.environ.get("WORKBENCH_LINEAGE", "")
    if not (file := Path(folder) / FILE).is_file():
        return {"skipped": f"name a folder that holds {FILE} in WORKBENCH_LINEAGE"}
    content = np.load(file, allow_pickle=False)
    logprobs = torch.from_numpy(content["logp"]).double()
    names, styles = [str(name) for name in content["models"]], [str(s) for s in content["style"]]
    rows: dict[str, object] = {}
    for options, questions in product((6, 4), (500,) if quick else (500, 2_000, len(logprobs[0]))):
        families = [name.split("-")[0] for name in names]
        taken = logprobs[:, :questions, :options]
        runs = Runs(taken, [_untuned(name) for name in names], families, styles)
        rows |= {
            f"{questions} questions, {options} options, {label}": value
            for label, value in _rows(runs).items()
        }
    return rows


def _untuned(name: str) -> str:
    return next((name.removesuffix(end) for end in TUNED if name.endswith(end)), name)


def _rows(runs: Runs) -> dict[str, str]:
    read = (same_letter_share(runs.logprobs) < ONE_LETTER).tolist()
    simple, ours = _simple(runs), _ours(runs)
    methods: dict[str, Callable[[str, str], Scores]] = {
        "simple": lambda *styles: {pair: simple(*pair) for pair in runs.pairs(*styles)},
        "ours": lambda *styles: {pair: ours(*pair) for pair in runs.pairs(*styles)},
        "ours, centred": lambda *styles: _centred(
            runs, {pair: ours(*pair) for pair in runs.pairs(*styles)}
        ),
    }
    rows = {}
    for (label, styles), (method, score) in product(FORMATS.items(), methods.items()):
        scores = score(*styles)
        kept = {pair: value for pair, value in scores.items() if all(read[run] for run in pair)}
        rows[f"{label}, {method}"] = (
            f"{_line(runs, scores)}; without runs of one letter: {_line(runs, kept)}"
        )
    return rows


def _simple(runs: Runs) -> Callable[[int, int], float]:
    """Log-probabilities less each model's letter means, scaled, less the mean of their format."""
    rows = runs.logprobs.log_softmax(2)
    rows = rows - rows.mean(1, keepdim=True)
    rows = rows / rows.square().mean((1, 2), keepdim=True).sqrt()
    for style in set(runs.styles):
        alike = [run for run, other in enumerate(runs.styles) if other == style]
        rows[alike] = rows[alike] - rows[alike].mean(0)
    table = torch.nn.functional.normalize(rows.flatten(1), dim=1)
    gram = table @ table.T
    return lambda first, second: float(gram[first, second])


def _ours(runs: Runs) -> Callable[[int, int], float]:
    residuals = option_residuals(runs.logprobs)
    known: Scores = {}

    def score(first: int, second: int) -> float:
        if (first, second) not in known:
            found = option_correlation(residuals, first, second, families=runs.families)
            known[first, second] = found.value
        return known[first, second]

    return score


def _centred(runs: Runs, scores: Scores) -> Scores:
    """Two-way centring (see docs/methods.md) on the pairs that neither side's family is part of."""
    return {pair: _less_panel(runs, scores, *pair) for pair in scores}


def _less_panel(runs: Runs, scores: Scores, first: int, second: int) -> float:
    others = {pair: value for pair, value in scores.items() if runs.unrelated(*pair)}

    def apart(run: int) -> bool:
        return runs.unrelated(run, first) and runs.unrelated(run, second)

    rows = [value for (a, b), value in others.items() if a == first and apart(b)]
    columns = [value for (a, b), value in others.items() if b == second and apart(a)]
    among = [value for (a, b), value in others.items() if apart(a) and apart(b)]
    return scores[first, second] - fmean(rows) - fmean(columns) + fmean(among)


def _labelled(runs: Runs, pairs: Scores) -> Labelled:
    derived = [(a, b) for a, b in pairs if runs.weights[a] == runs.weights[b]]
    unrelated = [pair for pair in pairs if runs.unrelated(*pair)]
    siblings = [pair for pair in pairs if pair not in {*derived, *unrelated}]
    return Labelled(derived, unrelated, siblings)


def _line(runs: Runs, scores: Scores) -> str:
    known = _labelled(runs, scores)
    low, high = _interval(runs, scores, known)
    against = _auc(_won(scores, known.derived, known.siblings))
    return (
        f"AUC {_auc(_won(scores, known.derived, known.unrelated)):.3f} ({low:.2f} to {high:.2f}), "
        f"{len(known.derived)} derived and {len(known.unrelated)} unrelated pairs; "
        f"against {len(known.siblings)} siblings {against:.2f}"
    )


def _won(scores: Scores, derived: list[Pair], others: list[Pair]) -> Tensor:
    """1 where a derived pair is above another one, 0.5 where they tie: (derived, others)."""
    one = torch.tensor([scores[pair] for pair in derived], dtype=torch.float64)[:, None]
    two = torch.tensor([scores[pair] for pair in others], dtype=torch.float64)
    return (one > two).double() + (one == two).double() / 2


def _auc(won: Tensor) -> float:
    return float(won.mean()) if won.numel() else math.nan


def _interval(runs: Runs, scores: Scores, known: Labelled) -> tuple[float, float]:
    """95 % percentile bootstrap: families drawn again, a pair counting as often as both sides do."""
    names = sorted(set(runs.families))
    place = [names.index(family) for family in runs.families]
    generator = torch.Generator().manual_seed(1)
    drawn = torch.randint(len(names), (ROUNDS, len(names)), generator=generator)
    times = torch.nn.functional.one_hot(drawn, len(names)).sum(1).double()  # (rounds, families)
    derived = times[:, [place[a] for a, _ in known.derived]]
    firsts = times[:, [place[a] for a, _ in known.unrelated]]
    others = firsts * times[:, [place[b] for _, b in known.unrelated]]
    won = _won(scores, known.derived, known.unrelated)
    values = ((derived @ won) * others).sum(1) / (derived.sum(1) * others.sum(1))
    limits = torch.nanquantile(values, torch.tensor([0.025, 0.975], dtype=torch.float64))
    return float(limits[0]), float(limits[1])
