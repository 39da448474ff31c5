"""Keeps count of what a worker recorded, and writes it to `status.json`."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.collect import Progress
from workbench.errors import WorkbenchError
from workbench.packs.uses import planned_readings
from workbench.packs.variants import with_variants
from workbench.store import CaseStore, WorkerStatus, write_status
from workbench.store.status import NOTHING_SPENT

REASON_LENGTH = 120
REASONS = 10
"""Reasons of failures that are told apart; the others are counted together."""


class Reporter:
    """One worker's account of itself; any thread may speak."""

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], cost: Callable[[], str | None]
    ) -> None:
        """Name the case; nothing is written yet.

        Args:
            folder: The case.
            clock: Tells the time, timezone-aware.
            cost: What endpoints cost so far, in words; None while none was asked.
        """
        self._folder, self._clock, self._cost = folder, clock, cost
        self._speaking = threading.Lock()
        moment = clock()
        self._status = WorkerStatus("starting", os.getpid(), moment, moment)
        self._outcomes: dict[str, Counter[str]] = {}
        self._failures: dict[str, Counter[str]] = {}
        self._first: tuple[datetime, int] | None = None

    def begin(self) -> None:
        """Say that there is a worker."""
        self._say(state="starting")

    def know(self, store: CaseStore, device: str) -> None:
        """Take stock of what earlier sittings recorded."""
        plan = store.plan()
        for run_id, outcome, n in store.outcomes().itertuples(index=False, name=None):
            self._outcomes.setdefault(run_id, Counter())[outcome] = n
        packs = store.packs()
        asked = with_variants(packs, plan.other_temperature)
        total = len(plan.models) * sum(pack.questions for pack in asked)
        total += planned_readings(plan, packs)
        self._first = (self._clock(), self._done())
        self._say(state="asking", device=device, total=total, **self._counts())

    def show(self, seen: Progress) -> None:
        """Count what was recorded since the last word of a run."""
        if self._status.run_id != seen.run_id:  # its first word repeats what was recorded before
            self._outcomes[seen.run_id] = Counter()
            self._failures[seen.run_id] = Counter()
        outcomes = self._outcomes[seen.run_id]
        for observation in seen.fresh:
            outcomes[observation.outcome] += 1
            if observation.outcome == "failed":
                self._failures[seen.run_id][self._reason(observation.note)] += 1
        self._say(
            run_id=seen.run_id,
            run_done=seen.done,
            run_total=seen.total,
            **self._counts(),
            **self._pace(),
        )

    def stopping(self) -> None:
        """Say that the batch in flight is the last one."""
        if self._status.state in {"starting", "asking"}:
            self._say(state="stopping")

    def end_well(self, *, finished: bool) -> None:
        """Say that everything is recorded, or that the rest is left for another sitting."""
        done, total = self._status.done, self._status.total
        kept = f"Stopped after {done} of {total} observations, all of them kept."
        self._say(
            state="done" if finished else "stopped",
            run_id="",
            seconds_left=None,
            what="" if finished else kept,
            fix="" if finished else "Run it again to go on from there.",
        )

    def end_badly(self, error: WorkbenchError) -> None:
        """Say why the work cannot go on."""
        self._say(state="failed", seconds_left=None, what=error.what, fix=error.fix)

    def _say(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the status
        with self._speaking:
            if changes.get("state") == "stopping" and self._status.state not in {
                "starting",
                "asking",
            }:
                return
            self._status = replace(
                self._status,
                updated_at=self._clock(),
                cost=self._cost() or NOTHING_SPENT,
                **changes,
            )
            write_status(self._folder, self._status)

    def _done(self) -> int:
        return sum(counter.total() for counter in self._outcomes.values())

    def _counts(self) -> dict[str, Any]:
        outcomes = sum(self._outcomes.values(), Counter[str]())
        failures = dict(self._all_failures().most_common())
        return {"done": outcomes.total(), "outcomes": dict(outcomes), "failures": failures}

    def _pace(self) -> dict[str, float | None]:
        began, had = self._first or (self._clock(), 0)
        fresh, seconds = self._done() - had, (self._clock() - began).total_seconds()
        if fresh <= 0 or seconds <= 0:
            return {"per_minute": None, "seconds_left": None}
        rate = fresh / seconds
        left = (self._status.total - self._done()) / rate
        return {"per_minute": round(60 * rate, 1), "seconds_left": round(left, 1)}

    def _reason(self, note: str | None) -> str:
        reason = (note or "no reason given")[:REASON_LENGTH]
        known = self._all_failures()
        return reason if reason in known or len(known) < REASONS else "others"

    def _all_failures(self) -> Counter[str]:
        return sum(self._failures.values(), Counter[str]())
