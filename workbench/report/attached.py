"""The files that a report carries beside its words, and what it does not carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.digest import digest_of_bytes

EVIDENCE = "evidence.json"
"""The one attachment that states the digests of all others; its own is printed in the report."""
ANSWERS, NEXT_TOKENS = "observations.parquet", "next-tokens.parquet"
PLAN, PACKS, HEAD, CASE = "plan.json", "packs.json", "journal-head.json", "case.zip"
PARQUET, JSON = "application/vnd.apache.parquet", "application/json"

Relationship = Literal["source", "data", "supplement"]
"""How PDF says that a file relates to the pages (AFRelationship)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file inside the PDF."""

    name: str
    about: str
    media_type: str
    relationship: Relationship
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Of its content."""
        return digest_of_bytes(self.content)


@dataclass(frozen=True, slots=True)
class Attachments:
    """Everything that a report carries beside `evidence.json`."""

    files: tuple[Attachment, ...] = ()
    not_attached: Mapping[str, int] = field(default_factory=dict)
    """What of the case the report does not carry, in words → how many files."""
    head: str = ""
    """Digest of the last record of the attached case journal; empty where none is attached."""


NOTHING = Attachments()
