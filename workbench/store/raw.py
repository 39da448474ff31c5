"""What endpoints sent, word for word: one gzip file per exchange, named by its digest.

The digest is of the content, not of the file, so that another version of zlib changes nothing.
"""

import gzip
import zlib
from pathlib import Path

from workbench.digest import digest_of_bytes
from workbench.durable import write_whole
from workbench.errors import CaseError, CustodyError

MOST_BYTES = 64 << 20
"""A kept exchange is shorter by far; a file that unpacks to more was not written here."""


def raw_path(folder: Path, digest: str) -> Path:
    """The file that holds the exchange with this digest."""
    return folder / f"{digest.removeprefix('sha256:')}.json.gz"


def keep_raw(folder: Path, content: bytes) -> str:
    """Put one exchange on the disk; the same content twice is one file.

    Returns:
        Its digest.

    Raises:
        CaseError: If the disk is full or the folder cannot be written.
    """
    digest = digest_of_bytes(content)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(raw_path(folder, digest), gzip.compress(content, mtime=0))
    except OSError as error:
        raise CaseError(
            f"What the endpoint sent cannot be written to {folder} ({error.strerror}).",
            fix="Free some space and run this again; what was recorded so far is kept.",
        ) from error
    return digest


def read_raw(folder: Path, digest: str) -> bytes:
    """Read one exchange back.

    Raises:
        CustodyError: If its file is missing, unreadable or was changed.
    """
    path = raw_path(folder, digest)
    try:
        with gzip.open(path) as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _lost(folder, digest, "cannot be read") from error
    if digest_of_bytes(content) != digest:
        raise _lost(folder, digest, "was changed after it was recorded")
    return content


def _lost(folder: Path, digest: str, what: str) -> CustodyError:
    return CustodyError(
        f"An answer that {folder.name} received ({digest[:19]}…) {what}.",
        fix="Restore the case's raw folder from a copy, or record the case anew.",
    )
