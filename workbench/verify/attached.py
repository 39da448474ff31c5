"""What a report carries: every digest, every row of the tables, the plan, the packs, the heads."""

import json
import reprlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.custody import Check
from workbench.digest import digest_of_bytes
from workbench.preflight import PreflightError, batches, opened
from workbench.report.attached import EVIDENCE
from workbench.report.attachments import TABLES, spelled, stated
from workbench.report.extract import Given
from workbench.report.schema import Evidence
from workbench.store import CaseStore
from workbench.store.exports import parquet_bytes, read_table
from workbench.verify.numbers import differences
from workbench.visible import visible_line

MOST_NAMED = 20
"""Differences that are named one by one."""
BATCH = 64
"""Rows of a table from elsewhere that are in memory at a time."""
SHOWN, MOST_SHOWN = 60, 400
"""Characters of a value, and of a whole sentence."""


def digests(given: Given, evidence: Evidence) -> Check:
    """Check that a report carries the files that its evidence names, and no others."""
    named = {file.name: file for file in evidence.attachments}
    problems = [
        f"{name} cannot be taken out: it is damaged, or unpacks to too much."
        for name in given.damaged
    ]
    for name, file in named.items():
        content = given.files.get(name)
        if content is None:
            if name not in given.damaged:
                problems.append(f"{name} is not attached, though {EVIDENCE} names it.")
        elif digest_of_bytes(content) != file.digest or len(content) != file.bytes:
            problems.append(f"{name} is not the file whose digest {EVIDENCE} states.")
    problems += [
        f"{visible_line(name)[:SHOWN]} is attached, and {EVIDENCE} does not name it."
        for name in given.files
        if name != EVIDENCE and name not in named
    ]
    return Check("Attached files", tuple(problems), f"digests of {len(named)} files")


def tables(given: Given, store: CaseStore) -> Check:
    """Compare the attached tables with the journals, row by row."""
    problems: list[str] = []
    count = 0
    for name, table in TABLES.items():
        expected = read_table(store, table)
        count += expected.num_rows
        content = given.files.get(name)
        if content is None:
            problems.append(f"{name} is not there.")
        elif content != parquet_bytes(expected):
            problems += shortened(list(_table_differences(name, content, expected)))
    return Check("Observations as Parquet", tuple(problems), f"{count} rows against the journals")


def _table_differences(name: str, content: bytes, expected: pa.Table) -> Iterator[str]:
    columns = expected.schema.names
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "table"
        try:
            path.write_bytes(content)
            with opened(path, columns, BATCH) as file:
                problem = _unlike(file, expected)
                if problem:
                    yield f"{name} {problem}."
                else:
                    yield from _rows_differences(name, batches(file, columns, BATCH), expected)
        except PreflightError as error:
            yield f"{name} {error}, so it was not read."
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            yield f"{name} cannot be read as Parquet ({visible_line(str(error)[:120])})."


def _unlike(file: pq.ParquetFile, expected: pa.Table) -> str | None:
    """What sets a table apart before any of its rows is looked at; None if nothing does."""
    found, own, count = file.schema_arrow, expected.schema, file.metadata.num_rows
    if found.names != own.names:
        return "has other columns than the observations"
    other = [a.name for a, b in zip(own, found, strict=True) if a.type != b.type]
    if other:
        return f"holds values of another type than the observations in {', '.join(other)}"
    if count != expected.num_rows:
        return f"has {count} rows, and the journals give {expected.num_rows}"
    return None


def _rows_differences(
    name: str, found: Iterator[list[dict[str, Any]]], expected: pa.Table
) -> Iterator[str]:
    place = 0
    for rows in found:
        wanted = expected.slice(place, len(rows)).to_pylist()
        for row, own in zip(rows, wanted, strict=True):
            place += 1
            yield from _row_differences(f"{name}, row {place}", row, own)
    if place < expected.num_rows:
        yield f"{name} ends after {place} rows, and the journals give {expected.num_rows}."


def _row_differences(place: str, row: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    for column, value in own.items():
        # Not spelled out to be compared: spelling takes several times the memory. NaN, which no
        # journal holds, differs from everything.
        if row[column] != value:
            where = f"{own['run_id']} at {own['probe_address']}"
            yield (
                f"{place} ({visible_line(where)}): {column} is {_short(row[column])} there and "
                f"{_short(value)} in the journals."
            )


def _short(value: object) -> str:
    """The beginning of a value; no more of it than that is spelled out."""
    if isinstance(value, list):
        value = reprlib.repr(value)
    text = visible_line(value[: SHOWN + 1] if isinstance(value, str) else str(value))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def texts(given: Given, store: CaseStore) -> Check:
    """Compare the attached plan, packs and heads with the journals."""
    problems: list[str] = []
    for name, own in stated(store).items():
        content = given.files.get(name)
        if content is None:
            problems.append(f"{name} is not there.")
        elif content != spelled(own):
            problems += json_differences(name, content, own)
    return Check("Plan, packs and heads", tuple(problems), "as the journals have them")


def json_differences(name: str, content: bytes, own: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Sentences for whatever a JSON file from elsewhere says otherwise than it should.

    Args:
        name: Of the file.
        content: The file, not to be trusted; not spelled as `own` would be.
        own: What it should hold.
    """
    try:
        found = differences(json.loads(content), own, name, 0.0)
        told = [visible_line(sentence)[:MOST_SHOWN] for sentence in found]
    except (ValueError, RecursionError):
        return [f"{name} cannot be read as JSON."]
    return shortened(told) or [f"{name} says the same in another spelling."]


def shortened(sentences: list[str]) -> list[str]:
    """The first of many, and how many more there are."""
    more = len(sentences) - MOST_NAMED
    return [*sentences[:MOST_NAMED], f"And {more} more."] if more > 0 else sentences
