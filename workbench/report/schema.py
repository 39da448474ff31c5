"""What `evidence.json` holds, as records, and the JSON Schema that is published of them.

`python -m workbench.report.schema` prints the schema, which stands in `docs/evidence.schema.json`.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from workbench.records import Comparison, Language, Pack, Plan, Quote, Run, Validated
from workbench.report.blocks import LeftOut

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class HeadingText:
    """A heading inside a section."""

    kind: Literal["heading"]
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphText:
    """Running text."""

    kind: Literal["paragraph"]
    text: str


@dataclass(frozen=True, slots=True)
class CommandText:
    """A line to type."""

    kind: Literal["command"]
    text: str


@dataclass(frozen=True, slots=True)
class PointsText:
    """Statements of equal rank."""

    kind: Literal["points"]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairsText:
    """Names and their values."""

    kind: Literal["key values"]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TableText:
    """Rows under a header; the last cell of a shorter row spans the rest."""

    kind: Literal["table"]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """Where an exhibit stands."""

    kind: Literal["figure"]
    exhibit: int


BlockText = Annotated[
    HeadingText | ParagraphText | CommandText | PointsText | PairsText | TableText | FigurePlace,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class SectionText:
    """A numbered part of the report."""

    number: int
    title: str
    blocks: tuple[BlockText, ...]


@dataclass(frozen=True, slots=True)
class ExhibitData:
    """A figure: its words, and the data that it draws."""

    number: int
    title: str
    caption: str
    alt: str
    digest: str
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Records:
    """The records that the report was written from."""

    comparison: Comparison
    plan: Plan
    runs: tuple[Run, ...]
    packs: tuple[Pack, ...]
    quotes: tuple[Quote, ...]
    """Answers to the probes that are shown as examples."""
    validated: tuple[Validated, ...]
    """The calibration of each question that was judged with one, and its curves."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that the PDF carries."""

    name: str
    about: str
    media_type: str
    bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a report states, and the records behind it."""

    format: Literal[2]
    title: str
    case: str
    dated: datetime
    language: Language
    software: str
    cover: PairsText
    sections: tuple[SectionText, ...]
    exhibits: tuple[ExhibitData, ...]
    records: Records
    attachments: tuple[AttachedFile, ...]
    not_attached: dict[str, int]
    """What of the case the PDF does not carry → how many files."""
    left_out: LeftOut
    made_with: dict[str, str]
    """What set the pages → version."""


def evidence_schema() -> dict[str, Any]:
    """The JSON Schema of `evidence.json`; what it does not name is refused."""
    schema = TypeAdapter(Evidence).json_schema(mode="serialization")
    closed = {name: _closed(part) for name, part in schema.pop("$defs").items()}
    return {"$schema": DIALECT, **_closed(schema), "title": "evidence.json", "$defs": closed}


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    return part | {"additionalProperties": False} if "properties" in part else part


def spelled_schema() -> str:
    """The schema as its file spells it."""
    return json.dumps(evidence_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(spelled_schema())
