"""Files out of packages → paragraphs, one reader for each kind of file."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

Reader = Callable[[Sequence[Path], str], Iterator[str]]
VERSES = 4
"""Verses of one paragraph."""
_SPACE = re.compile(r"\s+")
_VERSE = re.compile(r"^\d+:\d+\s+")


def clean(texts: Iterable[str], least: int, most: int) -> Iterator[str]:
    """Even out white space, leave out what is short, broken or repeated, cut what is long.

    Args:
        texts: Paragraphs as they were found.
        least: Characters of the shortest to keep.
        most: Characters to cut at; a sentence that ends before it is kept whole.
    """
    seen = set()
    for text in texts:
        told = _SPACE.sub(" ", text).strip()
        if len(told) < least or told in seen or not _is_prose(told):
            continue
        seen.add(told)
        yield told if len(told) <= most else _cut(told, most)


def _is_prose(text: str) -> bool:
    letters = sum(character.isalpha() or character == " " for character in text)
    return text.isascii() and letters > 0.8 * len(text) and ">>>" not in text


def _cut(text: str, most: int) -> str:
    ends = [at + 1 for at in range(most // 2, most) if text[at] in ".;!?"]
    return text[: ends[-1] if ends else most].rstrip()


def speeches(files: Sequence[Path], take: str) -> Iterator[str]:
    """Text files named by year; `take` is the first and the last year."""
    first, last = map(int, take.split("-"))
    for file in files:
        if first <= int(file.name[:4]) <= last:
            yield from re.split(r"\n\s*\n", file.read_text(encoding="utf-8"))


def verses(files: Sequence[Path], take: str) -> Iterator[str]:  # noqa: ARG001 - all of them
    """An SQLite file with one row for each verse; a few verses make a paragraph."""
    address = f"file:{files[0]}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as base:
        rows = base.execute(
            "SELECT BookID, ChapterID, Passage1 FROM Bible ORDER BY BookID, ChapterID, VerseID"
        ).fetchall()
    for _, chapter in groupby(rows, key=lambda row: row[:2]):
        told = [_VERSE.sub("", str(text)) for _, _, text in chapter]
        for at in range(0, len(told), VERSES):
            yield " ".join(told[at : at + VERSES])


def dictionary(files: Sequence[Path], take: str) -> Iterator[str]:
    """JSON files named by first letter; `take` is the first and the last of them."""
    first, last = take.split("-")
    for file in files:
        if first <= file.stem[-1] <= last:
            words = json.loads(file.read_bytes())
            for word, entry in words.items():
                yield from _definitions(word, entry)


def _definitions(word: str, entry: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    for part in entry.get("pos", ()):
        told = [str(one.get("text", "")) for one in part.get("definitions", ())]
        yield f"{word.capitalize()}: {' '.join(told)}"


def factbook(files: Sequence[Path], take: str) -> Iterator[str]:  # noqa: ARG001
    """JSON files of countries: every text in them, whatever its heading."""
    for file in files:
        yield from _texts(json.loads(file.read_bytes()))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


READERS: dict[str, Reader] = {
    "speeches": speeches,
    "verses": verses,
    "dictionary": dictionary,
    "factbook": factbook,
}
"""Kind of file → how it is read."""
