"""Bring the database up to what the journals hold, after a death or a full disk."""

from workbench.errors import CustodyError
from workbench.store.case import CaseStore
from workbench.store.database import DamagedError


def mend(store: CaseStore) -> None:
    """Fold in what the journals hold beyond the database; make it anew where it is damaged.

    Raises:
        CaseError: If the database is in use, or the disk is full.
        CustodyError: If a journal does not verify.
    """
    if not store.database.exists():
        store.rebuild()
        return
    try:
        for name in store.journals():
            store.catch_up(name)
    except (DamagedError, CustodyError):  # rows edited by hand can look like answers given twice
        store.rebuild()
