"""Tables of answers: JSON Lines, CSV and Parquet, with columns named as the user says.

What we need is called prompt and answer; what may be there is in `columns.OPTIONAL`. In JSON Lines a
column may lie deeper (`choices.0.message.content`), and an answer may be a list of texts, one for each
sample.
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.errors import RecordingError
from workbench.importers.columns import (
    NEEDED,
    columns_of,
    has_member,
    maker,
    member,
    named_columns,
)
from workbench.importers.json_text import lines
from workbench.importers.rows import MOST_CHARACTERS, BadRow, Row, rows_of
from workbench.importers.text import open_text
from workbench.preflight import PreflightError, batches, opened
from workbench.records import Reading
from workbench.visible import visible_line

ROWS = 64
"""Rows of a Parquet file read at a time."""


def read_jsonl(path: Path, reading: Reading) -> Iterator[Row]:
    """Read a file with one JSON object on each line."""
    columns: dict[str, str] | None = None
    make = maker({}, member)
    with open_text(path, reading.encoding) as stream:
        for number, value in lines(stream):
            if columns is None and isinstance(value, dict):
                known = value.keys()
                columns = columns_of(reading, known, path.name, lambda c, v=value: has_member(v, c))  # type: ignore[misc]
                make = maker(columns, member)
            yield from rows_of(number, value, make)


def read_csv(path: Path, reading: Reading) -> Iterator[Row]:
    """Read a file of separated values with a line of names; tabs separate where it ends in .tsv."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with open_text(path, reading.encoding, newline="") as stream, _long_cells():
        rows = csv.reader(stream, delimiter=delimiter, strict=True)
        names = _names(rows, path.name)
        columns = columns_of(reading, names, path.name, lambda column: column in names)
        make = maker(columns, lambda item, column: item[column])
        for number, cells in _numbered(rows):
            if isinstance(cells, BadRow):
                yield cells
            elif cells and len(cells) != len(names):
                yield BadRow(number, f"it has {len(cells)} cells where {len(names)} are named")
            elif cells:
                item = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
                item.setdefault(columns["answer"], "")
                yield from rows_of(number, item, make)


def read_parquet(path: Path, reading: Reading) -> Iterator[Row]:
    """Read the columns that are needed, and no others: what else a file holds is not touched."""
    wanted = named_columns(reading).values()
    try:
        with opened(path, wanted, ROWS) as file:
            names = file.schema_arrow.names
            columns = columns_of(reading, names, path.name, lambda column: column in names)
            _check_types(file.schema_arrow, columns, path.name)
            make, number = maker(columns, lambda item, column: item[column]), 0
            for items in batches(file, wanted, ROWS):
                for item in items:
                    number += 1
                    present = {name: value for name, value in item.items() if value is not None}
                    present.setdefault(columns["answer"], None)
                    yield from rows_of(number, present, make)
    except PreflightError as error:
        raise RecordingError(
            f"{path.name} {error}.",
            fix="Do not use this file, which may be made to do that; if you trust it, split it.",
        ) from error
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise RecordingError(
            f"{path.name} is no whole Parquet file ({_first_line(error)}).",
            fix="Get the file again, or convert it with the program that wrote it.",
        ) from error


# --- CSV ----------------------------------------------------------------------------------------


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as any entry; the module's own limit is for all its readers."""
    before = csv.field_size_limit(MOST_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _names(rows: Iterator[list[str]], file: str) -> list[str]:
    try:
        names = next(rows)
    except (StopIteration, csv.Error, UnicodeDecodeError) as error:
        raise RecordingError(
            f"{file} has no first line of column names.", fix="Write one, separated as the rest is."
        ) from error
    if len(set(names)) < len(names):
        raise RecordingError(
            f"{file} has two columns of one name.", fix="Rename one of them, so that they differ."
        )
    return names


def _numbered(rows: Any) -> Iterator[tuple[int, list[str] | BadRow]]:  # noqa: ANN401 - csv's reader
    """(line on which it begins, cells); a row that csv cannot read is a bad row, and it goes on."""
    while True:
        try:
            yield rows.line_num + 1, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield rows.line_num, BadRow(rows.line_num, f"it is no row of CSV ({error})")
        except UnicodeDecodeError as error:
            at = rows.line_num + 1
            words = f"it is no {error.encoding} text; nothing after it could be read"
            yield at, BadRow(at, words)
            return


# --- Parquet ------------------------------------------------------------------------------------


def _check_types(schema: pa.Schema, columns: Mapping[str, str], file: str) -> None:
    """Prompts and answers must be texts: bytes, which may be pickled objects, are not looked into."""
    for ours in NEEDED:
        kind = schema.field(columns[ours]).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        listed = ours == "answer" and pa.types.is_list(kind) and pa.types.is_string(kind.value_type)
        if not (texts or listed):
            raise RecordingError(
                f'The column "{columns[ours]}" of {file} holds {kind}, not text.',
                fix=f"Name another one with --column {ours}=NAME, or convert it to text.",
            )


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return visible_line(line[:100]).rstrip(".")
