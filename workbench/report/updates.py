"""The updates that follow a PDF in its file, accounted for to the last byte.

Where a file has a fault, readers look through all of it for what is spelled like an object, and show
what no table lists. So this reads nothing but what pyHanko writes: objects one after the other, a table
that lists these and frees none, a trailer, and the next update. Everything else is refused, and so is
text that could be taken for an object.

Source: ISO 32000-2:2020, 7.5.4 to 7.5.6 (tables, trailers and updates), as pyHanko 0.38 spells them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

MOST = 32
"""Updates that are read: more than anybody signs a report."""
HEAD = re.compile(rb"([1-9]\d{0,7}) 0 obj\n(?=<<)")
TOKEN = re.compile(
    rb"""[ \n]*(?:
        (?P<opens> << | \[ )
        | (?P<closes> >> | \] )
        | (?P<text> \( (?: [A-Za-z0-9 ] | \\[0-7]{3} )* \) )
        | < [0-9A-Fa-f]* >
        | (?: (?P<to> [1-9]\d{0,7} )[ ]0[ ]R | -?\d+(?:\.\d+)? | true | false | null
            | / [A-Za-z0-9._]+ )
          (?= [ \n/<>\[\]()] )
    )""",
    re.VERBOSE,
)
"""No comments, no escapes in names, no generation but 0: pyHanko writes none."""
STREAM = re.compile(
    rb"<<\n(?:/Type /Metadata\n|/Subtype /XML\n)*/Length (\d{1,9})\n"
    rb"(?:/Type /Metadata\n|/Subtype /XML\n)*>>\nstream\n"
)
"""Properties of the file: no other stream is needed to sign, and no filter."""
ENTRY = re.compile(
    rb"/((?:Size|Prev)(?= \d{1,12}\n)|(?:Root|Info)(?= \d{1,8} 0 R\n)"
    rb"|ID(?= \[ <[0-9a-f]*> <[0-9a-f]*> \]\n)) ([^\n]+)\n"
)
LIKE_AN_OBJECT = re.compile(
    rb"(?<![A-Za-z])obj(?![A-Za-z])|\d[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]*obj|<<"
    rb"|endobj|endstream|startxref|%%EOF"
)
"""What a reader that mends a file could stop at; no XML holds `<<`, since a text's `<` is `&lt;`."""


class NotAccountedError(ValueError):
    """Bytes that no update by pyHanko would hold."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a PDF."""

    objects: frozenset[int]
    """Numbers of the objects that it writes, all of generation 0; it frees none."""
    references: frozenset[int]
    """Numbers of the objects that these refer to."""
    trailer: Mapping[bytes, bytes]
    """Key without its slash → value as spelled."""
    table: int
    """Offset of its table in the file."""


def read_updates(content: bytes, length: int) -> tuple[Update, ...]:
    """Read everything that follows a PDF.

    Args:
        content: The whole file.
        length: Bytes of the PDF that it begins with.

    Returns:
        The updates, in the order in which they were made.

    Raises:
        NotAccountedError: If a byte is no part of one, or there are more than `MOST`.
    """
    updates: list[Update] = []
    at = length
    while at < len(content) and len(updates) < MOST:
        update, at = _update(content, at)
        updates.append(update)
    if at < len(content):
        raise NotAccountedError(at)
    return tuple(updates)


def _update(content: bytes, at: int) -> tuple[Update, int]:
    places: dict[int, int] = {}
    references: set[int] = set()
    while head := HEAD.match(content, at):
        if int(head[1]) in places:
            raise NotAccountedError(at)
        places[int(head[1])] = at
        at = _behind_object(content, head.end(), references)
    table = at
    at = _behind(content, at, _table(places) + b"trailer\n<<\n")
    trailer: dict[bytes, bytes] = {}
    while entry := ENTRY.match(content, at):
        if entry[1] in trailer:
            raise NotAccountedError(at)
        trailer[entry[1]] = entry[2]
        at = entry.end()
    at = _behind(content, at, b">>\nstartxref\n%d\n%%%%EOF\n" % table)
    return Update(frozenset(places), frozenset(references), trailer, table), at


def _behind(content: bytes, at: int, expected: bytes) -> int:
    if not content.startswith(expected, at):
        raise NotAccountedError(at)
    return at + len(expected)


def _behind_object(content: bytes, begin: int, references: set[int]) -> int:
    """Where an object ends that is one dictionary, or a stream; adds what it refers to."""
    if stream := STREAM.match(content, begin):
        end = stream.end() + int(stream[1])
        _require_plain(content[stream.end() : end])
        return _behind(content, end, b"\nendstream\nendobj\n")
    at, depth = begin, 0
    while depth or at == begin:
        token = TOKEN.match(content, at)
        if token is None:
            raise NotAccountedError(at)
        depth += (token["opens"] is not None) - (token["closes"] is not None)
        _require_plain(token["text"] or b"")
        if token["to"]:
            references.add(int(token["to"]))
        at = token.end()
    return _behind(content, at, b"\nendobj\n")


def _require_plain(text: bytes) -> None:
    if LIKE_AN_OBJECT.search(text):
        raise NotAccountedError(text)


def _table(places: Mapping[int, int]) -> bytes:
    """The one table that lists these objects where they are, and nothing else."""
    rows = {0: b"0000000000 65535 f \n"}  # heads the list of free objects, which is empty
    rows |= {number: b"%010d 00000 n \n" % at for number, at in places.items()}
    spelled = [b"xref\n"]
    for number in sorted(rows):
        if number - 1 not in rows:
            run = next(many for many in count(1) if number + many not in rows)
            spelled.append(b"%d %d\n" % (number, run))
        spelled.append(rows[number])
    return b"".join(spelled)
