"""A copy of a case's record that is only read: to hand on, or to come with the program."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from workbench.durable import sync_folder
from workbench.errors import CaseError
from workbench.store.case import CaseStore
from workbench.store.derived import DERIVED
from workbench.store.lock import worker_state
from workbench.store.read_only import MARK

KEPT = ("journal", "tensors", "raw", "vocabularies", "recorded", "calibrations", DERIVED)
"""The record, and the views that were computed of it; the index is made again where it is read."""


def copy_record(store: CaseStore, folder: Path) -> int:
    """Copy a case into a folder that says of itself that it is only read, whole or not at all.

    Args:
        store: The case.
        folder: Where to; its last part is the copy's name.

    Returns:
        Bytes that were copied.

    Raises:
        CaseError: If the folder exists or cannot be written, or the case is being recorded.
    """
    if folder.exists():
        raise CaseError(f"{folder} exists already.", fix="Name a folder that does not exist yet.")
    if worker_state(store.folder, datetime.now(UTC)) == "running":
        raise CaseError(
            f"Case {store.name!r} is being recorded.", fix="Wait until it is done, or stop it."
        )
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for name in KEPT:
            if (store.folder / name).is_dir():
                shutil.copytree(store.folder / name, partial / name)
        (partial / MARK).touch()
        partial.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise CaseError(
            f"The copy cannot be written to {folder} ({error.strerror}).",
            fix="Free some space or name another folder, and try again.",
        ) from error
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
