"""Put planned packs to one model and record every reply, failures included."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from safetensors.torch import save_file

from workbench.backends import BACKENDS, Backend, Question, Reply
from workbench.device import Device
from workbench.digest import digest_of_file, seed_from
from workbench.errors import CaseError
from workbench.models.fetch import located
from workbench.records import ModelEntry, Observation, Pack, Plan, Role, Run, from_json, to_json
from workbench.store import CaseStore, Journal

BATCH = 16
"""Replies written, and folded into the database, at a time."""

Item = TypeVar("Item")

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one run has come."""

    run_id: str
    model: str
    done: int
    total: int


def open_backend(entry: ModelEntry, device: Device) -> Backend:
    """Load a model that is on this machine.

    Raises:
        ModelError: If its weights are missing or unsafe.
    """
    return BACKENDS[entry.backend](entry, located(entry), device)


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
            _begin(store, journal, _run(plan, role, entry, backend, clock()))
            for batch in _batches(backend.ask(missing), BATCH):
                _record(store, journal, run_id, batch, clock())
                recorded += len(batch)
                progress(Progress(run_id, entry.name, recorded, len(wanted)))
            backend.close()
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


def _begin(store: CaseStore, journal: Journal, run: Run) -> None:
    begun = next((r for r in store.records(run.id) if r.kind == "run"), None)
    if begun is None:
        store.fold(journal.append("run", [to_json(run)]))
        return
    before = from_json(Run, begun.body)
    if before.weights_digest != run.weights_digest or before.device_sentence != run.device_sentence:
        raise CaseError(
            f"Run {run.id} was begun with other weights or on another device.",
            fix="Restore them to finish it, or plan a new case; one run never mixes two.",
        )


def _record(
    store: CaseStore,
    journal: Journal,
    run_id: str,
    batch: Iterable[tuple[Question, Reply]],
    now: datetime,
) -> None:
    folder = store.tensor_folder(run_id)
    seen = [_observation(folder, run_id, question, reply, now) for question, reply in batch]
    store.fold(journal.append("observation", [to_json(observation) for observation in seen]))


def _observation(
    folder: Path, run_id: str, question: Question, reply: Reply, now: datetime
) -> Observation:
    return Observation(
        run_id=run_id,
        probe_address=question.address,
        repeat=question.repeat,
        seed=question.seed,
        outcome=reply.outcome,
        text=reply.text,
        asked_at=now,
        seconds=round(reply.seconds, 4),
        token_count=reply.token_count,
        prompt_format=reply.prompt_format,
        prompt_tokens=reply.prompt_tokens,
        tensor_digest=_keep_tensor(folder, reply),
        top=reply.top,
        note=reply.note,
    )


def _keep_tensor(folder: Path, reply: Reply) -> str | None:
    if reply.logprobs is None:
        return None
    partial = folder / "partial.safetensors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"logprobs": reply.logprobs.contiguous()}, partial)
        digest = digest_of_file(partial)
        partial.rename(tensor_path(folder, digest))
    except OSError as error:
        raise CaseError(
            f"Distributions cannot be written to {folder} ({error.strerror}).",
            fix="Free some space and run this again; what was recorded so far is kept.",
        ) from error
    return digest


def tensor_path(folder: Path, digest: str) -> Path:
    """The file that holds the distributions with this digest."""
    return folder / f"{digest.removeprefix('sha256:')}.safetensors"


def _close(store: CaseStore, journal: Journal, run_id: str, count: int) -> None:
    (last,) = journal.append("close", [{"observations": count}])
    store.record(
        "case", "close", [{"run_id": run_id, "head": last.digest, "records": last.seq + 1}]
    )


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch
