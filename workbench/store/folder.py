"""Making, opening and listing case folders."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.durable import sync_folder
from workbench.errors import CaseError, CustodyError, nearest
from workbench.records import Pack, Plan, to_json
from workbench.store.case import CaseStore
from workbench.store.journal import CASE_JOURNAL, FORMAT, Journal
from workbench.store.lock import worker_state
from workbench.store.read_only import is_read_only
from workbench.store.shelf import is_archived


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case in one line, or why it cannot be opened."""

    name: str
    folder: Path
    state: str
    """planned, recording, recorded, evaluated, running, stalled (its worker died), or unreadable."""
    reference: str = ""
    suspects: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    problem: str = ""
    archived: bool = False
    read_only: bool = False


def check_new(folder: Path) -> None:
    """Make sure that a case can still be made in a folder.

    Raises:
        CaseError: If the folder exists.
    """
    if folder.exists():
        raise CaseError(
            f"A case named {folder.name!r} exists already.",
            fix="Choose another name; a recorded plan is never replaced.",
        )


def create_case(folder: Path, plan: Plan, packs: Sequence[Pack]) -> CaseStore:
    """Make a new case folder that holds the plan and its packs, or none at all.

    Raises:
        CaseError: If the folder exists or cannot be written.
    """
    check_new(folder)
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        (partial / "journal").mkdir(parents=True)
        (partial / "reports").mkdir()
    except OSError as error:
        raise CaseError(
            f"Case folder {folder} cannot be made ({error.strerror}).",
            fix="Choose a folder you may write to, for example with WORKBENCH_CASES=FOLDER.",
        ) from error
    with Journal(partial / "journal" / f"{CASE_JOURNAL}.jsonl") as journal:
        journal.append("plan", [{"format": FORMAT, "plan": to_json(plan)}])
        journal.append("pack", [to_json(pack) for pack in packs])
    CaseStore(partial).rebuild()
    partial.rename(folder)
    sync_folder(folder.parent)
    return CaseStore(folder)


def open_case(folder: Path) -> CaseStore:
    """Open an existing case, making its database anew where it is missing.

    Raises:
        CaseError: If there is no such case, or a newer version wrote it.
    """
    if not (folder / "journal" / f"{CASE_JOURNAL}.jsonl").is_file():
        known = [path.parent.parent.name for path in folder.parent.glob("*/journal/case.jsonl")]
        raise CaseError(
            f"There is no case {folder.name!r} in {folder.parent}{nearest(folder.name, known)}.",
            fix="Make one with `workbench plan`, or look at what there is with `workbench ui`.",
        )
    store = CaseStore(folder)
    store.check_version()
    if not store.database.exists():
        store.rebuild()
    return store


def list_cases(root: Path) -> list[CaseSummary]:
    """Every case under `root`, the unreadable ones with their problem."""
    found = sorted(path.parent.parent for path in root.glob("*/journal/case.jsonl"))
    return [summarise(folder) for folder in found]


def summarise(folder: Path) -> CaseSummary:
    """One case in a line."""
    try:
        store = open_case(folder)
        plan, runs, found = store.plan(), store.runs(), store.verdicts()
        state = store.state()
    except (CaseError, CustodyError) as error:
        return CaseSummary(
            folder.name, folder, "unreadable", problem=str(error), archived=is_archived(folder)
        )
    verdicts = tuple(f"{suspect}: {wording}" for suspect, wording in found.items())
    state = "evaluated" if found else state if runs else "planned"
    worker = worker_state(folder, datetime.now(UTC))
    state = state if worker == "none" else worker
    return CaseSummary(
        folder.name,
        folder,
        state,
        plan.reference,
        plan.suspects,
        plan.controls,
        verdicts,
        archived=is_archived(folder),
        read_only=is_read_only(folder),
    )


def planned_versions(root: Path) -> dict[tuple[str, int], str]:
    """Versions of packs that the cases under `root` planned: (pack id, version) → library digest.

    A case that cannot be read says nothing about packs and is passed over.
    """
    found: dict[tuple[str, int], str] = {}
    for journal in sorted(root.glob("*/journal/case.jsonl")):
        try:
            plan = CaseStore(journal.parent.parent).recorded_plan()
        except (CaseError, CustodyError):
            continue
        found |= {(item.id, item.version): item.library_digest for item in plan.packs}
    return found
