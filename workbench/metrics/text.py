"""Sampled answers, compared by their words."""

import re
from collections.abc import Sequence
from itertools import pairwise

from workbench.errors import NotEnoughEvidenceError

WORD = re.compile(r"\w+")
EDGE = ""
"""Stands before the first and after the last word, so that a one-word answer has bigrams too."""


def word_bigram_similarity(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """Mean Jaccard similarity of word bigrams, over every pair of answers to one probe.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        A similarity from 0 (no bigram in common) to 1 (the same bigrams). Symmetric. Case is
        folded; punctuation is left out.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.

    Source: Jaccard (1912) on sets of adjacent words (Broder 1997, "On the resemblance and
        containment of documents", with shingles of two words).
    """
    if min(len(reference), len(suspect)) == 0:
        raise NotEnoughEvidenceError("word-bigram", got=0, need=1)
    ours, theirs = [_bigrams(text) for text in reference], [_bigrams(text) for text in suspect]
    total = sum(len(a & b) / len(a | b) for a in ours for b in theirs)
    return total / (len(ours) * len(theirs))


def _bigrams(text: str) -> set[tuple[str, str]]:
    words = [EDGE, *WORD.findall(text.casefold()), EDGE]
    return set(pairwise(words))
