"""Starts the worker of a case and shows how it comes along, until it ends or Ctrl-C is pressed."""

import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.cli.output import QUIET_SECONDS, now, say
from workbench.launch import how_it_ended, pace_words, start, watch
from workbench.store import WorkerStatus
from workbench.store.status import NOTHING_SPENT, STOPPED
from workbench.visible import visible_line

if TYPE_CHECKING:
    from datetime import datetime

Show = Callable[[WorkerStatus], None]


def work(folder: Path, arguments: Sequence[str]) -> None:
    """Run the worker of a case to its end, progress on stderr.

    The worker has a session of its own: it goes on if this terminal is closed.

    Args:
        folder: The case.
        arguments: Options of `workbench.worker`.

    Raises:
        WorkbenchError: If it did not finish, in its own words.
        Exit: With code 130 if it was stopped; what was recorded is kept.
    """
    with tempfile.TemporaryFile() as log, _shown() as show:
        worker = start(folder, arguments, log)
        with _passed_on(worker.send_signal):
            cost = NOTHING_SPENT
            for status in watch(worker, folder):
                show(status)
                cost = status.cost
        if cost != NOTHING_SPENT:
            say(f"Cost: {cost}")
        error = how_it_ended(worker, folder, log)
    if error is not None:
        raise error
    if worker.returncode == STOPPED:
        say(f"Stopped.\nRun `workbench run {folder.name}` to go on; what is recorded is kept.")
        raise typer.Exit(STOPPED)


@contextmanager
def _passed_on(send: Callable[[int], None]) -> Iterator[None]:
    """Let the worker hear Ctrl-C and SIGTERM in place of this process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def passed(number: int, _frame: object) -> None:
        say("Stopping once the batch in flight is recorded; press Ctrl-C again to stop at once.")
        send(number)

    kept = {number: signal.signal(number, passed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextmanager
def _shown() -> Iterator[Show]:
    """Bars in a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
    ) as bars:
        yield _Bars(bars).show


class _Bars:
    """One bar for each run, and one for all of them with rate, time left, cost and failures."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def show(self, seen: WorkerStatus) -> None:
        """Move the bars."""
        if not seen.total:
            return
        self._move("all models", seen.done, seen.total, ", ".join(pace_words(seen)))
        if seen.run_id:
            self._move(seen.run_id, seen.run_done, seen.run_total, "")

    def _move(self, name: str, done: int, total: int, note: str) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(visible_line(name), total=total, note=note)
        self._bars.update(self._tasks[name], completed=done, note=note)


class _Lines:
    """Plain lines of progress, not too many of them."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._said = ""

    def show(self, seen: WorkerStatus) -> None:
        """Print a line if one is due."""
        moment = now()
        if seen.state == "done":
            rest = ", ".join(["all models", *pace_words(seen)])
            say(visible_line(f"{seen.done} of {seen.total} questions ({rest})"))
        due = self._last is None or (moment - self._last).total_seconds() >= QUIET_SECONDS
        if seen.state not in {"asking", "stopping"} or not seen.run_id:
            return
        ends = f"{seen.run_id}: {seen.run_done} of {seen.run_total}"
        if (due or seen.run_done in {0, seen.run_total}) and ends != self._said:
            self._last, self._said = moment, ends
            rest = ", ".join([f"{seen.done} of {seen.total} in all", *pace_words(seen)])
            say(visible_line(f"{ends} questions ({rest})"))
