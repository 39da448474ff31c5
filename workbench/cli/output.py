"""What every command prints with: JSON on stdout, progress on stderr."""

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from workbench import paths
from workbench.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.collect import Progress as Collected

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
CaseName = Annotated[str, typer.Argument(metavar="CASE", help="Name of the case, or its folder.")]

QUIET_SECONDS = 5.0
"""Without a terminal, one line of progress at most this often."""


def print_json(content: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print JSON on stdout."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def say(line: str) -> None:
    """Print one line of progress on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def case_folder(case: str) -> Path:
    """Folder of a case: a path as it stands, a bare name under the folder of cases.

    Raises:
        CaseError: If a bare name could lead out of the folder.
    """
    if "/" in case or case in {".", ".."}:
        return Path(case)
    if not case or case.startswith(".") or not case.replace("-", "").replace("_", "").isalnum():
        raise CaseError(
            f"{case!r} is no name for a case.", fix="Use letters, digits, hyphens and underscores."
        )
    return paths.cases_folder() / case


@contextmanager
def collecting() -> "Iterator[Callable[[Collected], None]]":
    """Show how a run comes along: bars with the time left in a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bars:
        tasks: dict[str, Any] = {}

        def show(seen: "Collected") -> None:
            if seen.run_id not in tasks:
                tasks[seen.run_id] = bars.add_task(seen.run_id, total=seen.total)
            bars.update(tasks[seen.run_id], completed=seen.done)

        yield show


class _Lines:
    """Plain lines of progress, not too many of them."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._started: dict[str, tuple[datetime, int]] = {}

    def show(self, seen: "Collected") -> None:
        """Print a line if one is due."""
        moment = now()
        started, had = self._started.setdefault(seen.run_id, (moment, seen.done))
        due = self._last is None or (moment - self._last).total_seconds() >= QUIET_SECONDS
        if due or seen.done in {0, seen.total}:
            self._last = moment
            rate = (seen.done - had) / max((moment - started).total_seconds(), 1e-9)
            left = f", {(seen.total - seen.done) / rate:.0f} s left" if rate > 0 else ""
            say(f"{seen.run_id}: {seen.done} of {seen.total} questions{left}")
