"""Append-only evidence: hash-chained journals, and the database that is rebuilt from them."""

from workbench.store.case import CaseStore
from workbench.store.folder import (
    CaseSummary,
    check_new,
    create_case,
    list_cases,
    open_case,
    planned_versions,
    summarise,
)
from workbench.store.journal import Journal, JournalRecord, read_journal
from workbench.store.lock import WorkerLock
from workbench.store.mend import mend
from workbench.store.status import WorkerStatus, read_status, write_status

__all__ = [
    "CaseStore",
    "CaseSummary",
    "Journal",
    "JournalRecord",
    "WorkerLock",
    "WorkerStatus",
    "check_new",
    "create_case",
    "list_cases",
    "mend",
    "open_case",
    "planned_versions",
    "read_journal",
    "read_status",
    "summarise",
    "write_status",
]
