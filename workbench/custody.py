"""Whether the records of a case are those that were written: links, heads, sittings, time stamps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workbench.anchor import token_problem
from workbench.errors import WorkbenchError
from workbench.records import Anchor, Observation, Run, Sitting, from_json, same_model
from workbench.store import CaseStore, JournalRecord
from workbench.store.journal import CASE_JOURNAL, torn_record


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, and what came of it."""

    title: str
    problems: tuple[str, ...]
    detail: str
    """What was compared, with counts, in words."""
    unchecked: tuple[str, ...] = ()
    """What could not be compared, and why, one sentence each."""

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return not self.problems


def chain(store: CaseStore) -> Check:
    """Check every link of every journal, and the heads of the closed runs."""
    problems, count = [], 0
    heads: dict[str, tuple[int, str]] = {}
    closes: list[dict[str, Any]] = []
    for name in store.journals():
        last = None
        try:
            for record in store.records(name):
                last, count = record, count + 1
                if name == CASE_JOURNAL and record.kind == "close":
                    closes.append(record.body)
        except WorkbenchError as error:
            problems.append(error.what)
            continue
        heads[name] = (0, "") if last is None else (last.seq + 1, last.digest)
        problems += _torn(store, name)
    if not problems:
        problems = [*_changed_ends(heads, closes), *_strangers(store, heads)]
    return Check("Chain of records", tuple(problems), f"{count} records, journals: {len(heads)}")


def _torn(store: CaseStore, name: str) -> Iterator[str]:
    torn = torn_record(store.journal_path(name))
    if torn is not None:
        yield (
            f"Record {torn} of journal {name} is not whole: it was being written when the program "
            f"died, which the next `workbench run` mends, or was changed."
        )


def _changed_ends(heads: dict[str, tuple[int, str]], closes: list[dict[str, Any]]) -> Iterator[str]:
    for close in closes:
        name, records = close["run_id"], close["records"]
        length, head = heads.get(name, (0, ""))
        if length > records:
            yield f"Record {records} of journal {name} was added after its run was closed."
        elif length < records:
            yield f"Record {length} of journal {name} is missing: its run was closed with {records}."
        elif head != close["head"]:
            yield f"Journal {name} does not end as it did when its run was closed."


def _strangers(store: CaseStore, heads: dict[str, tuple[int, str]]) -> Iterator[str]:
    plan = store.recorded_plan()
    planned = {CASE_JOURNAL, *(f"{role}-{model}" for role, model in plan.models)}
    for name in sorted(heads.keys() - planned):
        yield f"Journal {name} belongs to no run of the plan."


def sittings(store: CaseStore) -> Check:
    """Check that every sitting of a run went on with what the first one began with."""
    problems: list[str] = []
    count, later = 0, {}
    for run in store.runs():
        recorded, began = 0, run.started_at
        for record in store.records(run.id):
            match record.kind:
                case "observation":
                    recorded += 1
                    seen = from_json(Observation, record.body)
                    problems += _too_early(run, record, seen.asked_at, began)
                case "resume":
                    sitting = from_json(Sitting, record.body)
                    problems += _not_the_same(run, record, sitting, recorded)
                    count, began = count + 1, sitting.began_at
                    if sitting.versions != run.versions:
                        later[run.id] = sitting.versions
    detail = f"{len(store.runs())} runs, gone on with {count} times"
    if later:
        detail += f"; other libraries were used later in {', '.join(later)}"
    return Check("Sittings", tuple(problems), detail)


def _not_the_same(
    run: Run, record: JournalRecord, sitting: Sitting, recorded: int
) -> Iterator[str]:
    where = f"Record {record.seq} of journal {run.id}"
    if sitting.run_id != run.id or not same_model(run, sitting):
        yield f"{where} goes on with other weights, another tokenizer or on another device."
    if sitting.recorded != recorded:
        yield f"{where} counts {sitting.recorded} observations before it, and there are {recorded}."


def _too_early(run: Run, record: JournalRecord, asked: datetime, began: datetime) -> Iterator[str]:
    if asked < began:
        yield f"Record {record.seq} of journal {run.id} was asked before its sitting began."


def anchors(store: CaseStore) -> Check | None:
    """Check every time stamp against the chain as it stands; None where there is none."""
    problems, told, digests = [], [], []
    for record in store.records(CASE_JOURNAL):
        digests.append(record.digest)
        if record.kind != "anchor":
            continue
        anchor = from_json(Anchor, record.body)
        if anchor.records != record.seq or digests[record.seq - 1] != anchor.head:
            problems.append(f"Record {record.seq} of journal case anchors another head.")
        elif problem := token_problem(store, anchor):
            problems.append(f"Record {record.seq} of journal case: {problem}")
        told.append(
            f"records 0 to {anchor.records - 1} existed at {anchor.stated_at:%Y-%m-%d %H:%M:%S} UTC, "
            f"says {anchor.authority}"
        )
    if not told:
        return None
    return Check("Time stamps", tuple(problems), "; ".join(told))
