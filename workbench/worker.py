"""The process that asks: `python -m workbench.worker FOLDER`, in a session of its own.

The command line and the pages start it alike (`launch.py`) and read its `status.json`. It may die at
any instant: a later worker finds the journals as they were acknowledged, makes the database follow
them, and asks what is missing. SIGINT and SIGTERM let it finish the batch in flight; a second one
ends it at once, which loses nothing that was recorded.
"""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType

from workbench.backends import Budget, check_prices
from workbench.calibrations import library
from workbench.collect import check_ready, collect, open_backend
from workbench.deciding import Terms, check_can_decide, collect_until
from workbench.device import choose_device
from workbench.errors import CaseError, WorkbenchError
from workbench.models.catalogue import find_model
from workbench.records import ModelEntry
from workbench.reporter import Reporter
from workbench.store import CaseStore, WorkerLock, mend, open_case
from workbench.store.database import DamagedError
from workbench.store.status import STOPPED

LOOK_SECONDS = 0.2
"""How soon a wish to stop shows in the status."""
BEAT_SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask everything that is missing from a case.

    Returns:
        0 if nothing is missing any more, `STOPPED` if it was asked to stop, 1 on an error, whose
        two sentences go to stderr.
    """
    parser = argparse.ArgumentParser(prog="workbench.worker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--max-queries", type=int)
    parser.add_argument("--max-cost", type=float)
    parser.add_argument("--until-decided", action="store_true")
    options = parser.parse_args(arguments)
    wish = _StopWish()
    try:
        store = _opened(options.folder)
        lock = WorkerLock(store.folder)
        lock.take(now())
        budget = Budget(options.max_queries, options.max_cost)
        return _work(store, lock, _Wanted(options.device, budget, options.until_decided), wish)
    except WorkbenchError as error:
        return _failed(error)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How the case is to be asked."""

    device: str
    budget: Budget
    until_decided: bool


def _opened(folder: Path) -> CaseStore:
    try:
        return open_case(folder)
    except DamagedError:  # the lock's owner makes it anew
        return CaseStore(folder)


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


class _StopWish:
    """Whether somebody wants this process to stop, and why."""

    def __init__(self) -> None:
        self.reason = ""
        signal.signal(signal.SIGINT, self._heard)
        signal.signal(signal.SIGTERM, self._heard)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        self.reason = f"{signal.Signals(number).name} was received"
        signal.signal(number, signal.SIG_DFL)  # whoever insists is not kept waiting

    def __call__(self) -> bool:
        return bool(self.reason)


def _work(store: CaseStore, lock: WorkerLock, wanted: _Wanted, wish: _StopWish) -> int:
    """Do the work of the lock's owner; the lock stays behind only if the process dies."""
    reporter, ended = Reporter(store.folder, now, lambda: wanted.budget.words), threading.Event()
    heart = threading.Thread(target=_beat, args=(lock, reporter, wish, ended), daemon=True)
    heart.start()
    try:
        reporter.begin()
        mend(store)
        finished = _ask_everyone(store, wanted, reporter, wish)
        reporter.end_well(finished=finished)
        code = 0 if finished else STOPPED
    except WorkbenchError as error:
        with contextlib.suppress(CaseError):  # a full disk takes no last words; stderr has them
            reporter.end_badly(error)
        code = _failed(error)
    ended.set()
    heart.join()
    with contextlib.suppress(CaseError):
        lock.release()
    return code


def _beat(lock: WorkerLock, reporter: Reporter, wish: _StopWish, ended: threading.Event) -> None:
    """Give signs of life, and say when the end is near."""
    beaten = now()
    while not ended.wait(LOOK_SECONDS):
        with contextlib.suppress(CaseError):  # on a full disk the recording itself says so
            if wish():
                reporter.stopping()
            if (now() - beaten).total_seconds() >= BEAT_SECONDS:
                beaten = now()
                if not lock.beat(beaten):
                    wish.reason = "another process took the case over"


def _ask_everyone(
    store: CaseStore, wanted: _Wanted, reporter: Reporter, stopping: Callable[[], bool]
) -> bool:
    """Collect every run of the plan, once every model's weights or key are known to be here."""
    chosen = choose_device(wanted.device)
    entries = [(role, find_model(name)) for role, name in store.plan().models]
    terms = _terms(store, [entry for _, entry in entries], wanted)
    check_prices([entry for _, entry in entries], wanted.budget)
    for _, entry in entries:
        check_ready(entry)
    reporter.know(store, chosen.sentence)
    if terms is not None:  # every look takes what all the others answered
        entries.sort(key=lambda one: one[0] == "suspect")
    # Twice: what all have answered is then put to those that show how likely they find it.
    for role, entry in (*entries, *entries):
        ask = partial(collect, store, role)
        if terms is not None and role == "suspect":
            ask = partial(collect_until, store, terms)
        if stopping() or not ask(
            entry,
            partial(open_backend, entry, chosen, wanted.budget),
            clock=now,
            progress=reporter.show,
            stopping=stopping,
        ):
            return False
    return True


def _terms(store: CaseStore, entries: Sequence[ModelEntry], wanted: _Wanted) -> Terms | None:
    """On what terms asking a suspect may stop early; None where everything is asked.

    A case in which a rule was fixed goes on by it, whoever starts its worker.
    """
    plan = store.plan()
    begun = any(store.rule(f"suspect-{name}") is not None for name in plan.suspects)
    if not (wanted.until_decided or begun):
        return None
    terms = Terms(library(), all(entry.backend == "replay" for entry in entries))
    if not begun:
        check_can_decide(plan, store.packs(), terms)
    return terms


def _failed(error: WorkbenchError) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{error.what}\n{error.fix}\n")
        sys.stderr.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
