"""Files that are whole or not there, and on the disk before anybody relies on them."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place in one step: readers see the old content or the new, never a part.

    Args:
        path: The file; it is replaced if it exists. One process at a time may write it.
        content: All of it.

    Raises:
        OSError: If the disk is full or the folder cannot be written; the old file is unharmed.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk: without it a new file may vanish with the power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
