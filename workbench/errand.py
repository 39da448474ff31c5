"""One command of this program, run for a page in a process of its own, its outcome kept.

`python -m workbench.errand PLACE WORDS…` runs `workbench WORDS…` and leaves in the folder PLACE what it
said. The pages need no torch for it, a closed browser ends nothing, and what was computed once is
there for the next reader.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.durable import write_whole
from workbench.errors import CaseError
from workbench.launch import Worker, spawn
from workbench.records import from_json, to_json
from workbench.store import WorkerLock
from workbench.store.lock import worker_state

SAID, LOG, OUTCOME = "said.json", "log", "outcome.json"
LAST = 4_096
"""Bytes at the end of the log that are looked at."""

_sent: dict[Path, Worker] = {}
"""Place → the last process that this one started for it; it takes a moment to take its lock."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an errand ended."""

    words: tuple[str, ...]
    """The command."""
    began_at: datetime
    ended_at: datetime
    what: str = ""
    """Of one that failed: what happened."""
    fix: str = ""
    """And what to do."""

    @property
    def failed(self) -> bool:
        """Whether it ended with an error."""
        return bool(self.what)


def send(place: Path, words: Sequence[str]) -> None:
    """Start a command and leave it alone.

    Args:
        place: Folder for what comes of it, made if need be; what an earlier one left is replaced.
        words: Words behind `workbench`, `--json` among them.

    Raises:
        CaseError: If one is under way there, or the folder cannot be written.
    """
    if is_underway(place):
        raise CaseError("This is being done already.", fix="Wait until it has ended.")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in (OUTCOME, SAID):
            (place / name).unlink(missing_ok=True)
        command = [sys.executable, "-m", "workbench.errand", str(place.absolute()), *words]
        with (place / LOG).open("wb") as log:
            _sent[place] = spawn(command, log)
    except OSError as error:
        raise CaseError(
            f"Nothing can be started in {place} ({error.strerror}).",
            fix="Free some space or make the folder writable, and try again.",
        ) from error


def complete(place: Path, words: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Run a command and wait for it.

    Returns:
        What it printed, as JSON.

    Raises:
        CaseError: If it fails, in its own two sentences, or cannot be started.
    """
    send(place, words)
    _sent[place].wait()
    ended = outcome(place)
    if ended is None:
        raise CaseError("The command ended without a word.", fix=f"Look at {place / LOG}.")
    if ended.failed:
        raise CaseError(ended.what, fix=ended.fix)
    return said(place)


def is_underway(place: Path) -> bool:
    """Whether a command is being run for this place."""
    if place in _sent and _sent[place].poll() is None:
        return True
    return worker_state(place, datetime.now(UTC)) == "running"


def outcome(place: Path) -> Outcome | None:
    """How the last command ended; None if there was none, it is under way, or it died."""
    try:
        return from_json(Outcome, json.loads((place / OUTCOME).read_bytes()))
    except (OSError, ValueError):
        return None


def said(place: Path) -> Any:  # noqa: ANN401 - any JSON value
    """What the last command printed, as JSON; None if it printed none."""
    try:
        return json.loads((place / SAID).read_bytes())
    except (OSError, ValueError):
        return None


def last_line(place: Path) -> str:
    """The last line of progress; empty if there is none yet."""
    try:
        with (place / LOG).open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - LAST))
            lines = log.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and keep how it ended.

    Returns:
        Its exit code.
    """
    place, *words = sys.argv[1:] if arguments is None else arguments
    return _run(Path(place), tuple(words))


def _run(place: Path, words: tuple[str, ...]) -> int:
    lock, began = WorkerLock(place), datetime.now(UTC)
    lock.take(began)
    with (place / SAID).open("wb") as out:  # progress goes on to the log, where this process writes
        command = [sys.executable, "-m", "workbench", *words]
        code = subprocess.run(command, stdout=out, check=False).returncode  # noqa: S603 - our own
    what, fix = ("", "") if code == 0 else _error(place, code)
    ended = Outcome(words, began, datetime.now(UTC), what, fix)
    write_whole(place / OUTCOME, json.dumps(to_json(ended)).encode())
    lock.release()
    return code


def _error(place: Path, code: int) -> tuple[str, str]:
    """The two sentences with which a command ends, or as much as is known."""
    lines = (place / LOG).read_text(errors="replace").strip().splitlines()
    if code == 1 and len(lines) >= 2:
        return lines[-2], lines[-1]
    return (
        f"The command ended with exit code {code}.",
        f"Look at {place / LOG}, and run `workbench` with the same words in a terminal.",
    )


if __name__ == "__main__":
    sys.exit(main())
