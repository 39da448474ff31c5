"""What a document is made of: inert blocks that a page, a PDF and JSON all show alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workbench.records import (
    LANGUAGES,
    Comparison,
    Language,
    Pack,
    Plan,
    Quote,
    Run,
    Served,
    Validated,
)
from workbench.report.attached import NOTHING, Attachments
from workbench.report.exhibits import Exhibit
from workbench.report.wording import Words, naming


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    words: Words
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text: "answer" is the answer of the report, "lead" stays with what follows it."""

    words: Words
    weight: Literal["normal", "answer", "lead", "small"] = "normal"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Points:
    """A list of statements of equal rank."""

    items: tuple[Words, ...]
    numbered: bool = False
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Names and their values, one pair per line."""

    rows: tuple[tuple[Words, Words], ...]
    kind: Literal["key values"] = "key values"


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a table is set."""

    title: Words
    style: Literal["text", "number", "code"] = "text"
    """Numbers align to the right; code (names, digests) is set small and breaks anywhere."""
    share: int = 0
    """Part of the width that the other columns leave; 0 is as wide as its content."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; in a row with fewer cells, the last one spans the rest."""

    caption: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...]
    strong_rows: tuple[int, ...] = ()
    """Rows that stand out: the suspect's."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """An exhibit in its place."""

    exhibit: Exhibit
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class Command:
    """A line to type."""

    text: str
    kind: Literal["command"] = "command"


Block = Heading | Paragraph | Points | KeyValues | Table | Figure | Command


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the document."""

    number: int
    title: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Parts of the whole report that a copy goes without."""

    sections: tuple[str, ...] = ()
    """Titles."""
    exhibits: tuple[int, ...] = ()
    """Numbers."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a report says, whatever it is shown on."""

    title: Words
    case: str
    dated: datetime
    """When the last run began, or the plan was made: from the records, never from the clock."""
    software: str
    cover: KeyValues
    sections: tuple[Section, ...]
    records: dict[str, Any]
    """Comparison, plan, runs, packs, quotes and calibrations it was written from, as JSON."""
    attachments: Attachments = NOTHING
    made_with: Mapping[str, str] = field(default_factory=dict)
    """What sets the pages: library → version."""
    left_out: LeftOut = LeftOut()
    language: Language = LANGUAGES[0]

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """Every exhibit, in the order of the document."""
        return tuple(
            block.exhibit
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Figure)
        )


@dataclass(frozen=True, slots=True)
class Material:
    """What a document is written from."""

    comparison: Comparison
    plan: Plan
    runs: tuple[Run, ...]
    """The runs of this comparison: reference, suspect, controls."""
    packs: tuple[Pack, ...]
    exhibits: tuple[Exhibit, ...]
    served: Mapping[str, tuple[Served, ...]] = field(default_factory=dict)
    """Run of an endpoint → what answered."""
    attachments: Attachments = NOTHING
    made_with: Mapping[str, str] = field(default_factory=dict)
    """What sets the pages: library → version."""
    quotes: tuple[Quote, ...] = ()
    """Answers to the probes that are shown as examples."""
    validated: tuple[Validated, ...] = ()
    """The calibration of each question that was judged with one at hand."""

    def said(self, text: str) -> Words:
        """Sentences made elsewhere, with the models, packs and metrics named in them set apart."""
        names = [model for _, model in self.plan.models]
        names += [self.plan.case, *(pack.id for pack in self.packs)]
        lines = self.comparison.lines
        names += [line.metric for line in lines]
        return naming(text, names, [line.title for line in lines])


def texts(block: Block) -> Iterator[Words]:
    """Every text of a block that a reader sees; an exhibit checks its own."""
    match block:
        case Heading(words=words) | Paragraph(words=words):
            yield words
        case Points(items=items):
            yield from items
        case KeyValues(rows=rows):
            for row in rows:
                yield from row
        case Table():
            yield block.caption
            yield from (column.title for column in block.columns)
            for cells in block.rows:
                yield from cells
        case Figure() | Command():
            return
