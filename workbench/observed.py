"""Replies → observations on the disk: nothing counts before its journal line is written."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from workbench.backends import Question, Reply
from workbench.backends.kept import tensor_file
from workbench.digest import digest_of_bytes
from workbench.durable import write_whole
from workbench.errors import CaseError
from workbench.records import Observation, Run, to_json
from workbench.store import CaseStore, Journal
from workbench.store.raw import keep_raw


def record(
    store: CaseStore,
    journal: Journal,
    run: Run,
    batch: Iterable[tuple[Question, Reply]],
    now: datetime,
) -> tuple[Observation, ...]:
    """Put a batch on the disk: distributions and exchanges, then the journal, then the database.

    Args:
        store: The case.
        journal: The run's journal, open.
        run: The run, as it was begun.
        batch: Questions with their replies.
        now: When they arrived, timezone-aware.

    Returns:
        The observations, once they are on the disk.

    Raises:
        CaseError: If the disk is full or the folder cannot be written.
    """
    seen = tuple(_observation(store, run, question, reply, now) for question, reply in batch)
    store.fold(journal.append("observation", [to_json(observation) for observation in seen]))
    return seen


def _observation(
    store: CaseStore, run: Run, question: Question, reply: Reply, now: datetime
) -> Observation:
    sent = reply.sent
    raw = sent.raw if sent else None
    return Observation(
        run_id=run.id,
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
        tensor_digest=_keep_tensor(store.tensor_folder(run.id), reply),
        top=reply.top,
        note=_note(run, reply),
        raw_digest=None if raw is None else keep_raw(store.raw_folder(run.id), raw),
        answered_as=sent.answered_as if sent else None,
        system_fingerprint=sent.system_fingerprint if sent else None,
    )


def _note(run: Run, reply: Reply) -> str | None:
    """What was out of the ordinary, a change of what answers included."""
    first, sent = run.capabilities.endpoint, reply.sent
    if first is None or sent is None or reply.outcome == "failed":
        return reply.note
    changes = [
        f"{what} was {before or 'not named'} when the run began and is {now or 'not named'}."
        for what, before, now in (
            ("The model that answered", first.answered_as, sent.answered_as),
            ("The system fingerprint", first.system_fingerprint, sent.system_fingerprint),
        )
        if before != now
    ]
    return " ".join([*filter(None, [reply.note]), *changes]) or None


def _keep_tensor(folder: Path, reply: Reply) -> str | None:
    content = tensor_file(reply)
    if content is None:
        return None
    digest = digest_of_bytes(content)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(tensor_path(folder, digest), content)
    except OSError as error:
        raise CaseError(
            f"Distributions cannot be written to {folder} ({error.strerror}).",
            fix="Free some space and run this again; what was recorded so far is kept.",
        ) from error
    return digest


def tensor_path(folder: Path, digest: str) -> Path:
    """The file that holds the distributions with this digest."""
    return folder / f"{digest.removeprefix('sha256:')}.safetensors"
