"""Cases that are only read: nothing is written into their folders, what they need lies in the cache."""

import os
from pathlib import Path

from workbench.digest import digest_of
from workbench.errors import CaseError
from workbench.paths import cache_folder

MARK = "read-only"
INDEX = "case.duckdb"


def is_read_only(folder: Path) -> bool:
    """Whether nothing may be written into a case: it is marked so, or its folder cannot be written."""
    return folder.is_dir() and (is_marked(folder) or not os.access(folder, os.W_OK))


def is_marked(folder: Path) -> bool:
    """Whether a case says of itself that it is only read."""
    return (folder / MARK).exists()


def check_writable(folder: Path) -> None:
    """Make sure that something may be recorded into a case.

    Raises:
        CaseError: If the case is marked as only read.
    """
    if is_marked(folder):
        raise CaseError(
            f"Case {folder.name!r} is only read: nothing can be added to it.",
            fix=f"To go on with it, copy its folder to your own cases and remove its file {MARK!r}.",
        )


def working_folder(folder: Path) -> Path:
    """Find the folder of what can be made again: index, views, errands, whether a case was put aside.

    Returns:
        The case's own folder; of a case that is only read one in the cache, and another one whenever
        its journals are others, so that nothing there can be out of date.
    """
    if not is_read_only(folder):
        return folder
    journals = [
        [path.name, stamps.st_size, stamps.st_mtime_ns]
        for path in sorted(folder.glob("journal/*.jsonl"))
        if (stamps := path.stat())
    ]
    key = digest_of([str(folder.resolve()), journals]).removeprefix("sha256:")[:16]
    return cache_folder() / "cases" / f"{folder.name}-{key}"


def index_of(folder: Path) -> Path:
    """Find the database of a case, or where it is to be made."""
    own = folder / INDEX
    there = own.exists() and not is_marked(folder)
    return own if there else working_folder(folder) / INDEX
