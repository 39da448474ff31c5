"""A report with some of its parts left out, which says so on its cover."""

from collections.abc import Collection
from dataclasses import replace

from workbench.report.blocks import (
    Block,
    Document,
    Figure,
    KeyValues,
    LeftOut,
    Paragraph,
    Section,
)
from workbench.report.contents import TITLES
from workbench.report.wording import Words, own, plain, say

ALWAYS = tuple(
    TITLES[part] for part in ("summary", "validation", "evaluation", "limits", "integrity")
)
"""Sections that no report goes without: an answer never stands without its error rates and limits."""


def optional_sections(document: Document) -> tuple[str, ...]:
    """Titles of the sections that may be left out, in the order of the report."""
    titles = (plain(section.title) for section in document.sections)
    return tuple(title for title in titles if title not in ALWAYS)


def leave_out(document: Document, sections: Collection[str], exhibits: Collection[int]) -> Document:
    """Leave parts of a report out; the records attached to it stay whole.

    Args:
        document: The whole report.
        sections: Titles of sections to leave out; one of `ALWAYS` stays all the same.
        exhibits: Numbers of exhibits to leave out.

    Returns:
        The rest, with a line on the cover that names what is missing. Headings and numbers stay, since
        other sections refer to them. The very same document if nothing is left out.
    """
    gone = [title for title in optional_sections(document) if title in sections]
    numbers = sorted({shown.number for shown in document.exhibits} & set(exhibits))
    if not gone and not numbers:
        return document
    return replace(
        document,
        cover=KeyValues((*document.cover.rows, (own("Left out"), _missing(gone, numbers)))),
        sections=tuple(_without(section, gone, numbers) for section in document.sections),
        left_out=LeftOut(tuple(gone), tuple(numbers)),
    )


def _without(section: Section, gone: Collection[str], numbers: Collection[int]) -> Section:
    if plain(section.title) in gone:
        return replace(section, blocks=(Paragraph(own("This section is left out of this copy.")),))
    return replace(section, blocks=tuple(b for b in section.blocks if _stays(b, numbers)))


def _stays(block: Block, numbers: Collection[int]) -> bool:
    return not (isinstance(block, Figure) and block.exhibit.number in numbers)


def _missing(titles: Collection[str], numbers: Collection[int]) -> Words:
    parts = [f"section “{title}”" for title in titles] + [f"exhibit {n}" for n in numbers]
    return say("{what}; the attached evidence holds every record", what=own(", ".join(parts)))
