"""Sampled answers to one probe, compared by their words."""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.ngrams import Codes, characters, codes, ngrams, words

T = TypeVar("T")

EDGE = ""
"""Stands before the first and after the last word, so that a one-word answer has bigrams too."""
CHARACTER_ORDERS = (3, 4, 5)
PHRASE_ORDERS = (3, 4, 5)
"""Words in a row that make a phrase."""
OPENING_WORDS = 5


def word_bigram_similarity(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """Mean Jaccard similarity of word bigrams, over every pair of answers to one probe.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        A similarity from 0 (no bigram in common) to 1 (the same bigrams). Symmetric. Case is
        folded; punctuation is left out; in scripts without spaces a word is one character.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.

    Source: Jaccard (1912) on sets of adjacent words (Broder 1997, "On the resemblance and
        containment of documents", with shingles of two words).
    """
    _need_answers("word-bigram", reference, suspect)
    ours, theirs = [_bigrams(text) for text in reference], [_bigrams(text) for text in suspect]
    return _over_pairs(lambda a, b: len(a & b) / len(a | b), ours, theirs)


def character_similarity(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """Mean cosine of the character n-gram profiles of every pair of answers to one probe.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        A similarity from 0 to 1, on n-grams of 3, 4 and 5 characters with ln(1 + count) for a
        weight. Symmetric. Case is folded and white space drawn together, so layout does not speak.
        Two answers too short for an n-gram count as 0.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.

    Source: Character n-gram profiles, Cavnar & Trenkle (1994), SDAIR; the cosine of Salton.
    """
    _need_answers("character-ngram", reference, suspect)
    ours, theirs = [_profile(text) for text in reference], [_profile(text) for text in suspect]
    return _over_pairs(_cosine, ours, theirs)


def opening_agreement(reference: Sequence[str], suspect: Sequence[str]) -> float:
    """How far answers to one probe begin with the same words.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.

    Returns:
        Mean share of the first five words that agree before the first that differs, over every pair
        of answers; 0 to 1, a similarity. Symmetric. Where both answers end early together, what is
        missing agrees.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer.

    Source: Own; the openings of answers as a mark of their model, "Idiosyncrasies in large language
        models" (2025), arXiv:2502.12150.
    """
    _need_answers("opening-words", reference, suspect)
    ours, theirs = [opening(text) for text in reference], [opening(text) for text in suspect]
    return _over_pairs(_leading_share, ours, theirs)


def rare_phrase_similarity(
    reference: Sequence[str], suspect: Sequence[str], background: Sequence[Collection[str]]
) -> float:
    """How many phrases two models share at one probe that other models do not use there.

    Args:
        reference: Answers of one model.
        suspect: Answers of the other.
        background: Answers of further models to the same probe, one collection per model.

    Returns:
        Mean cosine, 0 to 1, of the phrases of 3 to 5 words that stand in both models' answers or
        in the background, each weighted by ln(models / models that use it). Symmetric. 0 where no
        such phrase is left.

    Raises:
        NotEnoughEvidenceError: If either model gave no answer, or there is no background.

    Source: Inverse document frequency, Spärck Jones (1972), over models instead of documents;
        containment by rare shingles as in plagiarism detection (Broder 1997).
    """
    _need_answers("rare-phrases", reference, suspect)
    if not background:
        raise NotEnoughEvidenceError("rare-phrases", got=0, need=1)
    models = [[phrases(text) for text in texts] for texts in (reference, suspect, *background)]
    used = [np.unique(np.concatenate(texts)) for texts in models if texts]
    found, users = np.unique(np.concatenate(used), return_counts=True)
    weight = np.where(users >= 2, np.log(len(used) / users), 0.0)
    rows = [[weight * np.isin(found, text) for text in texts] for texts in models[:2]]
    return _over_pairs(_angle, rows[0], rows[1])


def phrases(text: str) -> Codes:
    """Every phrase of 3 to 5 words of a text, once each, as sorted hashes."""
    return np.unique(ngrams(codes(words(text)), PHRASE_ORDERS))


def opening(text: str) -> tuple[str, ...]:
    """First five words of a text, filled up with empty ones; case folded, no punctuation."""
    first = words(text)[:OPENING_WORDS]
    return (*first, *[""] * (OPENING_WORDS - len(first)))


def _need_answers(metric: str, reference: Sequence[str], suspect: Sequence[str]) -> None:
    if min(len(reference), len(suspect)) == 0:
        raise NotEnoughEvidenceError(metric, got=0, need=1)


def _over_pairs(alike: Callable[[T, T], float], ours: Sequence[T], theirs: Sequence[T]) -> float:
    total = sum(alike(mine, yours) for mine in ours for yours in theirs)
    return total / (len(ours) * len(theirs))


def _bigrams(text: str) -> set[tuple[str, str]]:
    return set(pairwise([EDGE, *words(text), EDGE]))


def _profile(text: str) -> dict[int, float]:
    found, counts = np.unique(ngrams(characters(text), CHARACTER_ORDERS), return_counts=True)
    weights = np.log1p(counts)
    weights = weights / (np.linalg.norm(weights) or 1.0)
    return dict(zip(found.tolist(), weights.tolist(), strict=True))


def _cosine(mine: dict[int, float], yours: dict[int, float]) -> float:
    return sum(weight * yours[key] for key, weight in mine.items() if key in yours)


def _leading_share(mine: tuple[str, ...], yours: tuple[str, ...]) -> float:
    agree = 0
    while agree < OPENING_WORDS and mine[agree] == yours[agree]:
        agree += 1
    return agree / OPENING_WORDS


def _angle(mine: np.ndarray, yours: np.ndarray) -> float:
    size = float(np.linalg.norm(mine) * np.linalg.norm(yours))
    return float(mine @ yours) / size if size else 0.0
