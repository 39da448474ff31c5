"""Results computed once and kept as a file, to be deleted and made again at will."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from workbench.digest import canonical
from workbench.durable import write_whole
from workbench.records import from_json, to_json

R = TypeVar("R")


def kept_or_made(file: Path, key: str, record_type: type[R], make: Callable[[], R]) -> R:
    """Read a result that was kept, or compute it and keep it.

    Args:
        file: Where it is kept.
        key: Digest of everything it is computed from, the way of computing included.
        record_type: What it is.
        make: Computes it.

    Returns:
        The result. A file of another key, or one that cannot be read, is as good as none.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        content = json.loads(file.read_bytes())
        if content["key"] == key:
            return from_json(record_type, content["result"])
    made = make()
    with suppress(OSError):  # a folder that cannot be written only costs the time to compute again
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, canonical({"key": key, "result": to_json(made)}))
    return made
