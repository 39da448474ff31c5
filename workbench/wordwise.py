"""Two texts word by word: where they differ, and which phrases they share.

For reading, not for measuring: nothing here enters a score.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import regex

Side = Literal["both", "first", "second"]

UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}"
)
"""Scripts that put no space between words: there a token is one character with its marks."""
UNSPACED_WORD = rf"[{UNSPACED}]\p{{M}}*"
SPACED_WORD = rf"[[\p{{L}}\p{{N}}\p{{M}}_]--[{UNSPACED}]]+"
WORD = regex.compile(rf"{UNSPACED_WORD}|{SPACED_WORD}", regex.V1)
PIECE = regex.compile(rf"(?:{UNSPACED_WORD}|{SPACED_WORD}|\S|\s+)", regex.V1)
MOST_PIECES = 4000
"""Pieces of one text that are compared; time grows with the product of both."""
PHRASE_WORDS = 4
MOST_PLACES = 64
"""Places of one beginning that are followed; a text that repeats itself has more than it tells."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text that one or both of two texts hold."""

    side: Side
    text: str
    words: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other in an answer of both models, as long as they do."""

    text: str
    """Case folded, without punctuation."""
    words: int
    others: int
    """How many of the other models wrote it too."""


def words(text: str) -> list[str]:
    """Words of a text, case folded, without punctuation.

    Letters, digits and the marks that belong to them make a word, so a vowel sign of Devanagari does
    not split one. In scripts without spaces every character, with its marks, is a word of its own:
    no dictionary is used, so two-word n-grams there are n-grams of characters.
    """
    found: list[str] = WORD.findall(text.casefold())
    return found


def differences(first: str, second: str) -> tuple[Stretch, ...]:
    """Tell two texts apart, word by word.

    Args:
        first: A text; at most `MOST_PIECES` of its words, marks and spaces are looked at.
        second: Another.

    Returns:
        Stretches in reading order. Those of `first` and of both make up the first text, those of
        `second` and of both the second.

    Source: Ratcliff & Metzener (1988), pattern matching, as the standard library has it.
    """
    one, other = PIECE.findall(first)[:MOST_PIECES], PIECE.findall(second)[:MOST_PIECES]
    found: list[Stretch] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(_stretch("both", one[a:b]))
            continue
        found += [_stretch("first", one[a:b])] if b > a else []
        found += [_stretch("second", other[c:d])] if d > c else []
    return tuple(found)


def _stretch(side: Side, pieces: Sequence[str]) -> Stretch:
    return Stretch(side, "".join(pieces), sum(bool(WORD.match(piece)) for piece in pieces))


def shared_phrases(
    first: Sequence[str],
    second: Sequence[str],
    others: Iterable[Sequence[str]] = (),
    fewest: int = PHRASE_WORDS,
) -> tuple[Phrase, ...]:
    """Find the phrases that answers of two models share.

    Args:
        first: Answers of one model.
        second: Answers of another.
        others: Answers of each further model, in which the phrases are counted.
        fewest: Words of a phrase at least, 1 or more.

    Returns:
        Phrases as long as they are shared, the longest first; none lies within another.
    """
    known = [words(text)[:MOST_PIECES] for text in first]
    starts = _starts(known, fewest)
    found = {
        phrase
        for text in second
        for phrase in _shared(words(text)[:MOST_PIECES], known, starts, fewest)
    }
    written = [[_spaced(words(text)) for text in texts] for texts in others]
    kept: list[tuple[str, ...]] = []
    for phrase in sorted(found, key=lambda item: (-len(item), item)):
        if not any(_spaced(phrase) in _spaced(longer) for longer in kept):
            kept.append(phrase)
    return tuple(
        Phrase(
            " ".join(phrase),
            len(phrase),
            sum(any(_spaced(phrase) in text for text in texts) for texts in written),
        )
        for phrase in kept
    )


def _spaced(parts: Sequence[str]) -> str:
    return f" {' '.join(parts)} "


def _starts(
    texts: Sequence[Sequence[str]], fewest: int
) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    found: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(texts):
        for at in range(len(text) - fewest + 1):
            found[tuple(text[at : at + fewest])].append((number, at))
    return found


def _shared(
    text: Sequence[str],
    known: Sequence[Sequence[str]],
    starts: dict[tuple[str, ...], list[tuple[int, int]]],
    fewest: int,
) -> Iterator[tuple[str, ...]]:
    at = 0
    while at + fewest <= len(text):
        places = starts.get(tuple(text[at : at + fewest]), [])[:MOST_PLACES]
        longest = max((_alike(text[at:], known[n][start:]) for n, start in places), default=0)
        if longest:
            yield tuple(text[at : at + longest])
        # The next phrase may begin within this one, but not lie in it.
        at += max(1, longest - fewest + 1)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
