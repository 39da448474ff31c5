"""Does the database still say what the journals say?"""

from collections.abc import Iterator
from itertools import zip_longest

import duckdb

from workbench.store.case import CaseStore
from workbench.store.database import connected, migrate
from workbench.store.fold import insert
from workbench.store.migrations import EVIDENCE_TABLES


def edited_rows(store: CaseStore) -> list[str]:
    """Compare every table with a fresh one made from the journals.

    Returns:
        One sentence per table that differs, naming the first row that does; empty if none.
    """
    with connected(None) as fresh, connected(store.database) as kept:
        migrate(fresh)
        for name in store.journals():
            insert(fresh, store.records(name))
        found = [_first_difference(fresh, kept, table) for table in EVIDENCE_TABLES]
    return [sentence for sentence in found if sentence]


def _first_difference(
    fresh: duckdb.DuckDBPyConnection, kept: duckdb.DuckDBPyConnection, table: str
) -> str:
    for true, held in zip_longest(_rows(fresh, table), _rows(kept, table)):
        # Compared as text, so that NaN, which no journal holds, cannot hide by differing from itself.
        if repr(true) != repr(held):
            row = true or held
            return f"Table {table} differs from the journals, first at {_named(row)}."
    return ""


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[object, ...]]:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY ALL")  # noqa: S608 - own names
    while batch := cursor.fetchmany(1000):
        yield from batch


def _named(row: tuple[object, ...]) -> str:
    return ", ".join(str(value)[:40] for value in row[:3])
