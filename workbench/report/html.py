"""Write a document as one static HTML file: the words, tables and exhibits of the PDF, nothing else.

Text is data here too: whatever a name, a title or an answer holds is made visible and escaped, and the
page's own policy allows no script, no request and no style but the one it brings.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from workbench.digest import digest_of_text
from workbench.report.blocks import (
    Block,
    Column,
    Command,
    Document,
    Figure,
    Heading,
    KeyValues,
    Paragraph,
    Points,
    Section,
    Table,
)
from workbench.report.exhibits import Exhibit
from workbench.report.pdf import attached_json
from workbench.report.svg import svg
from workbench.report.wording import Kind, Words, plain
from workbench.visible import visible_line

STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; "
    "frame-src 'none'; object-src 'none'"
)
OPENED: dict[Kind, str] = {
    "own": "",
    "name": '<bdi class="name">',
    "recorded": '<bdi class="recorded">',
}
"""How a span begins; `bdi` keeps a name written from right to left from turning its sentence."""
WEIGHTS = {"normal": "", "answer": ' class="answer"', "lead": "", "small": ' class="small"'}


def html_bytes(document: Document) -> bytes:
    """Set a document as HTML, UTF-8; the same document gives the same bytes.

    Raises:
        ReportError: If an exhibit cannot be drawn.
    """
    return "".join(f"{line}\n" for line in _page(document)).encode()


def _page(document: Document) -> Iterator[str]:
    title = f"{plain(document.title)} · case {document.case}"
    style = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    yield "<!DOCTYPE html>"
    yield f'<html lang="{_text(document.language)}">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(style=style)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f'<meta name="generator" content="{_text(document.software)}">'
    yield f'<meta name="date" content="{document.dated.isoformat()}">'
    yield f"<title>{_text(title)}</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield '<div class="page">'
    yield '<a class="skip" href="#s1">Skip to the summary</a>'
    yield f"<header><h1>{_words(document.title)}</h1>"
    yield from _block(document.cover)
    yield "</header>"
    yield from _contents(document)
    yield "<main>"
    for section in document.sections:
        yield from _section(section)
    yield "</main>"
    yield from _footer(document)
    yield "</div>"
    yield "</body>"
    yield "</html>"


def _contents(document: Document) -> Iterator[str]:
    yield '<nav aria-label="Contents"><ol>'
    for section in document.sections:
        entry = f"{section.number} {_words(section.title)}"
        yield f'<li><a href="#s{section.number}">{entry}</a></li>'
    yield "</ol></nav>"


def _section(section: Section) -> Iterator[str]:
    label = f"s{section.number}"
    yield f'<section aria-labelledby="{label}">'
    yield f'<h2 id="{label}">{section.number} {_words(section.title)}</h2>'
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _footer(document: Document) -> Iterator[str]:
    digest = digest_of_text(attached_json(document))
    yield "<footer>"
    yield (
        '<p class="small">Everything stated here, and the records behind it, as JSON (the file '
        f'evidence.json of the same report) has the digest <bdi class="name">{digest}</bdi>.</p>'
    )
    yield "</footer>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(words=words):
            yield f"<h3>{_words(words)}</h3>"
        case Paragraph(words=words, weight=weight):
            yield f"<p{WEIGHTS[weight]}>{_words(words)}</p>"
        case Points(items=items, numbered=numbered):
            kind = "ol" if numbered else "ul"
            yield f"<{kind}>"
            yield from (f"<li>{_words(item)}</li>" for item in items)
            yield f"</{kind}>"
        case KeyValues(rows=rows):
            yield "<dl>"
            yield from (f"<dt>{_words(key)}</dt><dd>{_words(value)}</dd>" for key, value in rows)
            yield "</dl>"
        case Command(text=text):
            yield f"<pre><code>{_text(text)}</code></pre>"
        case Table():
            yield from _table(block)
        case Figure(exhibit=exhibit):
            yield from _figure(exhibit)


def _table(table: Table) -> Iterator[str]:
    label = _text(plain(table.caption))
    # A wide table scrolls in its own box, which the keyboard reaches too.
    yield f'<div class="wide" role="region" tabindex="0" aria-label="{label}"><table>'
    yield f"<caption>{_words(table.caption)}</caption>"
    heads = (
        f'<th{_style(column)} scope="col">{_words(column.title)}</th>' for column in table.columns
    )
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    for number, row in enumerate(table.rows):
        strong = ' class="strong"' if number in table.strong_rows else ""
        yield f"<tr{strong}>{''.join(_cells(table, row))}</tr>"
    yield "</tbody></table></div>"


def _cells(table: Table, row: tuple[Words, ...]) -> Iterator[str]:
    for place, words in enumerate(row):
        rest = len(table.columns) - place if place == len(row) - 1 else 1
        kind, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        span = f' colspan="{rest}"' if rest > 1 else ""
        style = "" if rest > 1 else _style(table.columns[place])
        yield f"<{kind}{style}{scope}{span}>{_words(words)}</{kind}>"


def _style(column: Column) -> str:
    return "" if column.style == "text" else f' class="{column.style}"'


def _figure(exhibit: Exhibit) -> Iterator[str]:
    alt = _text(exhibit.alt)
    yield "<figure>"
    yield f'<div class="wide" role="img" tabindex="0" aria-label="{alt}">{svg(exhibit)}</div>'
    yield f"<figcaption><strong>Exhibit {exhibit.number}. {_text(exhibit.title)}.</strong> "
    yield f"{_text(exhibit.caption)}<br>Digest of its data: "
    yield f'<bdi class="name">{exhibit.digest}</bdi></figcaption>'
    yield "</figure>"


def _words(words: Words) -> str:
    return "".join(
        f"{OPENED[span.kind]}{_text(span.text)}{'</bdi>' if OPENED[span.kind] else ''}"
        for span in words
    )


def _text(text: str) -> str:
    """Somebody's text, nothing in it hidden and nothing of it markup."""
    return escape(visible_line(text))
