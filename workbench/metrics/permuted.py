"""Permutation tests of "both models answer every probe alike", labels permuted within each probe."""

from collections.abc import Iterable

import torch
from torch import Tensor

TIE = 1e-12
"""A permutation that repeats the observed labels must count as reaching it, rounding aside."""


def permutation_p(
    kernels: Iterable[tuple[Tensor, int]], *, rounds: int, generator: torch.Generator
) -> float:
    """p-value of the mean squared MMD over probes, every probe weighing the same.

    Args:
        kernels: Per probe, the kernel of all answers without its diagonal, shape (n + m, n + m),
            float64, on the CPU, and n, how many are the first model's; they come first. One is held
            at a time. At least 2 answers a side.
        rounds: Permutations.
        generator: Source of the permutations, on the CPU.

    Returns:
        (1 + permutations whose mean statistic reaches the observed one) / (rounds + 1); never 0.

    Source: Phipson & Smyth (2010), "Permutation p-values should never be zero".
    """
    totals, count = torch.zeros(rounds + 1, dtype=torch.float64), 0
    for count, (kernel, n) in enumerate(kernels, 1):  # noqa: B007 - how many there were
        labels = _labels(n, len(kernel) - n, rounds, generator)
        totals += unbiased_mmd(kernel, labels, n)
    reached = int((totals[1:] >= totals[0] - TIE * count).sum())
    return (1 + reached) / (rounds + 1)


def unbiased_mmd(kernel: Tensor, first: Tensor, n: int) -> Tensor:
    """Squared MMD for each assignment of answers to two models.

    Args:
        kernel: Without its diagonal, shape (n + m, n + m), float64.
        first: Indicators of the first model's answers, n in each row, shape (rounds, n + m), float64.
        n: Answers of the first model.

    Returns:
        Shape (rounds,), float64; unbiased.

    Source: Gretton et al. (2012), "A kernel two-sample test", JMLR 13, eq. 3.
    """
    m = len(kernel) - n
    second = 1.0 - first
    towards_first = first @ kernel
    within_first = (towards_first * first).sum(1) / (n * (n - 1))
    between = (towards_first * second).sum(1) / (n * m)
    within_second = ((second @ kernel) * second).sum(1) / (m * (m - 1))
    return within_first + within_second - 2 * between


def _labels(n: int, m: int, rounds: int, generator: torch.Generator) -> Tensor:
    """Indicators of the first model: the observed one, then permuted ones; (rounds + 1, n + m)."""
    observed = torch.zeros(1, n + m, dtype=torch.float64)
    observed[0, :n] = 1.0
    order = torch.rand(rounds, n + m, generator=generator, dtype=torch.float64).argsort(1)
    permuted = torch.zeros(rounds, n + m, dtype=torch.float64)
    permuted.scatter_(1, order[:, :n], 1.0)
    return torch.cat([observed, permuted])
