"""Take the files out of a PDF that came from elsewhere; nothing in it is trusted.

Names are compared with those a report has and never become paths. Sizes are limited, also of what is
unpacked. Whatever pypdf stumbles over is one sentence.
"""

import io
import logging
import struct
import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from pypdf import PdfReader, apply_configuration
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, EmbeddedFile

from workbench.errors import ReportError
from workbench.report.attached import EVIDENCE

MOST_BYTES = 2 << 30
"""Of the PDF, and of all that unpacks from it."""
MOST_FILES = 64
BROKEN = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,
    zlib.error,
    struct.error,
)
"""What reading a malformed PDF can raise."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it says of a broken file is said here


@dataclass(frozen=True, slots=True)
class Given:
    """A report as somebody gave it."""

    name: str
    content: bytes = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    """Attached file → content; `evidence.json` among them."""
    damaged: tuple[str, ...] = ()
    """Attached files that cannot be taken out: broken, or larger than all of them may be together."""


def read_pdf(path: Path) -> Given:
    """Read a report and take out its files.

    Raises:
        ReportError: If it cannot be read, is no PDF, broken, encrypted, too large, or no report.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(path, f"is larger than {MOST_BYTES >> 30} GB")
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(
            f"{path} cannot be read ({error.strerror}).", fix="Check the path and its permissions."
        ) from error
    if not content.startswith(b"%PDF-"):
        raise _refused(path, "is no PDF")
    with _within(MOST_BYTES):
        try:
            reader = PdfReader(io.BytesIO(content), strict=True)
            if reader.is_encrypted:
                raise _refused(path, "is encrypted")
            entries = list(reader.attachment_list)
        except BROKEN as error:
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise _refused(path, f"is broken and cannot be read as a PDF ({why[:120]})") from error
        return _taken_out(path, content, entries)


def _within(most: int) -> AbstractContextManager[object]:
    """Let no stream of a PDF unpack to more bytes than this."""
    return apply_configuration(
        zlib_maximum_output_length=max(1, most),  # 0 would be no limit at all
        maximum_declared_stream_length=MOST_BYTES,
        stream_decoding_work_maximum_length=MOST_BYTES,
    )


def _taken_out(path: Path, content: bytes, entries: list[EmbeddedFile]) -> Given:
    if len(entries) > MOST_FILES:
        raise _refused(path, "carries more files than any report")
    files: dict[str, bytes] = {}
    damaged: list[str] = []
    left = MOST_BYTES
    for number, entry in enumerate(entries):
        name = f"file {number}"
        try:
            name = str(entry.name)
            with _within(left):
                found = bytes(entry.content)
        except BROKEN:
            damaged.append(name)
            continue
        left -= len(found)
        if left < 0:
            raise _refused(path, f"unpacks to more than {MOST_BYTES >> 30} GB")
        if name in files:
            raise _refused(path, "carries two files of one name")
        files[name] = found
    if EVIDENCE not in files and EVIDENCE not in damaged:
        raise _refused(path, f"carries no {EVIDENCE}, so it is no report of this program")
    return Given(path.name, content, files, tuple(damaged))


def printed(given: Given) -> str:
    """The text of the pages of a report, without spaces; empty where it cannot be read."""
    try:
        pages = PdfReader(io.BytesIO(given.content)).pages
        return "".join("".join(page.extract_text().split()) for page in pages)
    except BROKEN:
        return ""


def places(content: bytes) -> dict[int, str]:
    """Number of a PDF object → attached file that it holds, in a report that this program wrote."""
    found = {}
    for entry in PdfReader(io.BytesIO(content)).attachment_list:
        embedded = entry.pdf_object["/EF"]
        if isinstance(embedded, DictionaryObject):
            found[embedded.raw_get("/F").idnum] = entry.name
    return found


def _refused(path: Path, how: str) -> ReportError:
    return ReportError(
        f"{path.name} {how}.",
        fix="Give a PDF that `workbench report` wrote, or another copy of it.",
    )
