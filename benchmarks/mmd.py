"""Hamming-kernel MMD with its permutation p-value, against the package model-equality-testing."""

import random
import time
from importlib.util import find_spec
from statistics import median

import torch

from workbench.metrics.hamming import characters, hamming_gram, hamming_mmd, hamming_p_value

PROMPTS = 20
LENGTH = 200


def measure(quick: bool) -> dict[str, object]:
    """Time both on the same texts and compare their statistics."""
    n, rounds = (200, 20) if quick else (1000, 100)
    texts, prompts = _texts(2 * n), torch.arange(n).remainder(PROMPTS).repeat(2)
    runs = [_ours(texts, prompts, n, rounds) for _ in range(5)]
    ours = median(seconds for _, _, seconds in runs)
    p, mine, _ = runs[0]
    result: dict[str, object] = {
        "input": f"{n} answers a side, {PROMPTS} prompts, {LENGTH} characters, {rounds} permutations",
        "ours, seconds (median of 5)": round(ours, 3),
        "p, permuted within prompts": p,
    }
    if find_spec("model_equality_testing") is None:
        return result | {"peer": "not measured: pip install model-equality-testing"}
    peer_p, theirs, seconds = _peer(texts, prompts, n, rounds)
    return result | {
        "peer, seconds (one run)": round(seconds, 3),
        "peer / ours": round(seconds / ours, 1),
        "difference of the statistics": abs(theirs - mine),
        "p of the peer, permuted over all prompts": peer_p,
    }


def _ours(
    texts: list[str], prompts: torch.Tensor, n: int, rounds: int
) -> tuple[float, float, float]:
    started = time.perf_counter()
    gram = hamming_gram(characters(texts, LENGTH), prompts)
    statistic = hamming_mmd(gram, n, prompts)
    dice = torch.Generator().manual_seed(1)
    p = hamming_p_value(gram, n, prompts, rounds=rounds, generator=dice)
    return p, statistic, time.perf_counter() - started


def _texts(count: int) -> list[str]:
    dice = random.Random(7)
    words = ["".join(dice.choices("etaoinshrdlu", k=dice.randint(2, 8))) for _ in range(300)]
    return [" ".join(dice.choices(words, k=60))[: dice.randint(120, 260)] for _ in range(count)]


def _peer(
    texts: list[str], prompts: torch.Tensor, n: int, rounds: int
) -> tuple[float, float, float]:
    from model_equality_testing.algorithm import run_two_sample_test  # noqa: PLC0415 - optional
    from model_equality_testing.distribution import CompletionSample  # noqa: PLC0415 - optional

    rows = characters(texts, LENGTH)
    sides = [
        CompletionSample(prompts=prompts[part], completions=rows[part], m=PROMPTS)
        for part in (slice(0, n), slice(n, None))
    ]
    started = time.perf_counter()
    p, statistic = run_two_sample_test(*sides, b=rounds, stat_type="mmd_hamming")
    return float(p), float(statistic), time.perf_counter() - started
