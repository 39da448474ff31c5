"""Does the database still say what the journals say?"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb

from workbench.errors import CaseError
from workbench.store.case import CaseStore
from workbench.store.database import connected, migrate
from workbench.store.fold import insert
from workbench.store.migrations import EVIDENCE_TABLES, KEYS, MIGRATIONS
from workbench.visible import visible_line

SHOWN = 60
"""Characters of a value that a sentence shows."""

Row = tuple[object, ...]


class _Table(NamedTuple):
    columns: tuple[str, ...]
    rows: Iterator[Row]


def edited_rows(store: CaseStore) -> list[str]:
    """Compare every table with a fresh one made from the journals.

    Returns:
        One sentence per table that differs, naming the first row that does and how; empty if none.
        A database that cannot be read is one such sentence.
    """
    try:
        with connected(None) as fresh, connected(store.database) as kept:
            migrate(fresh)
            for name in store.journals():
                insert(fresh, store.records(name))
            found = [_first_difference(fresh, kept, table) for table in EVIDENCE_TABLES]
            return [sentence for sentence in [_migrations(kept), *found] if sentence]
    except CaseError as error:
        return [error.what]


def _migrations(kept: duckdb.DuckDBPyConnection) -> str:
    names = [name for (name,) in kept.execute("SELECT name FROM migration ORDER BY 1").fetchall()]
    expected = [name for name, _ in MIGRATIONS]
    wrong = sorted(set(names) ^ set(expected))
    return f"Table migration was edited, first at name {_short(wrong[0])}." if wrong else ""


def _first_difference(
    fresh: duckdb.DuckDBPyConnection, kept: duckdb.DuckDBPyConnection, table: str
) -> str:
    """Walk through both tables in the order of their key."""
    true, held = _read(fresh, table), _read(kept, table)
    if true.columns != held.columns:
        return f"Table {table} differs from the journals: it has other columns."
    difference = next(_differences(true, held, len(KEYS[table])), "")
    return f"Table {table} differs from the journals, first at {difference}." if difference else ""


def _differences(true: _Table, held: _Table, width: int) -> Iterator[str]:
    own, other = next(true.rows, None), next(held.rows, None)
    while own is not None or other is not None:
        # Compared as text, so that NaN, which no journal holds, cannot hide by differing from itself.
        if repr(own) != repr(other):
            yield _difference(true.columns, own, other, width)
        own, other = next(true.rows, None), next(held.rows, None)


def _difference(columns: tuple[str, ...], own: Row | None, other: Row | None, width: int) -> str:
    if own is not None and other is not None and own[:width] == other[:width]:
        at = next(n for n in range(len(own)) if repr(own[n]) != repr(other[n]))
        return (
            f"{_named(columns, own, width)}: {columns[at]} is {_short(other[at])} there and "
            f"{_short(own[at])} in the journals"
        )
    if other is None or (own is not None and _key(own, width) < _key(other, width)):
        return f"{_named(columns, own or (), width)}, which it lacks or holds under another key"
    return f"{_named(columns, other, width)}, which no journal holds"


def _key(row: Row, width: int) -> tuple[tuple[bool, Any], ...]:
    """Ordered as the database orders it; a NULL, last, stands only where somebody put it."""
    return tuple((value is None, "" if value is None else value) for value in row[:width])


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> _Table:
    order = ", ".join(KEYS[table])
    cursor = connection.cursor().execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 - own names
    return _Table(tuple(column[0] for column in cursor.description or ()), _rows(cursor))


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while batch := cursor.fetchmany(1000):
        yield from batch


def _named(columns: tuple[str, ...], row: Row, width: int) -> str:
    return ", ".join(f"{columns[n]} {_short(row[n])}" for n in range(width))


def _short(value: object) -> str:
    text = visible_line(str(value))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
