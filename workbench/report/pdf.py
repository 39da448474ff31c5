"""Write a document as an archivable, accessible PDF (PDF/A-3a, PDF/UA-1).

All text reaches Typst as JSON data and is never read as markup. Fonts are the shipped ones and the
date comes from the records, so that the same document gives the same bytes on any machine.
"""

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import typst

from workbench.digest import digest_of_text
from workbench.errors import ReportError
from workbench.report.attached import EVIDENCE, JSON, Attachment
from workbench.report.blocks import (
    Block,
    Command,
    Document,
    Figure,
    Heading,
    KeyValues,
    Paragraph,
    Points,
    Table,
)
from workbench.report.document import document_json
from workbench.report.figures.exhibit import Exhibit
from workbench.report.glyphs import FONTS, printable
from workbench.report.made_with import TEMPLATE
from workbench.report.svg import svg
from workbench.report.wording import Words, own, plain, say

ABOUT = "every word and number of this report and the records it was written from"


def write_pdf(
    document: Document, path: Path, *, signed: Callable[[bytes], bytes] | None = None
) -> Path:
    """Write a document as PDF, with the evidence and everything else it carries attached.

    Args:
        document: What the report says.
        path: Where to write; an existing file is replaced at once or not at all.
        signed: Signs it before it is written.

    Returns:
        The path.

    Raises:
        ReportError: If the PDF cannot be set or written.
    """
    content = pdf_bytes(document)
    content = content if signed is None else signed(content)
    try:
        _replace(path, content)
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {path}: {error.strerror}.",
            fix="Choose a folder that exists and that you may write to.",
        ) from error
    return path


def attached_json(document: Document) -> str:
    """The evidence as it is attached to the PDF, character by character."""
    return json.dumps(document_json(document), indent=1, sort_keys=True)


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def pdf_bytes(document: Document) -> bytes:
    """Set a document as PDF; the same document gives the same bytes.

    Raises:
        ReportError: If Typst refuses it.
    """
    evidence = Attachment(EVIDENCE, ABOUT, JSON, "source", attached_json(document).encode())
    files = (evidence, *document.attachments.files)
    compiled = _compiled(document, files, format="pdf", pdf_standards=["a-3a", "ua-1"])
    # A signature is appended later; without this newline it would break PDF/A (6.1.9).
    return bytes(compiled) + b"\n"


def page_pictures(document: Document, *, ppi: float = 110.0) -> tuple[bytes, ...]:
    """Draw a document's pages as the PDF shows them.

    Args:
        document: What the report says.
        ppi: Pixels per inch.

    Returns:
        One PNG for each page.

    Raises:
        ReportError: If Typst refuses it.
    """
    drawn = _compiled(document, (), format="png", ppi=ppi)
    return tuple(drawn) if isinstance(drawn, list) else (bytes(drawn),)


def _compiled(document: Document, files: Sequence[Attachment], **wanted: Any) -> Any:  # noqa: ANN401 - what Typst takes and gives
    try:
        with TemporaryDirectory(prefix="workbench-") as name:
            folder = Path(name)
            (folder / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
            for number, file in enumerate(files):
                (folder / str(number)).write_bytes(file.content)
            return typst.compile(
                str(folder / TEMPLATE.name),
                root=str(folder),
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                timestamp=int(document.dated.timestamp()),
                sys_inputs={"document": json.dumps(_content(document) | _carried(document, files))},
                **wanted,
            )
    except typst.TypstError as error:
        raise ReportError(
            f"The report cannot be set as PDF: {error.message}.",
            fix="Write the report as JSON instead, and report this with the case.",
        ) from error
    except OSError as error:
        raise ReportError(
            f"The report cannot be set as PDF, because no temporary file can be written: "
            f"{error.strerror}.",
            fix="Free some space and try again.",
        ) from error


def _carried(document: Document, files: Sequence[Attachment]) -> dict[str, Any]:
    sentence = say(
        "The file {file} attached to this PDF holds {what}, unabridged. Its digest:",
        file=EVIDENCE,
        what=own(ABOUT),
    )
    return {
        "attachment": {
            "words": _spans(sentence),
            "digest": digest_of_text(attached_json(document)),
        },
        "files": [
            {
                "name": file.name,
                "path": f"/{number}",
                "relationship": file.relationship,
                "type": file.media_type,
                "about": file.about,
            }
            for number, file in enumerate(files)
        ],
    }


def _content(document: Document) -> dict[str, Any]:
    when = document.dated.astimezone(UTC)
    return {
        "title": printable(plain(document.title)),
        "case": printable(document.case),
        "language": document.language,
        "software": printable(document.software),
        "date": [when.year, when.month, when.day, when.hour, when.minute, when.second],
        "cover": _block(document.cover),
        "sections": [
            {
                "title": _spans(section.title),
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in document.sections
        ],
    }


def _spans(words: Words) -> list[dict[str, Any]]:
    return [{"text": printable(span.text), "kind": span.kind} for span in words]


def _block(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, **_inside(block)}


def _inside(block: Block) -> dict[str, Any]:
    match block:
        case Figure(exhibit=exhibit):
            inside = _figure(exhibit)
        case Table():
            inside = _table(block)
        case KeyValues(rows=rows):
            inside = {"rows": [[_spans(key), _spans(value)] for key, value in rows]}
        case Command(text=text):
            inside = {"text": printable(text)}
        case Points(items=items, numbered=numbered):
            inside = {"numbered": numbered, "items": [_spans(item) for item in items]}
        case Paragraph(words=words, weight=weight):
            inside = {"weight": weight, "words": _spans(words)}
        case Heading(words=words):
            inside = {"words": _spans(words)}
    return inside


def _figure(exhibit: Exhibit) -> dict[str, Any]:
    return {
        "title": f"Exhibit {exhibit.number}. {exhibit.title}",
        "caption": printable(exhibit.caption),
        "alt": printable(exhibit.alt),
        "digest": exhibit.digest,
        "svg": svg(exhibit),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": _spans(table.caption),
        "columns": [
            {"title": _spans(column.title), "style": column.style, "share": column.share}
            for column in table.columns
        ],
        "rows": [[_spans(cell) for cell in row] for row in table.rows],
        "strong": list(table.strong_rows),
    }
