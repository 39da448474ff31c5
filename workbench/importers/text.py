"""A file's text, decoded as it says itself or as the user says, in bounded memory."""

import codecs
from pathlib import Path
from typing import TextIO

from workbench.errors import RecordingError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_text(path: Path, encoding: str | None, newline: str = "\n") -> TextIO:
    """Open a file as text; bytes that are no text come out as U+DC80 to U+DCFF.

    Args:
        path: The file.
        encoding: As the user named it; None: by its byte order mark, UTF-8 without one.
        newline: As for `open`; lines end at line feeds unless said otherwise.

    Raises:
        RecordingError: If the encoding is not known, or the file cannot be opened.
    """
    try:
        chosen = encoding or _marked(path)
        # UTF-16 and UTF-32 have no way to keep a broken byte: there, reading ends.
        errors = "strict" if "16" in chosen or "32" in chosen else "surrogateescape"
        return path.open(encoding=chosen, errors=errors, newline=newline)
    except (LookupError, ValueError) as error:  # the second: a NUL in its name
        raise RecordingError(
            f"There is no text encoding {encoding!r}.",
            fix="Name one such as utf-8, utf-16, latin-1 or cp1252, or leave it out.",
        ) from error
    except OSError as error:
        raise RecordingError(
            f"{path.name} cannot be opened ({error.strerror}).", fix="Name a file you may read."
        ) from error


def _marked(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    return next((name for mark, name in MARKS if start.startswith(mark)), "utf-8")
