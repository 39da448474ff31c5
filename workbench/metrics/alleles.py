"""First words of sampled answers, compared as alleles of one gene: the distance of Nei."""

import re
from collections import Counter
from collections.abc import Sequence

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.divergences import Bounded

FIRST_WORD = re.compile(r"\w+")
LETTERS = 4
"""Longer words are cut, so that scripts without spaces have alleles too."""


def allele_distance(reference: Sequence[str], suspect: Sequence[str]) -> Bounded:
    """Nei's minimum distance between two models' first words at one probe.

    Args:
        reference: Sampled answers of one model.
        suspect: Sampled answers of the other.

    Returns:
        (J_xx + J_yy) / 2 − J_xy, with J the probability that two answers begin alike: 0 in expectation
        if both models begin alike, at most 1. Unbiased, because no answer is compared with itself, so
        it can be negative; do not clip it. Symmetric. Case is folded.

    Raises:
        NotEnoughEvidenceError: If either model gave fewer than 2 answers.

    Source: Nei (1978), "Estimation of average heterozygosity and genetic distance from a small number
        of individuals", Genetics 89; used on language models, with the biased estimate, by
        PhyloLM (ICLR 2025, arXiv:2404.04671), whose first four characters are kept.
    """
    n, m = len(reference), len(suspect)
    if min(n, m) < 2:
        raise NotEnoughEvidenceError("allele-distance", got=min(n, m), need=2)
    x, y = (Counter(map(_allele, answers)) for answers in (reference, suspect))
    within_x = sum(count * (count - 1) for count in x.values()) / (n * (n - 1))
    within_y = sum(count * (count - 1) for count in y.values()) / (m * (m - 1))
    between = sum(count * y[allele] for allele, count in x.items()) / (n * m)
    return Bounded.exact((within_x + within_y) / 2 - between)


def _allele(answer: str) -> str:
    """The first word, or the first visible signs of an answer without words."""
    word = FIRST_WORD.search(answer.casefold())
    return (word[0] if word else answer.strip())[:LETTERS]
