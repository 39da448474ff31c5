"""Put planned packs to one model and record every reply, failures included."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from workbench.backends import BACKENDS, Backend, BackendKind, Budget, Question, Reply
from workbench.device import Device
from workbench.digest import seed_from
from workbench.errors import CaseError, ModelError, WorkbenchError
from workbench.observed import record
from workbench.records import ModelEntry, Pack, Plan, Role, Run, from_json, to_json
from workbench.store import CaseStore, Journal

BATCH = 16
"""Replies written, and folded into the database, at a time."""

Item = TypeVar("Item")
Replies = list[tuple[Question, Reply]]

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one run has come."""

    run_id: str
    model: str
    done: int
    total: int


def open_backend(entry: ModelEntry, device: Device, budget: Budget | None = None) -> Backend:
    """Load a model that is on this machine, or connect to its endpoint and measure it.

    Raises:
        ModelError: If its weights are missing or unsafe.
        BackendError: If its endpoint cannot be asked.
    """
    return _kind(entry).open(entry, device, budget or Budget())


def check_ready(entry: ModelEntry) -> None:
    """Make sure, before anything is asked, that a model's weights or key are here.

    Raises:
        ModelError: If its weights are missing or unsafe.
        BackendError: If its key is missing.
    """
    _kind(entry).check(entry)


def _kind(entry: ModelEntry) -> BackendKind:
    for name, kind in BACKENDS.items():
        if name == entry.backend:
            return kind
    raise ModelError(
        f"{entry.name} has a backend that is not known: {entry.backend!r}.",
        fix=f"Use one of {', '.join(BACKENDS)} in its table.",
    )


def questions(seed: int, packs: Sequence[Pack], role: Role, model: str) -> Iterator[Question]:
    """Every question that packs put to one model, in their order.

    Seeds hang on role and model too: a reference and its derivative must not share their dice,
    or chance itself would make them alike.
    """
    for pack in packs:
        for probe in pack.probes:
            for repeat in range(pack.decoding.repeats):
                yield Question(
                    address=probe.address,
                    repeat=repeat,
                    kind=pack.kind,
                    prompt=probe.prompt,
                    template=pack.template,
                    temperature=pack.decoding.temperature,
                    max_tokens=pack.decoding.max_tokens,
                    seed=seed_from(seed, role, model, probe.address, repeat),
                )


def collect(
    store: CaseStore,
    role: Role,
    entry: ModelEntry,
    load: Callable[[], Backend],
    *,
    clock: Clock,
    progress: Callable[[Progress], None],
) -> None:
    """Ask one model everything that is still missing from its run, then close the run.

    Args:
        store: The case.
        role: The model's part in the comparison.
        entry: The model.
        load: Opens the backend; not called when nothing is missing.
        clock: Tells the time, timezone-aware.
        progress: Called with every batch recorded.

    Raises:
        CaseError: If the run was begun with other weights, or the disk is full.
    """
    plan, run_id = store.plan(), f"{role}-{entry.name}"
    wanted = list(questions(plan.seed, store.packs(), role, entry.name))
    if is_closed(store, run_id):
        progress(Progress(run_id, entry.name, len(wanted), len(wanted)))
        return
    with Journal(store.journal_path(run_id)) as journal:
        store.catch_up(run_id)
        done = {(seen.probe_address, seen.repeat) for seen in store.observations(run_id)}
        missing = [q for q in wanted if (q.address, q.repeat) not in done]
        recorded = len(wanted) - len(missing)
        progress(Progress(run_id, entry.name, recorded, len(wanted)))
        if missing or not journal.length:
            backend = load()
            run = _begin(store, journal, _run(plan, role, entry, backend, clock()))
            for batch in _recorded(
                backend, missing, lambda b: record(store, journal, run, b, clock())
            ):
                recorded += batch
                progress(Progress(run_id, entry.name, recorded, len(wanted)))
        _close(store, journal, run_id, len(wanted))


def is_closed(store: CaseStore, run_id: str) -> bool:
    """Whether a run holds everything it was asked for."""
    return any(
        record.kind == "close" and record.body["run_id"] == run_id
        for record in store.records("case")
    )


def _run(plan: Plan, role: Role, entry: ModelEntry, backend: Backend, now: datetime) -> Run:
    return Run(
        id=f"{role}-{entry.name}",
        plan_digest=plan.digest,
        model=entry.name,
        role=role,
        backend=entry.backend,
        revision=entry.source + (f" sha256:{entry.sha256}" if entry.sha256 else ""),
        weights_digest=backend.weights_digest,
        tokenizer_digest=backend.tokenizer_digest,
        capabilities=backend.capabilities,
        device_sentence=backend.device_sentence,
        versions=dict(backend.versions),
        seed=plan.seed,
        started_at=now,
    )


def _begin(store: CaseStore, journal: Journal, run: Run) -> Run:
    """Record the run, or make sure that it is the one begun before; return it as recorded."""
    begun = next((r for r in store.records(run.id) if r.kind == "run"), None)
    if begun is None:
        store.fold(journal.append("run", [to_json(run)]))
        return run
    before = from_json(Run, begun.body)
    if before.weights_digest != run.weights_digest or before.device_sentence != run.device_sentence:
        raise CaseError(
            f"Run {run.id} was begun with other weights or on another device.",
            fix="Restore them to finish it, or plan a new case; one run never mixes two.",
        )
    return before


def _close(store: CaseStore, journal: Journal, run_id: str, count: int) -> None:
    (last,) = journal.append("close", [{"observations": count}])
    store.record(
        "case", "close", [{"run_id": run_id, "head": last.digest, "records": last.seq + 1}]
    )


def _recorded(
    backend: Backend, missing: Sequence[Question], keep: Callable[[Replies], None]
) -> Iterator[int]:
    """Ask and keep, batch by batch; when it is cut short, keep what had arrived by then, too.

    Yields:
        How many replies each batch held, once they are on the disk.
    """
    try:
        for batch in _batches(backend.ask(missing), BATCH):
            with _undisturbed():
                keep(batch)
            yield len(batch)
    except (KeyboardInterrupt, WorkbenchError):
        for batch in _batches(backend.ask(()), BATCH):
            keep(batch)
        raise
    finally:
        backend.close()


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Batches of `size`; the last one, or the one that an error cuts short, may be smaller."""
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except (KeyboardInterrupt, WorkbenchError):
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back until a batch is on the disk: a journal is never left half-written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt
