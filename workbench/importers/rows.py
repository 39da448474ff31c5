"""What an importer gives: answers, entries that hold none to take, entries that cannot be read."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.backends.answers import CUT, FILTERED, REPLACED
from workbench.backends.text import clean, has_lone_surrogates, quoted
from workbench.records import Outcome, RecordedAnswer

MOST_CHARACTERS = 32 << 20
"""Of one entry. A longer one is not read, so that memory stays bounded."""
_BROKEN_BYTES = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` puts in place of bytes that are no text."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """An entry that cannot be read."""

    entry: int
    """Line, row or entry, from 1."""
    reason: str
    """In words, without a full stop."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sound entry without an answer to take, such as the same answer under another filter."""

    entry: int
    reason: str


Row = RecordedAnswer | BadRow | LeftOut
Make = Callable[[int, dict[str, Any]], Iterable[Row]]


class UnfitError(Exception):
    """An entry that cannot be used; the message says why, without a full stop."""


def rows_of(entry: int, value: object, make: Make) -> Iterator[Row]:
    """Rows of one entry: what `make` finds in it, or one bad row."""
    if isinstance(value, BadRow):
        yield value
        return
    if not isinstance(value, dict):
        yield BadRow(entry, f"it is {kind_of(value)}, not an object")
        return
    try:
        yield from list(make(entry, value))
    except UnfitError as error:
        yield BadRow(entry, str(error))


def answer(  # noqa: PLR0913 - what a file may say of an answer
    entry: int,
    prompt: str,
    text: str | None,
    *,
    finish: str | None = None,
    model: object = None,
    prompt_id: object = None,
    sample: int | None = None,
    temperature: object = None,
    max_tokens: object = None,
    note: str | None = None,
) -> RecordedAnswer:
    """Make one answer, judged as an endpoint's would be.

    Args:
        entry: Line, row or entry, from 1.
        prompt: What was asked.
        text: The answer; None where the file holds none.
        finish: Why it ended, in the file's word.
        model: Who answered, if that is a text.
        prompt_id: The file's name for the prompt, if it is a text or a whole number.
        sample: The file's number for this sample.
        temperature: As recorded, if it is a number.
        max_tokens: As recorded, if it is a whole number.
        note: What else is out of the ordinary.

    Raises:
        UnfitError: If the prompt or the answer is no text that can be kept.
    """
    if not prompt:
        raise UnfitError("its prompt is empty")
    if not sound(prompt, "prompt").isascii() and has_lone_surrogates(prompt):
        raise UnfitError("its prompt holds half a surrogate pair, which no model can be asked")
    outcome, kept, why = _judged(text, finish)
    return RecordedAnswer(
        entry=entry,
        prompt=prompt,
        outcome=outcome,
        text=kept,
        note=" ".join(filter(None, [why, note])) or None,
        model=name_or_none(model),
        prompt_id=name_or_none(str(prompt_id) if isinstance(prompt_id, int) else prompt_id),
        sample=sample,
        temperature=number_or_none(temperature),
        max_tokens=whole_or_none(max_tokens),
    )


def _judged(text: str | None, finish: str | None) -> tuple[Outcome, str | None, str]:
    """Outcome, usable text, and a note where something is out of the ordinary."""
    if finish in FILTERED:
        return "refused", None, "Recorded as held back by a filter."
    if text is None:
        return "failed", None, "The file holds no answer here."
    if not sound(text, "answer").strip():
        return "empty", None, "The recorded answer holds no visible character."
    outcome: Outcome = "truncated" if finish in CUT else "answered"
    if text.isascii() or not has_lone_surrogates(text):
        return outcome, text, ""
    return outcome, clean(text), REPLACED


def sound(text: str, what: str) -> str:
    """A text without broken bytes in it.

    Raises:
        UnfitError: If some bytes of it are no text in the file's encoding.
    """
    if not text.isascii() and (found := _BROKEN_BYTES.search(text)):
        byte = ord(found.group()) - 0xDC00
        raise UnfitError(f"its {what} holds the byte 0x{byte:02X}, which is no text here")
    return text


def text_in(item: dict[str, Any], key: str) -> str:
    """A text that an entry must have.

    Raises:
        UnfitError: If it is missing or no text.
    """
    if key not in item:
        raise UnfitError(f'it has no "{key}"')
    return as_text(item[key], key)


def text_or_none(item: dict[str, Any], key: str) -> str | None:
    """An answer that may be recorded as absent; the key must be there.

    Raises:
        UnfitError: If it is missing, or neither a text nor null.
    """
    return None if key in item and item[key] is None else text_in(item, key)


def as_text(value: object, what: str) -> str:
    """A value that must be a text.

    Raises:
        UnfitError: If it is anything else.
    """
    if not isinstance(value, str):
        raise UnfitError(f'its "{what}" is {kind_of(value)}, not a text')
    return value


def name_or_none(value: object) -> str | None:
    """A name fit to be kept, or None."""
    return _name(value) if isinstance(value, str) and value.strip() else None


@lru_cache(maxsize=1024)
def _name(value: str) -> str:
    return quoted(value)


def number_or_none(value: object) -> float | None:
    """A finite number, or None."""
    sound_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if sound_number and math.isfinite(value) else None  # type: ignore[arg-type]


def whole_or_none(value: object) -> int | None:
    """A whole number from 0 that 62 bits hold, or None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62
    return value if fits else None  # type: ignore[return-value]


def kind_of(value: object) -> str:
    """Say what kind of value this is, without printing it."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "an object"),
        (type(None), "null"),
    )
    known = (words for kind, words in kinds if isinstance(value, kind))
    return next(known, f"a {type(value).__name__}")
