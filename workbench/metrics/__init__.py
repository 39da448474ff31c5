"""Metrics in report order. `METRICS` is the only list of them.

A metric compares what two models gave at one probe. It is arithmetic on tensors or texts: no model,
no file, no database. Where it cannot be computed it raises `NotEnoughEvidenceError`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from workbench.metrics.distribution import jensen_shannon, top1_agreement
from workbench.metrics.embedding import mmd_squared, paired_similarity
from workbench.metrics.text import word_bigram_similarity


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to compare two models at one probe."""

    id: str
    title: str
    direction: Literal["similarity", "distance"]
    unit: str
    material: Literal["embeddings", "texts", "logprobs"]
    """What `at_probe` takes of each model."""
    at_probe: Callable[[Any, Any], float]


METRICS: tuple[Metric, ...] = (
    Metric(
        "next-token-js",
        "Next-token divergence (Jensen–Shannon)",
        "distance",
        "bits, 0 to 1",
        "logprobs",
        jensen_shannon,
    ),
    Metric(
        "top1-agreement",
        "Most probable next token agrees",
        "similarity",
        "share of positions, 0 to 1",
        "logprobs",
        top1_agreement,
    ),
    Metric(
        "paired-embedding",
        "Meaning of answers (paired embeddings)",
        "similarity",
        "mean cosine, −1 to 1",
        "embeddings",
        paired_similarity,
    ),
    Metric(
        "mmd-squared",
        "Spread of answers (squared MMD)",
        "distance",
        "squared kernel distance, about 0 to 2",
        "embeddings",
        mmd_squared,
    ),
    Metric(
        "word-bigram",
        "Wording of answers (word bigrams)",
        "similarity",
        "mean Jaccard, 0 to 1",
        "texts",
        word_bigram_similarity,
    ),
)

__all__ = ["METRICS", "Metric"]
