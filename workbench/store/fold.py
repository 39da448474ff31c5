"""Journal records → rows of the tables."""

from collections.abc import Iterable

import duckdb

from workbench.errors import CustodyError
from workbench.store.journal import CASE_JOURNAL, JournalRecord
from workbench.store.migrations import EVIDENCE_TABLES
from workbench.store.rows import Rows, arrow_table, rows_of


def insert(connection: duckdb.DuckDBPyConnection, records: Iterable[JournalRecord]) -> None:
    """Add the rows of journal records to the tables.

    Raises:
        CustodyError: If a record holds what its kind does not allow, or repeats an observation.
    """
    gathered: Rows = {table: [] for table in EVIDENCE_TABLES}
    for record in records:
        try:
            for table, rows in rows_of(record).items():
                gathered[table].extend(rows)
        except (ValueError, KeyError, TypeError) as error:
            raise CustodyError(
                f"Record {record.seq} ({record.kind}) does not hold what it should: {error}.",
                fix="Open the case with the version that wrote it.",
            ) from error
    try:
        insert_rows(connection, gathered)
    except duckdb.ConstraintException as error:
        raise CustodyError(
            "A journal holds two answers to one probe and repeat of one run.",
            fix="Start a new case; recorded answers are never replaced.",
        ) from error


def insert_rows(connection: duckdb.DuckDBPyConnection, gathered: Rows) -> None:
    """Insert rows as they stand; a cached embedding is never replaced."""
    for table, rows in gathered.items():
        if rows:
            connection.register("incoming", arrow_table(table, rows))
            keep = "OR IGNORE " if table == "embedding" else ""
            connection.execute(f"INSERT {keep}INTO {table} BY NAME FROM incoming")
            connection.unregister("incoming")


def folded(connection: duckdb.DuckDBPyConnection, name: str) -> set[int]:
    """Numbers of those records of a journal that the tables hold rows of."""
    if name == CASE_JOURNAL:
        rows = connection.execute("SELECT seq FROM comparison").fetchall()
        return {seq for (seq,) in rows}
    rows = connection.execute("SELECT seq FROM observation WHERE run_id = ?", [name]).fetchall()
    runs = connection.execute("SELECT 0 FROM run WHERE id = ?", [name]).fetchall()
    return {seq for (seq,) in rows + runs}
