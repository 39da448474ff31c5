"""Put planned packs to one model and record every reply, failures included."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from workbench.backends import BACKENDS, Backend, BackendKind, Budget, Question, Reply
from workbench.device import Device
from workbench.digest import seed_from
from workbench.errors import CaseError, ModelError, WorkbenchError
from workbench.models.recorded import hand_over
from workbench.observed import record
from workbench.packs.variants import with_variants
from workbench.readings import readings
from workbench.records import (
    ModelEntry,
    Observation,
    Pack,
    Role,
    Run,
    Sitting,
    from_json,
    same_model,
    to_json,
)
from workbench.store import CaseStore, Journal, JournalRecord
from workbench.store.vocabularies import keep_vocabulary

UNIT = 16
"""Probes whose texts are read together, in the order of their pack."""
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
    fresh: tuple[Observation, ...] = ()
    """Recorded since the last word of progress; at first, what earlier sittings recorded."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


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
        for number, probe in enumerate(pack.probes):
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
                    unit=None if pack.kind == "generate" else f"{pack.id}/{number // UNIT}",
                )


def collect(
    store: CaseStore,
    role: Role,
    entry: ModelEntry,
    load: Callable[[], Backend],
    *,
    clock: Clock,
    progress: Callable[[Progress], None],
    stopping: Callable[[], bool] = never,
) -> bool:
    """Ask one model everything that is still missing from its run, and close the run if that is all.

    What other models answered is put to it once all of them have answered.

    Args:
        store: The case.
        role: The model's part in the comparison.
        entry: The model.
        load: Opens the backend; not called when nothing is missing.
        clock: Tells the time, timezone-aware.
        progress: Called with every batch recorded.
        stopping: Asked after every batch whether to leave the rest for another sitting.

    Returns:
        False if it was stopped; True if nothing that can be asked now is missing.

    Raises:
        CaseError: If the run was begun with other weights, or the disk is full.
    """
    plan, run_id = store.plan(), f"{role}-{entry.name}"
    closed = is_closed(store, run_id)
    asked = with_variants(store.packs(), plan.other_temperature)
    wanted = list(questions(plan.seed, asked, role, entry.name))
    wanted += () if closed else readings(store, role, entry.name) or ()

    def tell(recorded: int, fresh: Iterable[Observation]) -> None:
        progress(Progress(run_id, entry.name, recorded, len(wanted), tuple(fresh)))

    if closed:
        seen = tuple(store.observations(run_id))
        progress(Progress(run_id, entry.name, len(seen), len(seen), seen))
        return True
    with Journal(store.journal_path(run_id)) as journal:
        store.catch_up(run_id)
        before = store.observations(run_id)
        done = {(seen.probe_address, seen.repeat) for seen in before}
        tell(len(done), before)
        if len(done) < len(wanted) or not journal.length:
            with closing(load()) as backend:
                begun = run_of(store, role, entry, backend, clock())
                run = begin_run(store, journal, begun, len(done))
                missing = _missing(wanted, frozenset(done), backend)
                for batch in answered(backend, missing, frozenset(done), stopping):
                    fresh = record(store, journal, run, batch, clock())
                    done.update((seen.probe_address, seen.repeat) for seen in fresh)
                    tell(len(done), fresh)
            if len(done) < len(wanted):
                return False
        later = readings(store, role, entry.name)
        if later is not None and all((q.address, q.repeat) in done for q in later):
            close_run(store, journal, run_id, len(done))
    return True


def _missing(
    wanted: Sequence[Question], done: frozenset[tuple[str, int]], backend: Backend
) -> list[Question]:
    """Choose what is to be asked: on this machine whole units, of an endpoint what it lacks.

    What is read together may differ in its last bit from what is read apart.
    """
    missing = [q for q in wanted if (q.address, q.repeat) not in done]
    if backend.capabilities.endpoint is not None:
        return missing
    begun = {q.unit for q in missing} - {None}
    return [q for q in wanted if (q.address, q.repeat) not in done or q.unit in begun]


def is_closed(store: CaseStore, run_id: str) -> bool:
    """Whether a run holds everything it was asked for."""
    return any(
        record.kind == "close" and record.body["run_id"] == run_id
        for record in store.records("case")
    )


def run_of(store: CaseStore, role: Role, entry: ModelEntry, backend: Backend, now: datetime) -> Run:
    """Describe a run by an opened model, begun now."""
    plan, digest, reason = store.plan(), None, None
    if all(pack.kind == "generate" for pack in store.packs()):
        reason = "no distributions were asked for"
    elif isinstance(backend.vocabulary, str):
        reason = backend.vocabulary
    else:
        digest = keep_vocabulary(store.vocabulary_folder, backend.vocabulary)
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
        pack_digests={pack.id: pack.digest for pack in plan.packs},
        vocabulary_digest=digest,
        vocabulary_note=reason,
    )


def begin_run(store: CaseStore, journal: Journal, run: Run, recorded: int) -> Run:
    """Write down what answers, or, where the run goes on, that the very same goes on answering.

    Args:
        store: The case.
        journal: The run's journal, open.
        run: As `run_of` describes it now.
        recorded: Observations that the run holds.

    Returns:
        The run as it was begun.

    Raises:
        CaseError: If the run was begun with other weights, another tokenizer or on another device.
    """
    for unfinished in store.tensor_folder(run.id).glob(".*.partial"):
        unfinished.unlink()
    if (recording := run.capabilities.recorded) is not None:
        hand_over(recording, store.recorded_folder())
    begun = next((r for r in store.records(run.id) if r.kind == "run"), None)
    if begun is None:
        store.fold(journal.append("run", [to_json(run)]))
        return run
    before = from_json(Run, begun.body)
    if not same_model(before, run):
        raise CaseError(
            f"Run {run.id} was begun with other weights, another tokenizer or on another device.",
            fix="Restore them to finish it, or plan a new case; one run never mixes two.",
        )
    sitting = Sitting(
        run_id=run.id,
        began_at=run.started_at,
        recorded=recorded,
        weights_digest=run.weights_digest,
        tokenizer_digest=run.tokenizer_digest,
        device_sentence=run.device_sentence,
        vocabulary_digest=run.vocabulary_digest,
        versions=run.versions,
        torn=journal.recovered,
    )
    store.fold(journal.append("resume", [to_json(sitting)]))
    return before


def close_run(store: CaseStore, journal: Journal, run_id: str, count: int) -> None:
    """End a run of so many observations; its head goes into the case's journal."""
    last = _last(store, run_id)
    if last is None or last.kind != "close":  # else it died between the two records of a close
        (last,) = journal.append("close", [{"observations": count}])
    store.record(
        "case", "close", [{"run_id": run_id, "head": last.digest, "records": last.seq + 1}]
    )


def _last(store: CaseStore, run_id: str) -> JournalRecord | None:
    last = deque(store.records(run_id), maxlen=1)
    return last[0] if last else None


def answered(
    backend: Backend,
    missing: Sequence[Question],
    done: frozenset[tuple[str, int]],
    stopping: Callable[[], bool],
) -> Iterator[Replies]:
    """Ask, and hand over batches of what is not recorded yet.

    When it is cut short, what had arrived by then comes last.

    Args:
        backend: The model, opened; it stays so.
        missing: What to ask.
        done: Address and repeat of what is recorded.
        stopping: Asked after every batch whether to leave the rest.
    """

    def new(replies: Iterator[tuple[Question, Reply]]) -> Iterator[tuple[Question, Reply]]:
        return (pair for pair in replies if (pair[0].address, pair[0].repeat) not in done)

    try:
        with closing(backend.ask(missing)) as asking:
            for batch in _batches(new(asking), BATCH):
                yield batch
                if stopping():
                    break
        yield from _batches(new(backend.ask(())), BATCH)
    except (KeyboardInterrupt, WorkbenchError):
        yield from _batches(new(backend.ask(())), BATCH)
        raise


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
