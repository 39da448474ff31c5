"""Start, watch and stop the worker of a case; the command line and the pages do it alike."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from workbench.errors import CaseError, WorkbenchError
from workbench.paths import PROJECT
from workbench.store import WorkerStatus, read_status
from workbench.store.lock import is_alive, is_here, read_owner
from workbench.store.status import NOTHING_SPENT, STOPPED

LOOK_SECONDS = 0.1

LOG = "worker.log"

Worker = subprocess.Popen[bytes]

_workers: dict[Path, Worker] = {}
"""Case folder → the last worker that this process started; kept, since a dead child that nobody
asks after stays in the process table."""


def command(folder: Path, arguments: Sequence[str]) -> list[str]:
    """The command of a worker."""
    return [sys.executable, "-m", "workbench.worker", str(folder.absolute()), *arguments]


def start(folder: Path, arguments: Sequence[str], log: IO[bytes]) -> Worker:
    """Start a worker that outlives this process.

    Args:
        folder: The case.
        arguments: Options of `workbench.worker`.
        log: Open file for what the worker writes to stderr.
    """
    worker = spawn(command(folder, arguments), log)
    _workers[folder] = worker
    return worker


def spawn(words: Sequence[str], log: IO[bytes]) -> Worker:
    """Start one of this program's own modules in a session of its own.

    Args:
        words: The command.
        log: Open file for what it writes.
    """
    path = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    quiet = {"TOKENIZERS_PARALLELISM": "false", "TQDM_DISABLE": "1"}
    return subprocess.Popen(  # noqa: S603 - our own module
        words,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=quiet | os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    )


def start_unwatched(folder: Path, arguments: Sequence[str] = ()) -> None:
    """Start a worker and leave it alone; what it writes to stderr goes to `worker.log`.

    Raises:
        CaseError: If one was started from here that still lives, or the folder cannot be written.
    """
    if is_starting(folder):
        raise CaseError(
            f"A worker of case {folder.name!r} is about to begin.", fix="Give it a few seconds."
        )
    try:
        with (folder / LOG).open("wb") as log:
            start(folder, arguments, log)
    except OSError as error:
        raise CaseError(
            f"No worker can be started for case {folder.name!r} ({error.strerror}).",
            fix="Free some space or make the case folder writable, and try again.",
        ) from error


def is_starting(folder: Path) -> bool:
    """Whether a worker started from here lives; it takes some seconds before it takes the lock."""
    return folder in _workers and _workers[folder].poll() is None


def last_words(folder: Path) -> WorkbenchError | None:
    """What the last worker of a case said when it stopped or failed; None if it did neither."""
    worker = _workers.get(folder)
    if worker is not None and worker.poll() is not None:
        with contextlib.suppress(OSError), (folder / LOG).open("rb") as log:
            if (error := how_it_ended(worker, folder, log)) is not None:
                return error
    status = read_status(folder)
    if status is None or not status.what:
        return None
    return CaseError(status.what, fix=status.fix)


def watch(worker: Worker, folder: Path) -> Iterator[WorkerStatus]:
    """Look at a worker until it has ended.

    Yields:
        Its status, whenever that has changed.
    """
    last = None
    while True:
        ended = worker.poll() is not None
        status = status_of(worker, folder)
        if status is not None and status != last:
            last = status
            yield status
        if ended:
            return
        time.sleep(LOOK_SECONDS)


def status_of(worker: Worker, folder: Path) -> WorkerStatus | None:
    """What this very worker said last, if it said anything."""
    status = read_status(folder)
    return status if status is not None and status.pid == worker.pid else None


def how_it_ended(worker: Worker, folder: Path, log: IO[bytes]) -> WorkbenchError | None:
    """Why a worker that has ended did not finish, in its own two sentences where it left any.

    Returns:
        None if it finished or was asked to stop.
    """
    code = worker.wait()
    if code in {0, STOPPED}:
        return None
    status = status_of(worker, folder)
    if status is not None and status.state == "failed":
        return CaseError(status.what, fix=status.fix)
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    if code == 1 and len(lines) == 2:
        return CaseError(lines[0], fix=lines[1])
    last = f"; its last words: {lines[-1][:200]}" if lines else ""
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return CaseError(
        f"The worker of case {folder.name!r} ended by {ended}{last}.",
        fix="Run it again to go on; what was recorded so far is kept.",
    )


def pace_words(seen: WorkerStatus) -> list[str]:
    """Rate, time left, cost and failures by kind, each in a few words."""
    words = []
    if seen.per_minute is not None:
        words.append(f"{seen.per_minute:.0f} a minute")
    if seen.seconds_left is not None:
        words.append(f"{seen.seconds_left:.0f} s left")
    if seen.cost != NOTHING_SPENT:
        words.append(f"cost {seen.cost}")
    words += [f"{count} failed: {reason}" for reason, count in seen.failures.items()]
    return words


def stop(folder: Path) -> None:
    """Ask the worker of a case to finish its batch and stop; it may take as long as one batch.

    Raises:
        CaseError: If the case has no living worker, or one on another machine.
    """
    owner = read_owner(folder)
    if owner is None or not is_alive(owner, datetime.now(UTC)):
        raise CaseError(f"Case {folder.name!r} is not being run.", fix="There is nothing to stop.")
    if not is_here(owner):
        raise CaseError(
            f"Case {folder.name!r} is being run by {owner.named()}.", fix="Stop it over there."
        )
    with contextlib.suppress(ProcessLookupError):
        os.kill(owner.pid, signal.SIGTERM)
