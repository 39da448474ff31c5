"""Results computed once and kept as a file, to be deleted and made again at will."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from workbench.digest import canonical
from workbench.durable import write_whole
from workbench.records import from_json, to_json
from workbench.store.read_only import working_folder

DERIVED = "derived"

R = TypeVar("R")


def view(folder: Path, name: str, key: str, record_type: type[R], make: Callable[[], R]) -> R:
    """Read a view of a case that was kept, or compute it and keep it.

    Args:
        folder: The case's. Of one that is only read, what came with it counts too.
        name: Of the file.
        key: As in `kept_or_made`.
        record_type: As in `kept_or_made`.
        make: As in `kept_or_made`.
    """
    came, own = (place / DERIVED / name for place in (folder, working_folder(folder)))
    if (found := _kept(came, key, record_type)) is not None:
        return found
    return kept_or_made(own, key, record_type, make)


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
    if (found := _kept(file, key, record_type)) is not None:
        return found
    made = make()
    with suppress(OSError):  # a folder that cannot be written only costs the time to compute again
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, canonical({"key": key, "result": to_json(made)}))
    return made


def _kept(file: Path, key: str, record_type: type[R]) -> R | None:
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        content = json.loads(file.read_bytes())
        if content["key"] == key:
            return from_json(record_type, content["result"])
    return None
