"""`status.json`: what the worker of a case says of its progress, for whoever looks on."""

import contextlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from workbench.durable import write_whole
from workbench.errors import CaseError
from workbench.records import from_json, to_json

STATUS = "status.json"

WorkerState = Literal["starting", "asking", "stopping", "stopped", "done", "failed"]

NOTHING_SPENT = "nothing: no endpoint was asked"
STOPPED = 130
"""Exit code of a worker that was asked to stop, and of the command that started it."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """How far the worker of a case has come."""

    state: WorkerState
    pid: int
    began_at: datetime
    updated_at: datetime
    device: str = ""
    """Where models run and why; empty until that is chosen."""
    run_id: str = ""
    """The run being recorded; empty before the first and after the last."""
    run_done: int = 0
    run_total: int = 0
    done: int = 0
    """Observations recorded, over all runs of the plan, earlier sittings included."""
    total: int = 0
    per_minute: float | None = None
    """Observations a minute in this sitting; None until there are some."""
    seconds_left: float | None = None
    """At that rate; None while it is unknown."""
    cost: str = "unknown"
    """What the answers cost so far, with its currency; `unknown` where nobody says, never 0."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Outcome → observations."""
    failures: dict[str, int] = field(default_factory=dict)
    """Why observations failed, in the words of their notes → how many."""
    what: str = ""
    """Of a worker that failed or stopped: what happened."""
    fix: str = ""
    """And what to do."""


def write_status(folder: Path, status: WorkerStatus) -> None:
    """Replace the status of a case in one step.

    Raises:
        CaseError: If the disk is full or the folder cannot be written.
    """
    content = json.dumps(to_json(status), indent=2).encode()
    try:
        write_whole(folder / STATUS, content)
    except OSError as error:
        raise CaseError(
            f"The progress of case {folder.name!r} cannot be written ({error.strerror}).",
            fix="Free some space and run this again; what was recorded so far is kept.",
        ) from error


def read_status(folder: Path) -> WorkerStatus | None:
    """What the last worker of a case said last; None if there was none."""
    with contextlib.suppress(OSError, ValueError):
        return from_json(WorkerStatus, json.loads((folder / STATUS).read_bytes()))
    return None
