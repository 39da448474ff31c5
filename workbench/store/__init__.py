"""Append-only evidence: hash-chained journals, and the database that is rebuilt from them."""

from workbench.store.case import CaseStore
from workbench.store.folder import CaseSummary, create_case, list_cases, open_case, planned_versions
from workbench.store.journal import Journal, JournalRecord, read_journal

__all__ = [
    "CaseStore",
    "CaseSummary",
    "Journal",
    "JournalRecord",
    "create_case",
    "list_cases",
    "open_case",
    "planned_versions",
    "read_journal",
]
