"""Multiple choice: how a question is printed with its options, and what its options must satisfy."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import combinations

from workbench.packs.draft import Draft
from workbench.packs.problem import Problem
from workbench.packs.schema import KINDS, MAX_OPTION, MAX_OPTIONS, MIN_OPTIONS, PLACEHOLDER
from workbench.records import LETTERS


def options(draft: Draft) -> Iterator[Problem]:
    """Probes of a choice pack, and no others, have options that can be told apart."""
    kind = draft.pack.get("kind")
    for index, probe in enumerate(draft.probes):
        where = ("probe", index, "options")
        if kind == "choice" and "options" in probe:
            yield from _told_apart(draft, index, probe["options"])
        elif kind == "choice" and where not in draft.source.lines:
            words = f"{draft.probe_name(index)} has no options, which a choice pack needs"
            yield draft.problem(words, "probe", index)
        elif kind != "choice" and kind in KINDS and "options" in probe:
            words = f"{draft.probe_name(index)} has options"
            yield draft.problem(f'{words}; only kind = "choice" takes them', *where)


def _told_apart(draft: Draft, index: int, given: Sequence[str]) -> Iterator[Problem]:
    where = ("probe", index, "options")
    name = draft.probe_name(index)
    if not MIN_OPTIONS <= len(given) <= MAX_OPTIONS:
        words = f"{name} has {len(given)} option{'s' * (len(given) != 1)}"
        yield draft.problem(f"{words}; give {MIN_OPTIONS} to {MAX_OPTIONS}", *where)
        return
    for letter, option in zip(LETTERS, given, strict=False):
        if fault := _fault(option):
            yield draft.problem(f"option {letter} of {name} {fault}", *where)
    lettered = zip(LETTERS, map(_folded, given), strict=False)
    for (one, text), (other, again) in combinations(lettered, 2):
        if text and text == again:
            yield draft.problem(f"options {one} and {other} of {name} are the same", *where)


def _folded(option: str) -> str:
    """Case and width aside; not punctuation, for -5 is another option than 5."""
    return unicodedata.normalize("NFKC", option).casefold()


def _fault(option: str) -> str:
    if not option.strip():
        return "is empty"
    if option != option.strip():
        return "begins or ends in white space"
    if "\n" in option:
        return "runs over several lines"
    if PLACEHOLDER in option:
        return f"still says {PLACEHOLDER}"
    if len(option) > MAX_OPTION:
        return f"has {len(option)} characters; at most {MAX_OPTION} fit"
    return ""
