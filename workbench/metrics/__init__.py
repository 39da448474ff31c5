"""Metrics in report order. `METRICS` is the only list of them.

A metric compares what two models gave at one probe. It is arithmetic on tensors or texts: no model,
no file, no database. Where it cannot be computed it raises `NotEnoughEvidenceError`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.alleles import allele_distance
from workbench.metrics.divergences import Bounded
from workbench.metrics.embedding import mmd_squared, paired_similarity
from workbench.metrics.hamming import hamming_distance
from workbench.metrics.likelihood import passage_distance, passage_distances, surprise
from workbench.metrics.next_tokens import (
    next_byte_js,
    next_byte_js_of,
    next_bytes_js,
    next_token_js,
    next_token_top1,
)
from workbench.metrics.style import format_similarity
from workbench.metrics.text import (
    character_similarity,
    opening_agreement,
    word_bigram_similarity,
)

Material = Literal[
    "tokens",
    "bytes",
    "byte habits",
    "passages",
    "options",
    "readings",
    "readings back",
    "embeddings",
    "texts",
]
"""What a metric takes of each model: next tokens of one vocabulary, of any, or of any beside a panel;
likelihoods of passages; letters of options; likelihoods of the one model's answers under the other, or
the reverse; answers' embeddings; answers."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to compare two models at one probe."""

    id: str
    title: str
    direction: Literal["similarity", "distance"]
    unit: str
    material: Material
    at_probe: Callable[..., float | Bounded] | None
    """Takes both models' material; None: computed over all probes and the whole panel at once."""
    at_pairs: Callable[..., Sequence[Bounded | None]] | None = None
    """The same for many pairs at once: all sides, and places of two in them; None where there is not
    enough."""

    def measure(self, *material: Any) -> Bounded:  # noqa: ANN401 - as `material` says
        """Compare at one probe; an exact value has equal limits."""
        if self.at_probe is None:
            msg = f"{self.id} is not computed probe by probe"
            raise TypeError(msg)
        found = self.at_probe(*material)
        return found if isinstance(found, Bounded) else Bounded.exact(found)

    def measure_pairs(
        self, sides: Sequence[Any], pairs: Sequence[tuple[int, int]]
    ) -> Sequence[Bounded | None]:
        """Compare many pairs at one probe; None where a pair does not have enough."""
        if self.at_pairs is not None:
            return self.at_pairs(sides, pairs)
        return [self._if_enough(sides[i], sides[j]) for i, j in pairs]

    def _if_enough(self, *material: Any) -> Bounded | None:  # noqa: ANN401 - as `material` says
        try:
            return self.measure(*material)
        except NotEnoughEvidenceError:
            return None


METRICS: tuple[Metric, ...] = (
    Metric(
        "next-token-js",
        "Next-token divergence (Jensen–Shannon)",
        "distance",
        "bits, 0 to 1",
        "tokens",
        next_token_js,
    ),
    Metric(
        "top1-agreement",
        "Most probable next token agrees",
        "similarity",
        "share of positions, 0 to 1",
        "tokens",
        next_token_top1,
    ),
    Metric(
        "next-byte-js",
        "Next-byte divergence, any tokenizers (Jensen–Shannon)",
        "distance",
        "bits, 0 to 1",
        "bytes",
        next_byte_js,
        next_byte_js_of,
    ),
    Metric(
        "next-bytes-js",
        "Next two bytes' divergence, any tokenizers (Jensen–Shannon)",
        "distance",
        "bits, 0 to 1",
        "bytes",
        next_bytes_js,
    ),
    Metric(
        "next-byte-correlation",
        "Next-byte habits, any tokenizers (residual correlation)",
        "similarity",
        "correlation, −1 to 1",
        "byte habits",
        None,
    ),
    Metric(
        "passage-likelihood",
        "Surprise at passages differs",
        "distance",
        "bits per byte",
        "passages",
        passage_distance,
        passage_distances,
    ),
    Metric(
        "option-correlation",
        "Choices among options (residual correlation)",
        "similarity",
        "correlation, −1 to 1",
        "options",
        None,
    ),
    Metric(
        "cross-likelihood",
        "Surprise at the reference's answers",
        "distance",
        "bits per byte",
        "readings",
        surprise,
    ),
    Metric(
        "reverse-likelihood",
        "Reference's surprise at the other's answers",
        "distance",
        "bits per byte",
        "readings back",
        surprise,
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
    Metric(
        "character-ngram",
        "Spelling of answers (character n-grams)",
        "similarity",
        "mean cosine, 0 to 1",
        "texts",
        character_similarity,
    ),
    Metric(
        "opening-words",
        "Openings of answers (first five words)",
        "similarity",
        "share of words, 0 to 1",
        "texts",
        opening_agreement,
    ),
    Metric(
        "format-habits",
        "Format of answers (lists, headings, marks)",
        "similarity",
        "above 0, 1 for the same format",
        "texts",
        format_similarity,
    ),
    Metric(
        "hamming-mmd",
        "Letters of answers (two-sample test on strings)",
        "distance",
        "squared kernel distance, about 0 to 2",
        "texts",
        hamming_distance,
    ),
    Metric(
        "allele-distance",
        "First words of answers (Nei's distance)",
        "distance",
        "difference of probabilities, about 0 to 1",
        "texts",
        allele_distance,
    ),
)

__all__ = ["METRICS", "Bounded", "Metric"]
