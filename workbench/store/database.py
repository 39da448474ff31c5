"""Short-lived DuckDB connections to one case's database, which is an index and never the record."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from workbench.errors import CaseError
from workbench.store.migrations import MIGRATIONS

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.02
REBUILD = "Run `workbench rebuild` on the case; the journals hold everything that counts."

# The database holds text that a hostile model wrote: it may reach no file, no network, no extension.
CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "lock_configuration": "true",
}


class DamagedError(CaseError):
    """The database does not open or does not hold its tables; the journals do."""


@contextmanager
def connected(path: Path | None, *, write: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database for one piece of work and release it at once.

    Args:
        path: The database file; None opens an empty one in memory.
        write: Whether to open for writing, which locks out every other process meanwhile.

    Raises:
        CaseError: If the file stays locked for 10 seconds, or the disk is full.
        DamagedError: If the file is missing or unreadable, or refuses a statement.
    """
    connection = _opened(path, write=write or path is None)
    try:
        with closing(connection):
            yield connection
    except duckdb.Error as error:
        raise _full(path, error) or DamagedError(
            f"The case database answered: {str(error).splitlines()[0]}.", fix=REBUILD
        ) from error


def _opened(path: Path | None, *, write: bool) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(
                ":memory:" if path is None else str(path), read_only=not write, config=dict(CLOSED)
            )
        except duckdb.Error as error:
            if not _is_lock(error) or time.monotonic() > deadline:
                raise _unopened(path, error) from error
        time.sleep(PAUSE_SECONDS)


def _full(path: Path | None, error: duckdb.Error) -> CaseError | None:
    words = str(error)
    if not any(
        os.strerror(number) in words for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    ):
        return None
    return CaseError(
        f"The case database {path} cannot be written, because there is no space left.",
        fix="Free some space and run this again; what was recorded so far is kept.",
    )


def _is_lock(error: duckdb.Error) -> bool:
    words = str(error).lower()
    return "lock" in words or "different configuration" in words


def _unopened(path: Path | None, error: duckdb.Error) -> CaseError:
    if _is_lock(error):
        return CaseError(
            f"{path} is in use by another process.",
            fix="Wait for the other program to finish, or close it, and try again.",
        )
    return _full(path, error) or DamagedError(
        f"The case database {path} cannot be opened ({str(error).splitlines()[0]}).", fix=REBUILD
    )


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the tables up to date, one transaction per migration.

    Raises:
        CaseError: If a newer version of the program already wrote to the database.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (name VARCHAR PRIMARY KEY, applied_at TIMESTAMP)"
    )
    done = applied(connection)
    for name, statements in MIGRATIONS:
        if name not in done:
            connection.execute("BEGIN")
            connection.execute(statements)
            connection.execute("INSERT INTO migration VALUES (?, now()::TIMESTAMP)", [name])
            connection.execute("COMMIT")


def applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the migrations a database has seen.

    Raises:
        CaseError: If one of them is unknown to this version.
    """
    done = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
    if unknown := sorted(done - {name for name, _ in MIGRATIONS}):
        raise CaseError(
            f"This case was written by a newer version of the workbench (it has {unknown[0]!r}).",
            fix="Install that version or a later one to open it; nothing was changed.",
        )
    return done
