"""Sampled answers, compared by their embeddings."""

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.permuted import permutation_p, unbiased_mmd

BANDWIDTH = 1.0
"""Width of the Gaussian kernel on unit vectors, whose distances run from 0 to 2."""


def paired_similarity(reference: Tensor, suspect: Tensor) -> float:
    """Mean cosine between every answer of one model and every answer of the other to one probe.

    Args:
        reference: Unit rows, shape (n, dim), floating point.
        suspect: Unit rows, shape (m, dim), same dtype and device.

    Returns:
        A similarity from −1 to 1, in practice from about 0 to 1. Symmetric.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.
    """
    if min(len(reference), len(suspect)) == 0:
        raise NotEnoughEvidenceError("paired-embedding", got=0, need=1)
    return float((reference.double() @ suspect.double().T).mean())


def mmd_squared(reference: Tensor, suspect: Tensor) -> float:
    """Squared maximum mean discrepancy between two sets of answers to one probe.

    Args:
        reference: Unit rows, shape (n, dim), floating point.
        suspect: Unit rows, shape (m, dim), same dtype and device.

    Returns:
        A distance: 0 in expectation if both models answer alike, larger if they differ. Unbiased,
        so it can be slightly negative; do not clip it. At most about 2.

    Raises:
        NotEnoughEvidenceError: If either side has fewer than 2 rows.

    Accuracy: Computed in float64.

    Source: Gretton et al. (2012), "A kernel two-sample test", JMLR 13, eq. 3, with a Gaussian kernel;
        used to compare language models by Gao et al. (2024), arXiv:2410.20247, with another kernel.
    """
    n, m = len(reference), len(suspect)
    if min(n, m) < 2:
        raise NotEnoughEvidenceError("mmd-squared", got=min(n, m), need=2)
    first = torch.zeros(1, n + m, dtype=torch.float64)
    first[0, :n] = 1.0
    return float(unbiased_mmd(_gram(reference, suspect), first, n)[0])


def mmd_p_value(
    pairs: list[tuple[Tensor, Tensor]], *, rounds: int, generator: torch.Generator
) -> float:
    """p-value of "both models answer every probe alike", labels permuted within each probe.

    A small p-value says that the two models differ. A fine-tuned or distilled model differs from its
    source too, so this never speaks for or against derivation.

    Args:
        pairs: One (reference, suspect) pair of unit rows per probe, at least 2 rows each.
        rounds: Permutations.
        generator: Source of the permutations, on the CPU.

    Returns:
        (1 + permutations whose mean statistic reaches the observed one) / (rounds + 1); never 0
        (Phipson & Smyth 2010, "Permutation p-values should never be zero").

    Raises:
        NotEnoughEvidenceError: If there is no pair, or one has fewer than 2 rows a side.
    """
    fewest = min((min(len(x), len(y)) for x, y in pairs), default=0)
    if fewest < 2:
        raise NotEnoughEvidenceError("mmd-squared", got=fewest, need=2)
    kernels = ((_gram(x, y), len(x)) for x, y in pairs)
    return permutation_p(kernels, rounds=rounds, generator=generator)


def _gram(reference: Tensor, suspect: Tensor) -> Tensor:
    """Gaussian kernel of all answers, its diagonal removed: (n + m, n + m), float64."""
    rows = torch.cat([reference, suspect]).double()
    squared = torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist").square()
    kernel = (-squared / (2 * BANDWIDTH**2)).exp()
    return kernel.fill_diagonal_(0.0).cpu()
