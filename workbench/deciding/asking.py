"""Asks a suspect in the order of its rule, and stops when the level is settled."""

from collections.abc import Callable, Sequence
from contextlib import closing

from workbench import calibrations
from workbench.backends import Backend, Question
from workbench.collect import (
    Clock,
    Progress,
    answered,
    begin_run,
    close_run,
    collect,
    is_closed,
    questions,
    run_of,
)
from workbench.compare.material import gather
from workbench.deciding.looks import Looks
from workbench.deciding.panel import Panel, panel_of
from workbench.deciding.rule import Terms, calibration_for, rule_of
from workbench.errors import CaseError
from workbench.observed import record
from workbench.packs.variants import with_variants
from workbench.records import Decided, ModelEntry, Observation, Run, StoppingRule, to_json
from workbench.store import CaseStore, Journal


def collect_until(
    store: CaseStore,
    on: Terms,
    entry: ModelEntry,
    load: Callable[[], Backend],
    *,
    clock: Clock,
    progress: Callable[[Progress], None],
    stopping: Callable[[], bool],
) -> bool:
    """Ask one suspect until its level is settled, and close its run; everything if it never is.

    Args:
        store: A case whose reference and controls have answered everything.
        on: Calibrations that a rule may be fixed with; one that was fixed before stands.
        entry: The suspect.
        load: Opens the backend.
        clock: Tells the time, timezone-aware.
        progress: Called with every batch recorded.
        stopping: Asked after every batch whether to leave the rest for another sitting.

    Returns:
        False if it was stopped; True if it was asked all that it takes.

    Raises:
        CalibrationError: If nothing could ever be decided.
        CaseError: If it was asked in another order before, or as `collect`.
    """
    run_id = f"suspect-{entry.name}"
    if not is_closed(store, run_id):
        with Journal(store.journal_path(run_id)) as journal:
            store.catch_up(run_id)
            asking = _Asking(store, entry, journal, clock, progress, stopping)
            decided = store.decided(run_id)
            if decided is None and not asking.everything_in_order(load, on):
                return False
            decided = asking.decided or decided
            if decided is not None:
                close_run(store, journal, run_id, len(asking.done))
                return True
    return collect(store, "suspect", entry, load, clock=clock, progress=progress, stopping=stopping)


class _Asking:
    """One sitting."""

    def __init__(
        self,
        store: CaseStore,
        entry: ModelEntry,
        journal: Journal,
        clock: Clock,
        progress: Callable[[Progress], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._store, self._entry, self._journal = store, entry, journal
        self._clock, self._progress, self._stopping = clock, progress, stopping
        self._run_id = f"suspect-{entry.name}"
        plan = store.plan()
        self._wanted: dict[str, list[Question]] = {}
        packs = with_variants(store.packs(), plan.other_temperature)
        for question in questions(plan.seed, packs, "suspect", entry.name):
            self._wanted.setdefault(question.address, []).append(question)
        before = tuple(store.observations(self._run_id))
        self.done = {(seen.probe_address, seen.repeat) for seen in before}
        self.decided: Decided | None = None
        self._tell(before)

    def everything_in_order(self, load: Callable[[], Backend], on: Terms) -> bool:
        """Ask what the rule takes. False if stopped; `decided` says whether it is settled."""
        rule = self._store.rule(self._run_id)
        panel = panel_of(self._store)
        fresh = rule is None
        rule = rule or self._fix(panel, on)
        with closing(load()) as backend:
            now = run_of(self._store, "suspect", self._entry, backend, self._clock())
            run = begin_run(self._store, self._journal, now, len(self.done))
            if fresh:
                self._journal.append("rule", [to_json(rule)])
            looks = Looks(panel, rule)
            for batch in looks.batches():
                if not self._asked(backend, run, batch):
                    return False
                self.decided = looks.see(batch, gather(self._store, run))
                if self.decided is not None:
                    self._journal.append("decided", [to_json(self.decided)])
                    return True
        return True

    def _fix(self, panel: Panel, on: Terms) -> StoppingRule:
        if self.done:
            raise CaseError(
                f"Run {self._run_id} was begun in the order of the plan, which is not random.",
                fix="Go on without --until-decided, or plan a new case.",
            )
        chosen = calibration_for(panel, self._store.plan(), on)
        rule = rule_of(panel, self._store.plan(), self._entry.name, chosen)
        calibrations.keep([chosen], self._store.calibration_folder)
        return rule

    def _asked(self, backend: Backend, run: Run, batch: Sequence[str]) -> bool:
        """Ask what is missing of a batch of probes, every repeat of each; False if stopped."""
        if self._stopping():
            return False
        wanted = [question for address in batch for question in self._wanted[address]]
        missing = [q for q in wanted if (q.address, q.repeat) not in self.done]
        if missing:
            for replies in answered(backend, missing, frozenset(self.done), self._stopping):
                fresh = record(self._store, self._journal, run, replies, self._clock())
                self.done.update((seen.probe_address, seen.repeat) for seen in fresh)
                self._tell(fresh)
        return all((q.address, q.repeat) in self.done for q in wanted)

    def _tell(self, fresh: tuple[Observation, ...]) -> None:
        total = sum(map(len, self._wanted.values()))
        self._progress(Progress(self._run_id, self._entry.name, len(self.done), total, fresh))
