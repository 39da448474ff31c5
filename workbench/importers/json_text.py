"""JSON read piece by piece: lists of any length, line by line or entry by entry.

The standard library's decoder does the reading. A streaming parser would end at the first byte that
is no UTF-8 and puts "?" for half a surrogate pair, unasked; here such an entry is a bad row, and the
next one is read.
"""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from workbench.errors import RecordingError, nearest
from workbench.importers.rows import MOST_CHARACTERS, BadRow
from workbench.models.words import sentence

CHUNK = 1 << 20
BLANK = " \t\r\n\ufeff"
ENDS = BLANK + ",]}"
"""What may follow a number."""
LONGEST_NUMBER = 300
NEAR = 16
"""Characters before the end within which a mistake may be a text that goes on."""
GONE = "nothing after it could be read"

Item = tuple[int, Any]
"""(line or entry from 1, its value or a `BadRow`)."""


class _Decoder:
    """Decodes one value and remembers whether a name occurred twice in it."""

    def __init__(self) -> None:
        self.twice = False
        self._json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=_whole, strict=False
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.twice = self.twice or len(found) != len(pairs)
        return found

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """Value that starts here, and where it ends; a mistake is a ValueError in words."""
        self.twice = False
        try:
            return self._json.raw_decode(text, at)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float("inf")


def lines(stream: TextIO) -> Iterator[Item]:
    """Values of a file with one JSON value on each line; blank lines are passed over."""
    decoder, number = _Decoder(), 0
    try:
        while line := stream.readline(MOST_CHARACTERS + 1):
            number += 1
            if len(line) > MOST_CHARACTERS:
                _pass_over(stream, line)
                yield number, BadRow(number, f"it is longer than {MOST_CHARACTERS:,} characters")
            elif line := line.strip(BLANK):
                yield number, _line(decoder, line, number)
    except UnicodeDecodeError as error:
        yield number + 1, BadRow(number + 1, f"{_words(error)}; {GONE}")


def one_value(text: str, number: int) -> Any:  # noqa: ANN401 - any JSON value
    """The one value of a text, or a bad row under this number."""
    return _line(_Decoder(), text.strip(BLANK), number)


def _pass_over(stream: TextIO, line: str) -> None:
    while line and not line.endswith("\n"):
        line = stream.readline(CHUNK)


def _line(decoder: _Decoder, line: str, number: int) -> Any:  # noqa: ANN401 - any JSON value
    try:
        value, end = decoder.decode(line, 0)
    except ValueError as error:
        return BadRow(number, _words(error))
    if end != len(line):
        return BadRow(number, f"something follows the value, at character {end + 1}")
    return BadRow(number, "a name occurs twice in it") if decoder.twice else value


def entries(stream: TextIO, name: str) -> Iterator[Item]:
    """Entries of a file that is one JSON list.

    Raises:
        RecordingError: If the file does not begin as a list.
    """
    scanner = _Scanner(stream)
    if scanner.peek() != "[":
        raise RecordingError(
            f"{name} is no JSON list.", fix="See docs/importing.md for what each format looks like."
        )
    number = 0
    for number, value in scanner.list_here():
        yield number, value
    if not scanner.broken and scanner.peek():
        yield number + 1, BadRow(number + 1, f"something follows the end of the list; {GONE}")


def members(stream: TextIO, key: str, name: str) -> Iterator[tuple[str, Item]]:
    """Members of a file that is one JSON object, one of them a long list.

    Yields:
        (member, (0, its value)), and for the list (its member, (entry from 1, value)) for each of
        its entries.

    Raises:
        RecordingError: If the file does not begin as an object, or the list is not in it.
    """
    scanner, seen, last = _Scanner(stream), set[str](), 0
    if scanner.peek() != "{":
        raise RecordingError(
            f"{name} is no JSON object.",
            fix="See docs/importing.md for what each format looks like.",
        )
    try:
        for member in scanner.names_here():
            seen.add(member)
            if member == key and scanner.peek() == "[":
                for last, value in scanner.list_here():
                    yield member, (last, value)
                if scanner.broken:
                    return
            else:
                yield member, (0, scanner.value())
    except ValueError as error:
        yield key, (last + 1, BadRow(last + 1, f"{_words(error)}; {GONE}"))
        return
    if key not in seen:
        raise RecordingError(
            sentence(f'{name} has no "{key}"{nearest(key, seen)}'),
            fix="See docs/importing.md for what each format looks like.",
        )


class _Scanner:
    """A place in a JSON text of any length; memory holds the value at it and one chunk."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text, self._at, self._ended = "", 0, False
        self._decoder = _Decoder()
        self.broken = False

    def peek(self) -> str:
        """Next character that is not blank, or nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Take the value that comes next.

        Raises:
            ValueError: If there is none, in words.
        """
        self.peek()
        while True:
            try:
                value, end = self._decoder.decode(self._text, self._at)
            except ValueError as error:
                if not self._may_go_on(error):
                    raise
            else:
                if self._ended or self._is_whole(value, end):
                    self._at = end
                    return value
            if len(self._text) - self._at > MOST_CHARACTERS:
                raise ValueError(f"it is longer than {MOST_CHARACTERS:,} characters")
            self._more()

    def _is_whole(self, value: object, end: int) -> bool:
        """Whether a value cannot go on in what was not read yet, as 6 may with .75 or e2."""
        rest = self._text[end : end + LONGEST_NUMBER]
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return bool(rest) and (not number or rest[0] in ENDS or len(rest) == LONGEST_NUMBER)

    def list_here(self) -> Iterator[Item]:
        """Take the list that begins here, entry by entry; `broken` says that it did not end."""
        taken = 0
        self._take("[")
        try:
            closed = self._closes("]")
            while not closed:
                value, twice = self.value(), self._decoder.twice
                taken += 1
                yield taken, BadRow(taken, "a name occurs twice in it") if twice else value
                closed = self._closes("]", after_value=True)
        except ValueError as error:
            self.broken = True
            yield taken + 1, BadRow(taken + 1, f"{_words(error)}; {GONE}")

    def names_here(self) -> Iterator[str]:
        """Take the object that begins here, name by name; the caller takes each value."""
        self._take("{")
        seen, closed = set[str](), self._closes("}")
        while not closed:
            name = self.value()
            if not isinstance(name, str) or name in seen:
                raise ValueError("a name is missing, or occurs twice")
            seen.add(name)
            self._take(":")
            yield name
            closed = self._closes("}", after_value=True)

    def _closes(self, bracket: str, *, after_value: bool = False) -> bool:
        """Whether the bracket comes next, which is then taken; else the comma before a value is."""
        if self.peek() == bracket:
            self._at += 1
            return True
        if after_value:
            self._take(",")
        return False

    def _take(self, character: str) -> None:
        if self.peek() != character:
            raise ValueError(
                f'"{character}" is missing' if self.peek() else "the file ends in the middle"
            )
        self._at += 1

    def _may_go_on(self, error: ValueError) -> bool:
        """Whether a mistake may only be that the rest was not read yet."""
        if self._ended or not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos > len(self._text) - NEAR

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a long value is decoded few times."""
        chunk = self._stream.read(max(CHUNK, len(self._text) - self._at))
        self._text, self._at = self._text[self._at :] + chunk, 0
        self._ended = not chunk
        return bool(chunk)


def _words(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is no {error.encoding} text"
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(error.doc) or error.msg.startswith("Unterminated"):
            return "it ends in the middle"
        return f"it is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"
    return str(error)
