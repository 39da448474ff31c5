"""Several files read as one, in order."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

CHUNK_BYTES = 1 << 20


def join_files(parts: Sequence[Path], target: Path) -> None:
    """Write the parts one after the other into a new file."""
    with target.open("xb") as out:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, out, CHUNK_BYTES)


def sha256_of_files(parts: Sequence[Path]) -> str:
    """SHA-256 of the files read one after the other, as 64 hexadecimal digits."""
    state = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                state.update(chunk)
    return state.hexdigest()
