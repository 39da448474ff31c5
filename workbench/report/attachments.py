"""Case → the files that its report carries, from which anybody can compute it again."""

import json
from collections.abc import Mapping
from typing import Any

from workbench.records import to_json
from workbench.report.attached import (
    ANSWERS,
    CASE,
    HEAD,
    JSON,
    NEXT_TOKENS,
    PACKS,
    PARQUET,
    PLAN,
    Attachment,
    Attachments,
    Relationship,
)
from workbench.store import CaseStore
from workbench.store.archive import MOST_MEGABYTES, Kind, journal_heads, pack_case
from workbench.store.exports import Table, parquet_bytes, read_table
from workbench.store.journal import CASE_JOURNAL

KIND_WORDS: dict[Kind, str] = {
    "likelihoods": "how likely the models found each other's answers",
    "exchanges": "what endpoints sent",
    "recordings": "files in which others recorded answers",
    "distributions": "whole next-token distributions, and likelihoods of passages",
}
FILES: Mapping[str, tuple[str, str, Relationship]] = {
    CASE: (
        "every journal of the case, and the files that its numbers rest on",
        "application/zip",
        "source",
    ),
    ANSWERS: ("every observation", PARQUET, "data"),
    NEXT_TOKENS: ("the most probable next tokens of each position", PARQUET, "data"),
    PLAN: ("the plan", JSON, "data"),
    PACKS: ("the packs as they were asked", JSON, "data"),
    HEAD: ("the last record of every journal", JSON, "data"),
}
"""Every file that a report carries beside `evidence.json` → what it holds, its media type, and how PDF
says that it relates to the pages."""
TABLES: dict[str, Table] = {ANSWERS: "answers", NEXT_TOKENS: "next tokens"}
"""Attached file → table of the case that it holds."""


def attachments(store: CaseStore, megabytes: int = MOST_MEGABYTES) -> Attachments:
    """Gather what a report of a case carries.

    Args:
        store: The case, its database as the journals have it.
        megabytes: What the kinds of `KIND_WORDS` may take together; one that would exceed it is left
            out and named.

    Raises:
        CaseError: If a file cannot be read.
        CustodyError: If a journal is broken.
    """
    archive = pack_case(store, megabytes << 20)
    said = stated(store)
    contents = {CASE: archive.content}
    contents |= {name: parquet_bytes(read_table(store, TABLES[name])) for name in TABLES}
    contents |= {name: spelled(content) for name, content in said.items()}
    return carried(contents, archive.lacking, said[HEAD][CASE_JOURNAL]["head"])


def carried(contents: Mapping[str, bytes], lacking: Mapping[Kind, int], head: str) -> Attachments:
    """Take the content of every attached file as what a report carries.

    Args:
        contents: Name → content, for every name of `FILES`.
        lacking: Kinds of which files are not attached → how many.
        head: Digest of the last record of the attached case journal.
    """
    files = (
        Attachment(name, about, media_type, relationship, contents[name])
        for name, (about, media_type, relationship) in FILES.items()
    )
    absent = {KIND_WORDS[kind]: count for kind, count in lacking.items()}
    return Attachments(tuple(files), absent, head)


def stated(store: CaseStore) -> dict[str, Any]:
    """What the attached JSON files beside `evidence.json` say of a case."""
    return {
        PLAN: to_json(store.plan()),
        PACKS: [to_json(pack) for pack in store.packs()],
        HEAD: journal_heads(store),
    }


def spelled(content: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """JSON as the report attaches it."""
    return json.dumps(content, indent=1, sort_keys=True).encode()
