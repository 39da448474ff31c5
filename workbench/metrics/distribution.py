"""Next-token distributions of two models that share a vocabulary."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError


def jensen_shannon(reference: Tensor, suspect: Tensor) -> float:
    """Jensen–Shannon divergence of next-token distributions, mean over positions.

    Args:
        reference: Natural log-probabilities, shape (positions, vocab), any floating dtype.
        suspect: The same positions and vocabulary, same shape.

    Returns:
        A distance in bits, from 0 (equal distributions) to 1 (disjoint ones). Symmetric.

    Raises:
        NotEnoughEvidenceError: If there is no position.

    Accuracy: Computed in float64; each row is normalised first, because float16 log-probabilities
        sum to 1 only within about 1e-3.

    Source: Lin (1991), "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory
        37(1), eq. 4.1 with equal weights.
    """
    p, q = _normalised("next-token-js", reference, suspect)
    middle = torch.logaddexp(p, q) - math.log(2)
    divergence = (_kl(p, middle) + _kl(q, middle)) / 2
    return float(divergence.mean().clamp(min=0)) / math.log(2)


def top1_agreement(reference: Tensor, suspect: Tensor) -> float:
    """Share of positions at which both models find the same next token most probable.

    Args:
        reference: Log-probabilities, shape (positions, vocab), any floating dtype.
        suspect: The same positions and vocabulary, same shape.

    Returns:
        A similarity from 0 to 1. Symmetric.

    Raises:
        NotEnoughEvidenceError: If there is no position.

    Source: The agreement rate of "Model provenance testing" (2025), arXiv:2502.00706,
        read from distributions instead of sampled tokens.
    """
    p, q = _normalised("top1-agreement", reference, suspect)
    return float((p.argmax(1) == q.argmax(1)).double().mean())


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


def _normalised(metric: str, reference: Tensor, suspect: Tensor) -> tuple[Tensor, Tensor]:
    if reference.shape != suspect.shape:
        msg = f"{metric}: shapes {tuple(reference.shape)} and {tuple(suspect.shape)} differ"
        raise ValueError(msg)
    if len(reference) == 0:
        raise NotEnoughEvidenceError(metric, got=0, need=1)
    return reference.double().log_softmax(1), suspect.double().log_softmax(1)


def _kl(p: Tensor, q: Tensor) -> Tensor:
    """Kullback–Leibler divergence per row, in nats; a token of probability 0 adds nothing."""
    return torch.where(p > -torch.inf, p.exp() * (p - q), 0.0).sum(1)
