"""How much one probe tells models apart: its answers' spread between models against that within one.

Everything here takes one square matrix of distances among all answers to a probe, and says which
model gave which row. The same arithmetic then serves meaning, length and format.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import NotEnoughEvidenceError

MIN_MODELS = 3
"""With two there is one pair, and nothing to say how much pairs differ."""

LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)
MARKUP = re.compile(r"\*\*|^#{1,6} |`", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread of the answers to one probe, in halves of mean distances."""

    between: float
    """Half the mean distance between models, less the noise: what a model has of its own."""
    noise: float
    """Half the mean distance between answers of one model."""


def spread(distances: Tensor, models: Tensor) -> Spread:
    """Split the distances among answers into what models differ by and what one model varies by.

    Args:
        distances: Squared Euclidean distances, shape (n, n), floating point, symmetric, zero on the
            diagonal. For unit vectors half of one is 1 − cosine.
        models: Which model gave each row, shape (n,), integer.

    Returns:
        Variance components, in the unit of half a distance. On unit vectors `between` is the gap in
        mean cosine: how much more alike a model's own answers are than those of two models. `noise`
        is 0 or more; `between` can be slightly negative, do not clip it before averaging.

    Raises:
        NotEnoughEvidenceError: If fewer than 3 models gave an answer, or none gave two.

    Source: The method of moments for a one-way random-effects model (Searle, Casella & McCulloch 1992,
        "Variance components", ch. 3), by distances (Anderson 2001, Austral Ecology 26, 32–46); every
        model and every pair of models weighs the same.
    """
    labels = _labels(models)
    within = [_mean_within(distances, models == one) for one in labels]
    repeated = [value for value in within if value is not None]
    if not repeated:
        raise NotEnoughEvidenceError("the spread within a model", got=1, need=2)
    across = between_models(distances, models)
    noise = math.fsum(repeated) / len(repeated) / 2
    return Spread(across / 2 - noise, noise)


def between_models(distances: Tensor, models: Tensor) -> float:
    """Mean distance between answers of two models; every pair of models weighs the same.

    Args:
        distances: Shape (n, n), as for `spread`.
        models: Shape (n,).

    Returns:
        In the unit of the distances, 0 or more.

    Raises:
        NotEnoughEvidenceError: If fewer than 3 models gave an answer.
    """
    labels = _labels(models)
    blocks = [
        float(distances[models == one][:, models == other].double().mean())
        for place, one in enumerate(labels)
        for other in labels[:place]
    ]
    return math.fsum(blocks) / len(blocks)


def discriminability(distances: Tensor, models: Tensor) -> float:
    """How often two answers of one model are nearer to each other than to another model's answer.

    Args:
        distances: Any distance, shape (n, n), floating point.
        models: Which model gave each row, shape (n,), integer.

    Returns:
        Share of (answer, another of the same model, one of another model), ties counting half, every
        model weighing the same: 0.5 where the probe tells nothing, be it that all answer alike or
        that all answer at random; 1 where every model keeps to answers of its own.

    Raises:
        NotEnoughEvidenceError: If fewer than 3 models gave an answer, or none gave two.

    Source: Bridgeford et al. (2021), "Eliminating accidental deviations to minimize generalization
        error and maximize replicability", PLoS Computational Biology 17(9), eq. 1, where an object
        is a model and a measurement an answer.
    """
    shares = []
    for one in _labels(models):
        own, other = models == one, models != one
        if int(own.sum()) > 1:
            shares.append(_share_nearer(distances[own][:, own], distances[own][:, other]))
    if not shares:
        raise NotEnoughEvidenceError("discriminability", got=1, need=2)
    return math.fsum(shares) / len(shares)


def length_distances(texts: Sequence[str]) -> Tensor:
    """Distances among texts by nothing but their length: |ln(1+a) − ln(1+b)|, (n, n), float64."""
    lengths = torch.tensor([math.log1p(len(text)) for text in texts], dtype=torch.float64)
    return (lengths[:, None] - lengths[None, :]).abs()


def format_distances(texts: Sequence[str]) -> Tensor:
    """Share of six marks of format in which two texts differ: (n, n), float64, 0 to 1.

    The marks: more than one line, a list, markup, a capital first, an end of sentence last, quotes.
    """
    marks = torch.tensor([_marks(text) for text in texts], dtype=torch.float64)
    return (marks[:, None, :] - marks[None, :, :]).abs().mean(2)


def profile_distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Total variation of two distributions over named classes.

    Args:
        one: Class → probability, summing to 1.
        other: The same of another model; a class that is missing has probability 0.

    Returns:
        0 (equal) to 1 (nothing in common). Symmetric.
    """
    classes = one.keys() | other.keys()
    return math.fsum(abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in classes) / 2


def first_letters(tokens: Sequence[str], logprobs: Sequence[float]) -> dict[str, float]:
    """Distribution of the first visible character that comes next, from the most probable tokens.

    Two tokenizers cut words differently, yet agree on their first letter more often than on
    anything else that a list of tokens shows.

    Args:
        tokens: Candidates, as text.
        logprobs: Their natural log-probabilities.

    Returns:
        First character → probability, rescaled to sum to 1 over the candidates that show a
        character. Empty if none does.

    Source: The first characters of PhyloLM (ICLR 2025, arXiv:2404.04671), read from probabilities
        instead of samples. Only the candidates given count: what the rest would add is left out.
    """
    found: dict[str, float] = {}
    for token, logprob in zip(tokens, logprobs, strict=True):
        if visible := token.strip():
            found[visible[0]] = found.get(visible[0], 0.0) + math.exp(logprob)
    total = math.fsum(found.values())
    return {letter: mass / total for letter, mass in found.items()} if total > 0 else {}


def _labels(models: Tensor) -> list[int]:
    labels: list[int] = sorted(set(models.tolist()))
    if len(labels) < MIN_MODELS:
        raise NotEnoughEvidenceError("weighing a probe", got=len(labels), need=MIN_MODELS)
    return labels


def _mean_within(distances: Tensor, own: Tensor) -> float | None:
    n = int(own.sum())
    if n < 2:
        return None
    return float(distances[own][:, own].double().sum()) / (n * (n - 1))


def _share_nearer(within: Tensor, across: Tensor) -> float:
    """Over every answer: pairs (another of its model, one of another), the first nearer."""
    n = len(within)
    off_diagonal = ~torch.eye(n, dtype=torch.bool)
    own = within[off_diagonal].reshape(n, n - 1, 1)
    other = across[:, None, :]
    # Distances that are equal but for rounding are ties.
    close = torch.isclose(own, other, rtol=1e-6, atol=1e-9)
    nearer = torch.where(close, 0.5, (own < other).double())
    return float(nearer.double().mean())


def _marks(text: str) -> tuple[bool, ...]:
    stripped = text.strip()
    return (
        "\n" in stripped,
        bool(LIST_MARK.search(text)),
        bool(MARKUP.search(text)),
        stripped[:1].isupper(),
        stripped[-1:] in set(".!?。！？।؟"),
        stripped[:1] in set("\"'“‘«„"),
    )
