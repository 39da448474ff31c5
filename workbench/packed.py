"""Zstandard, wherever this Python keeps it: single files, and ZIP archives that use it."""

import sys
from pathlib import Path
from typing import IO

if sys.version_info >= (3, 14):
    from zipfile import BadZipFile, ZipFile

    from compression import zstd
else:
    from backports import zstd
    from backports.zstd.zipfile import BadZipFile, ZipFile

__all__ = ["BadZipFile", "ZipFile", "ZstdError", "pack_stream", "unpack_file"]

ZstdError = zstd.ZstdError
LEVEL = 3
CHUNK_BYTES = 1 << 20


def pack_stream(source: IO[bytes], target: IO[bytes]) -> None:
    """Compress a stream to its end, in bounded memory."""
    with zstd.ZstdFile(target, "w", level=LEVEL) as packed:
        while chunk := source.read(CHUNK_BYTES):
            packed.write(chunk)


def unpack_file(source: Path, target: IO[bytes], most: int) -> bool:
    """Unpack a compressed file.

    Args:
        source: The compressed file.
        target: Where its content goes.
        most: Bytes that it may hold; nothing beyond them is unpacked.

    Returns:
        Whether that was all of it.

    Raises:
        OSError: If it cannot be read or the target not written.
        ZstdError: If it is no compressed file.
        EOFError: If it is cut off.
    """
    left = most
    with zstd.ZstdFile(source) as packed:
        while chunk := packed.read(min(CHUNK_BYTES, left + 1)):
            if len(chunk) > left:
                return False
            target.write(chunk)
            left -= len(chunk)
    return True
