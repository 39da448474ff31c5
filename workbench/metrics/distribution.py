"""Next-token distributions of two models that share a vocabulary."""

import math
from collections.abc import Mapping

from torch import Tensor

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.divergence import divergences


def jensen_shannon(reference: Tensor, suspect: Tensor) -> float:
    """Jensen–Shannon divergence of next-token distributions, mean over positions.

    Args:
        reference: Natural log-probabilities, shape (positions, vocab), float16 to float64.
        suspect: The same positions and vocabulary, same shape.

    Returns:
        A distance in bits, from 0 (equal distributions) to 1 (disjoint ones). Symmetric.

    Raises:
        DistributionError: If a tensor is malformed or the two do not belong together (`divergences`).
        NotEnoughEvidenceError: If there is no position.

    Accuracy: Computed in float64; each row is normalised first, because float16 log-probabilities
        sum to 1 only within about 1e-3.

    Source: Lin (1991), "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory
        37(1), eq. 4.1 with equal weights.
    """
    return float(divergences(reference, suspect).jensen_shannon.mean())


def top1_agreement(reference: Tensor, suspect: Tensor) -> float:
    """Share of positions at which both models find the same next token most probable.

    Args:
        reference: Natural log-probabilities, shape (positions, vocab), float16 to float64.
        suspect: The same positions and vocabulary, same shape.

    Returns:
        A similarity from 0 to 1. Symmetric.

    Raises:
        DistributionError: If a tensor is malformed or the two do not belong together (`divergences`).
        NotEnoughEvidenceError: If there is no position.

    Source: The agreement rate of "Model provenance testing" (2025), arXiv:2502.00706,
        read from distributions instead of sampled tokens.
    """
    return float(divergences(reference, suspect).top1.double().mean())


def mean_log_difference(
    one: Mapping[str, float], other: Mapping[str, float], *, best: int = 10
) -> float:
    """Mean absolute difference of log-probabilities at the tokens both lists hold among their best.

    Args:
        one: Token → natural log-probability, of the most probable tokens at one position.
        other: The same of the other model, its tokens spelled alike.
        best: How many of each list are looked at; the tail of a list is rounded and rare.

    Returns:
        Nats, 0 or more. Symmetric.

    Raises:
        NotEnoughEvidenceError: If no token is among the best of both.
    """
    shared = _best(one, best).keys() & _best(other, best).keys()
    if not shared:
        raise NotEnoughEvidenceError("logprob-difference", got=0, need=1)
    return math.fsum(abs(one[token] - other[token]) for token in shared) / len(shared)


def _best(logprobs: Mapping[str, float], best: int) -> Mapping[str, float]:
    return dict(sorted(logprobs.items(), key=lambda item: (-item[1], item[0]))[:best])
