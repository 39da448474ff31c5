"""What endpoints sent, word for word, and vocabularies: gzip files named by their digests.

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


def keep_raw(folder: Path, content: bytes, what: str = "What the endpoint sent") -> str:
    """Put one exchange on the disk; the same content twice is one file.

    Args:
        folder: Where; made if it is not there.
        content: What to keep.
        what: Its name in an error.

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
            f"{what} cannot be written to {folder} ({error.strerror}).",
            fix="Free some space and run this again; what was recorded so far is kept.",
        ) from error
    return digest


def read_raw(folder: Path, digest: str, what: str = "An answer that {name} received") -> bytes:
    """Read one exchange back.

    Args:
        folder: Where it was kept.
        digest: Of its content.
        what: Its name in an error; `{name}` is the folder's.

    Raises:
        CustodyError: If its file is missing, unreadable or was changed.
    """
    path = raw_path(folder, digest)
    try:
        with gzip.open(path) as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _lost(folder, digest, what, "cannot be read") from error
    if digest_of_bytes(content) != digest:
        raise _lost(folder, digest, what, "was changed after it was recorded")
    return content


def _lost(folder: Path, digest: str, what: str, how: str) -> CustodyError:
    return CustodyError(
        f"{what.format(name=folder.name)} ({digest[:19]}…) {how}.",
        fix=f"Restore the case's {folder.parent.name} folder from a copy, or record the case anew.",
    )
