"""Parquet from elsewhere: read to its end in a child process with hard limits before it is read here.

A few hundred bytes can be billions of rows: one long text that rows refer to, runs, lists, pages that
many parts of a file share. What a file states of itself need not hold, so nothing is computed from it:
the child does what will be done here, and the system ends it where it takes too much. Only a file that
it read to the end is opened in this process, by the same code.

The limits of memory and processor time are Linux's. Elsewhere the child is ended after a while, which
bounds the time alone: a file that fills the memory fails there, or makes the system choose what to end.

This file is also the child's program (`python -P preflight.py`, what to read on its stdin). It imports
nothing of this program, so that the child starts in a quarter of a second.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MEMORY_BYTES = 4 << 30
"""Addresses that the child may use, 0.35 GB of them for Python and Arrow. Rows are there twice, as
Arrow and as Python hold them: of the longest entries that are read from any format, 48 fit at once."""
PROCESSOR_SECONDS = 300
"""An old core reads some 500,000 rows and 200 MB in a second, so this is 60 GB of answers."""
WALL_SECONDS = 900
"""Three times as long, for slow disks and machines with other work."""
UNREADABLE, TOO_LARGE = 3, 4
"""Exit codes of the child. Python ends with 1 or 2 where it fails by itself."""
MOST_SAID = 200
"""Characters of what Arrow says is wrong with a file."""
NEEDED = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Of the environment: where this Python finds its packages, and no keys."""
QUIET = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # others reserve a gigabyte before they use any
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
}


class PreflightError(ValueError):
    """A file that must not be read here; why, as the end of a sentence without a full stop."""


@contextmanager
def opened(path: Path, columns: Collection[str], rows: int) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file whose columns can be read, some rows at a time, within the limits.

    Args:
        path: The file, not to be trusted.
        columns: Names of the top-level columns that `batches` will be asked for; those that the file
            lacks are passed over.
        rows: How many will be read at a time.

    Raises:
        PreflightError: If reading them takes too much, or ends the process that does.
        pa.ArrowInvalid: If they cannot be read.
        OSError: If the file cannot be opened.
    """
    _try(path, columns, rows)
    with _plain(path) as file:
        yield file


def batches(
    file: pq.ParquetFile, columns: Collection[str], rows: int
) -> Iterator[list[dict[str, Any]]]:
    """Rows of a file, some at a time, each as name → value; columns that it lacks are left out."""
    there = [name for name in file.schema_arrow.names if name in columns]
    if there:
        for batch in file.iter_batches(rows, columns=there, use_threads=False):
            yield batch.to_pylist()


@contextmanager
def _plain(path: Path) -> Iterator[pq.ParquetFile]:
    """Read piece by piece: nothing is mapped, and no column is fetched as a whole."""
    with pa.OSFile(str(path)) as source:
        with _systems_memory():
            file = pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)
        with file:
            yield file


@contextmanager
def _systems_memory() -> Iterator[None]:
    """Let a reader that is made here take its memory from the system, for as long as it reads.

    So both processes take as much: Arrow's other pools copy what grows, which takes half as much again,
    and keep what they had.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


# --- This process -------------------------------------------------------------------------------


def _try(path: Path, columns: Collection[str], rows: int) -> None:
    """Read the file in a child process, and raise here what went wrong there."""
    wanted = {
        "path": str(path.absolute()),
        "columns": sorted(set(columns)),
        "rows": rows,
        "memory": MEMORY_BYTES,
        "seconds": PROCESSOR_SECONDS,
    }
    kept = {name: os.environ[name] for name in NEEDED if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - this file
            [sys.executable, "-P", __file__],
            input=json.dumps(wanted).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | QUIET,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PreflightError(f"is not read within {WALL_SECONDS:,} seconds") from error
    except OSError as error:
        words = f"cannot be tried in a process of its own ({error.strerror})"
        raise PreflightError(words) from error
    if done.returncode == UNREADABLE:
        raise pa.ArrowInvalid(done.stdout.decode(errors="replace")[:MOST_SAID])
    if done.returncode:
        raise PreflightError(_ended(done.returncode))


def _ended(code: int) -> str:
    """Why the child did not get to the end."""
    if code == TOO_LARGE:
        return f"takes more than {MEMORY_BYTES / (1 << 30):.3g} GB of memory to read"
    if sys.platform == "linux" and code == -signal.SIGXCPU:
        return f"takes more than {PROCESSOR_SECONDS:,} seconds of processor time to read"
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"ends the process that reads it ({how})"


# --- The child ----------------------------------------------------------------------------------


def main() -> int:
    """Read what stdin says, and nothing else; what is wrong with the file goes to stdout.

    Returns:
        The exit code; 0 if all of it was read.
    """
    wanted = json.load(sys.stdin.buffer)
    _limit(wanted["memory"], wanted["seconds"])
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    try:
        with _plain(Path(wanted["path"])) as file:
            for _ in batches(file, wanted["columns"], wanted["rows"]):
                pass
    except MemoryError:
        return TOO_LARGE
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        said = str(error).strip() or type(error).__name__
        sys.stdout.write(said[:MOST_SAID].encode(errors="replace").decode())
        return UNREADABLE
    return 0


def _limit(memory: int, seconds: int) -> None:
    """Let the system hold this process to its limits, which it cannot raise again."""
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not everywhere

    # Addresses rather than data: they count whatever is mapped, on every kernel, before it is used.
    # The hard limit of processor time comes a second later, so that the first signal says what it was.
    limits = (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, *wanted in limits:
        hard = resource.getrlimit(kind)[1]
        most = [n if hard == resource.RLIM_INFINITY else min(n, hard) for n in wanted]
        resource.setrlimit(kind, (most[0], most[1]))


if __name__ == "__main__":
    sys.exit(main())
