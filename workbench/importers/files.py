"""The files themselves: looked at before they are read, digested, and kept compressed."""

import hashlib
import stat
from pathlib import Path
from typing import IO

from workbench.digest import digest_of_file
from workbench.durable import sync_folder
from workbench.errors import RecordingError
from workbench.models.recorded import kept_path
from workbench.packed import pack_stream

MOST_KEPT_BYTES = 16 << 30
"""Of a file of which a copy is kept. Whoever checks the copy unpacks it onto a disk of theirs, so no
case may ask for more than any log that is published."""


def check_file(path: Path) -> None:
    """Refuse what is no plain file.

    Raises:
        RecordingError: If it is missing, a link, a folder, a device or a pipe.
    """
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise RecordingError(
            f"{path} cannot be opened ({error.strerror}).", fix="Check how its name is written."
        ) from error
    if stat.S_ISLNK(mode):
        raise RecordingError(
            f"{path} is a symbolic link.",
            fix=f"Name the file itself: {path.resolve()}.",
        )
    if not stat.S_ISREG(mode):
        raise RecordingError(f"{path} is no file.", fix="Name the files, not their folder.")


def keep_file(path: Path, folder: Path) -> str:
    """Put a compressed copy of a file into a folder, under its digest.

    Returns:
        The digest of the file as it is.

    Raises:
        RecordingError: If it cannot be read or is too large to be checked again, or the disk is full.
    """
    partial = folder / f".{hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:16]}.partial"
    try:
        if path.stat().st_size > MOST_KEPT_BYTES:
            raise RecordingError(
                f"{path.name} is larger than {MOST_KEPT_BYTES >> 30} GB, and no copy of that size is "
                f"unpacked to be checked again.",
                fix="Split it, or import it with --no-copy, which keeps its digest alone.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, partial.open("wb") as target:
            counted = _Digesting(source)
            pack_stream(counted, target)  # type: ignore[arg-type]
        partial.replace(kept_path(folder, counted.digest))
        sync_folder(folder)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise RecordingError(
            f"{path.name} cannot be copied to {folder} ({error.strerror}).",
            fix="Free some space, or import it with --no-copy, which keeps its digest alone.",
        ) from error
    return counted.digest


def check_unchanged(path: Path, digest: str) -> None:
    """Make sure that what was read is what was digested.

    Raises:
        RecordingError: If the file changed meanwhile.
    """
    if digest_of_file(path) != digest:
        raise RecordingError(
            f"{path.name} changed while it was read.", fix="Import it when nothing writes to it."
        )


class _Digesting:
    """Digests a stream as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._state = stream, hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        self._state.update(chunk)
        return chunk

    @property
    def digest(self) -> str:
        return f"sha256:{self._state.hexdigest()}"
