"""What calibrations of few and many families can say, on made-up scores of known truth.

No peer does this with families as units; what an unbounded ratio would have said stands beside it.
"""

import time

import numpy as np

from benchmarks.simulated import PROMPTS, panel, strangers
from workbench.evidence.labelled import Floats
from workbench.evidence.levels import level_of, reaches
from workbench.evidence.system import NOBODY, System
from workbench.records import Level

SIZES = ((9, 9), (20, 10), (30, 10), (60, 20), (110, 30))
"""Families, and recipes of derivatives."""
QUICK = SIZES[:2]
ROUNDS, QUICK_ROUNDS = 20, 3
PAIRS = 100
SHIFT = 4.0
SPREAD = PROMPTS / 1.959964
LEVELS: tuple[Level, ...] = ("weak support", "moderate support", "moderately strong support")


def measure(quick: bool) -> dict[str, object]:
    """Bounds, levels of new pairs of either kind, and how often strangers are misjudged."""
    sizes, rounds = (QUICK, QUICK_ROUNDS) if quick else (SIZES, ROUNDS)
    return {
        f"{families} families, {recipes} recipes": _of(families, recipes, rounds)
        for families, recipes in sizes
    }


def _of(families: int, recipes: int, rounds: int) -> dict[str, object]:
    began = time.perf_counter()
    derived, others, free, bounds = [], [], [], []
    for round_ in range(rounds):
        made = panel(round_, families=families, models=1, derivatives=recipes, shift=SHIFT)
        system = System(made, "weights", "independent")
        bounds.append(system.bounds().tightest)
        derived.append(strangers(round_, PAIRS, shift=SHIFT))
        others.append(strangers(round_, PAIRS))
        free.append(system.unbounded(others[-1], NOBODY))
        derived[-1], others[-1] = (_judged(system, scores) for scores in (derived[-1], others[-1]))
    low, high = np.mean(bounds, 0)
    return {
        "bounds": f"1/{10**-low:.1f} to {10**high:.1f}",
        "derivatives that reach": {level: _share(derived, level) for level in LEVELS},
        "strangers that reach": {level: _share(others, level) for level in LEVELS},
        "strangers at a ratio of 10": f"{_at(others, 1.0):.2%} bounded, {_at(free, 1.0):.2%} not",
        "strangers at a ratio of 100": f"{_at(others, 2.0):.2%} bounded, {_at(free, 2.0):.2%} not",
        "pairs of each kind": rounds * PAIRS,
        "seconds": round(time.perf_counter() - began, 1),
    }


def _judged(system: System, scores: Floats) -> Floats:
    """Ratio and limits of each score, shape (pairs, 3)."""
    values = system.bounded(system.unbounded(scores, NOBODY), NOBODY)
    limits = system.intervals(scores, np.full(len(scores), SPREAD), NOBODY)
    return np.stack(
        [values, np.minimum(limits[:, 0], values), np.maximum(limits[:, 1], values)], -1
    )


def _share(judged: list[Floats], wanted: Level) -> str:
    levels = [level_of(*one) for rows in judged for one in rows.tolist()]
    return f"{np.mean([reaches(level, wanted) for level in levels]):.1%}"


def _at(judged: list[Floats], log10_lr: float) -> float:
    values = np.concatenate([rows if rows.ndim == 1 else rows[:, 0] for rows in judged])
    return float(np.mean(values >= log10_lr))
