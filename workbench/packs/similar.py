"""Prompts that ask the same thing twice, within one pack and across packs.

Two prompts are compared as multisets of four-character shingles of their normalised texts
(Broder 1997, "On the resemblance and containment of documents"); resemblance is the Jaccard index.
Only pairs that share one of their rarest shingles, early in both, can reach the threshold (prefix
filtering, Chaudhuri, Ganti & Kaushik 2006; positional filtering, Xiao et al. 2008), so most pairs
are never compared. Of a long prompt only the two ends are compared.
"""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.packs.draft import Draft
from workbench.packs.problem import Problem
from workbench.packs.schema import LITERAL_FAMILIES, MAX_PROMPT

SHINGLE = 4
END = 300
THRESHOLD = 0.8
"""At 40 characters a letter more or less stays above it, another word falls below."""

Shingles = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt and where it stands."""

    draft: Draft
    index: int
    text: str
    """Normalised, unless spelling is the point of its family."""
    loose: bool
    """Whether resemblance counts, or equality only."""

    def called_in(self, draft: Draft) -> str:
        """Name this probe for a reader of that pack."""
        name = self.draft.probe_name(self.index)
        return name if self.draft is draft else f"{name} in {self.draft.id}"


def within_pack(draft: Draft) -> Iterator[Problem]:
    """Find prompts that repeat an earlier prompt of their pack."""
    return (problem for _, problem in repetitions([draft]))


def repetitions(drafts: Iterable[Draft]) -> Iterator[tuple[Draft, Problem]]:
    """Find prompts that repeat an earlier one; the later of each two carries the problem."""
    asked = [_asked(draft, *item) for draft in drafts for item in draft.texts("prompt")]
    first: dict[str, Asked] = {}
    for item in asked:
        if item.text and item.text in first:
            yield item.draft, _problem(item, first[item.text], "repeats the prompt")
        first.setdefault(item.text, item)
    distinct = [item for text, item in first.items() if text and item.loose]
    for later, earlier in _resembling([item.text for item in distinct]):
        pair = distinct[later], distinct[earlier]
        yield pair[0].draft, _problem(*pair, "is almost the prompt")


def normalised(text: str) -> str:
    """Fold case, width, accents' spelling, punctuation and spacing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    return " ".join(words) or folded.strip()


def _asked(draft: Draft, index: int, prompt: str) -> Asked:
    loose = draft.family not in LITERAL_FAMILIES
    return Asked(draft, index, normalised(prompt[:MAX_PROMPT]) if loose else prompt, loose)


def _problem(later: Asked, earlier: Asked, verb: str) -> Problem:
    words = f"the prompt of {later.draft.probe_name(later.index)} {verb}"
    text = f"{words} of {earlier.called_in(later.draft)}"
    return later.draft.problem(text, "probe", later.index, "prompt")


def _shingles(text: str) -> Shingles:
    """Shingles, each with its number of occurrence, so that a set stands for the multiset."""
    if len(text) > 2 * END:
        text = text[:END] + text[-END:]
    seen: Counter[str] = Counter()
    numbered = []
    for start in range(max(1, len(text) - SHINGLE + 1)):
        shingle = text[start : start + SHINGLE]
        numbered.append((shingle, seen[shingle]))
        seen[shingle] += 1
    return frozenset(numbered)


def _resembling(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) that resemble each other, one pair for each later text at most."""
    sets = [_shingles(text) for text in texts]
    frequency = Counter(shingle for shingles in sets for shingle in shingles)
    holders: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for later, shingles in enumerate(sets):
        rarest = sorted(shingles, key=lambda item: (frequency[item], item))
        prefix = rarest[: len(rarest) - math.ceil(THRESHOLD * len(rarest)) + 1]
        possible = _candidates(prefix, len(rarest), holders, sets)
        found = next((other for other in possible if _alike(shingles, sets[other])), None)
        if found is not None:
            yield later, found
            continue
        for position, item in enumerate(prefix):
            holders[item].append((later, position))


def _candidates(
    prefix: list[tuple[str, int]],
    size: int,
    holders: dict[tuple[str, int], list[tuple[int, int]]],
    sets: list[Shingles],
) -> list[int]:
    """Earlier texts that share a rare shingle, so early in both that enough can still follow."""
    most: dict[int, int] = {}
    for position, item in enumerate(prefix):
        for other, place in holders.get(item, ()):
            most.setdefault(other, min(size - position, len(sets[other]) - place))
    return sorted(
        other for other, shared in most.items() if _enough(shared, size, len(sets[other]))
    )


def _alike(one: Shingles, other: Shingles) -> bool:
    return _enough(len(one & other), len(one), len(other))


def _enough(shared: int, one: int, other: int) -> bool:
    return shared >= THRESHOLD * (one + other - shared)
