"""One worker for each case: a lock file that names its owner and shows whether the owner lives."""

import contextlib
import fcntl
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from workbench.digest import canonical
from workbench.durable import write_whole
from workbench.errors import CaseError
from workbench.records import from_json, to_json
from workbench.store.read_only import check_writable

LOCK = "worker.lock"
GUARD = ".worker.guard"
GONE = "gone"
STALE_SECONDS = 60.0
"""An owner on another machine that gave no sign for so long counts as gone."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that works on a case."""

    pid: int
    process_started: str
    """The kernel's start time of the process, so that a later process of the same number is not
    taken for it; empty where the system does not tell."""
    host: str
    boot: str
    """Identity of the machine's boot and of its space of process numbers; empty where unknown."""
    began_at: datetime
    beat_at: datetime
    """Last sign of life, UTC."""

    def named(self) -> str:
        """Say who it is, for an error."""
        return (
            f"process {self.pid} on {self.host} (at work since "
            f"{self.began_at:%Y-%m-%d %H:%M:%S} UTC)"
        )


class WorkerLock:
    """The lock of one case."""

    def __init__(self, folder: Path) -> None:
        """Name the case folder; nothing is taken yet."""
        self._path, self._guard = folder / LOCK, folder / GUARD
        self._case = folder.name
        self._own: Owner | None = None

    def take(self, now: datetime) -> Owner | None:
        """Become the owner.

        Returns:
            The owner that had died or fallen silent, if its lock was taken over; None otherwise.

        Raises:
            CaseError: If a living process owns it, or the folder cannot be written or is only read.
        """
        check_writable(self._path.parent)
        with self._alone():
            before = read_owner(self._path.parent)
            if before is not None and is_alive(before, now):
                raise CaseError(
                    f"Case {self._case!r} is already being run by {before.named()}.",
                    fix="Wait until it is done, or stop it (Ctrl-C where it was started, or Stop "
                    "on the Run page), and run this again.",
                )
            self._write(_this_process(now))
        return before

    def beat(self, now: datetime) -> bool:
        """Give a sign of life; False if another process has taken the lock over meanwhile.

        Raises:
            CaseError: If the lock cannot be written.
        """
        with self._alone():
            if self._own is None or not _same_process(read_owner(self._path.parent), self._own):
                return False
            self._write(replace(self._own, beat_at=now))
        return True

    def release(self) -> None:
        """Give the lock back, unless it is somebody else's by now."""
        with self._alone():
            if self._own is not None and _same_process(read_owner(self._path.parent), self._own):
                self._path.unlink(missing_ok=True)
        self._own = None

    def _write(self, owner: Owner) -> None:
        write_whole(self._path, canonical(to_json(owner)))
        self._own = owner

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Look at the lock and change it with nobody in between."""
        try:
            with self._guard.open("ab") as guard:
                fcntl.flock(guard, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise CaseError(
                f"The lock of case {self._case!r} cannot be written ({error.strerror}).",
                fix="Free some space or make the case folder writable, and run this again.",
            ) from error


def read_owner(folder: Path) -> Owner | None:
    """Who holds the lock of a case, alive or not; None if nobody does."""
    with contextlib.suppress(OSError, ValueError):
        return from_json(Owner, json.loads((folder / LOCK).read_bytes()))
    return None


def is_alive(owner: Owner, now: datetime) -> bool:
    """Whether the owner of a lock still works.

    On this machine the kernel knows. For another machine its last sign of life has to do.
    """
    if owner.host == platform.node() and owner.boot == _boot():
        return _runs(owner.pid, owner.process_started)
    if owner.host == platform.node() and _boot_id(owner.boot) != _boot_id(_boot()):
        return False  # this machine was started anew since
    return (now - owner.beat_at).total_seconds() < STALE_SECONDS


def worker_state(folder: Path, now: datetime) -> Literal["none", "running", "stalled"]:
    """Whether a case has a worker: `stalled` if it has one that died without a word."""
    owner = read_owner(folder)
    if owner is None:
        return "none"
    return "running" if is_alive(owner, now) else "stalled"


def is_here(owner: Owner) -> bool:
    """Whether the owner is a process that this one could send a signal to."""
    return owner.host == platform.node() and owner.boot == _boot()


def _this_process(now: datetime) -> Owner:
    now = now.astimezone(UTC)
    return Owner(os.getpid(), _started(os.getpid()), platform.node(), _boot(), now, now)


def _same_process(one: Owner | None, other: Owner) -> bool:
    return one is not None and replace(one, beat_at=other.beat_at) == other


def _runs(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and running
    found = _started(pid)
    return found == started or (found != GONE and "" in {started, found})


def _started(pid: int) -> str:
    """Start time of a process in the kernel's ticks; `GONE` once it has ended, "" if unknown."""
    try:
        # The name of the program, in brackets, may hold anything; what follows it is counted.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return GONE if fields[0] in {"Z", "X"} else fields[19]


def _boot() -> str:
    """Identity of this boot, a space, and of this space of process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _boot_id(boot: str) -> str:
    return boot.partition(" ")[0]
