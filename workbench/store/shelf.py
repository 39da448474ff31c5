"""Cases put aside: a mark beside a case's record, which it leaves alone."""

from pathlib import Path

from workbench.errors import CaseError
from workbench.store.read_only import working_folder

MARK = "archived"


def is_archived(folder: Path) -> bool:
    """Whether a case was put aside."""
    return (working_folder(folder) / MARK).exists()


def archive(folder: Path) -> None:
    """Put a case aside; nothing of it is moved or removed.

    Raises:
        CaseError: If the folder cannot be written.
    """
    try:
        place = working_folder(folder)
        place.mkdir(parents=True, exist_ok=True)
        (place / MARK).touch()
    except OSError as error:
        raise _unmarked(folder, error) from error


def bring_back(folder: Path) -> None:
    """List a case among the others again.

    Raises:
        CaseError: If the folder cannot be written.
    """
    try:
        (working_folder(folder) / MARK).unlink(missing_ok=True)
    except OSError as error:
        raise _unmarked(folder, error) from error


def _unmarked(folder: Path, error: OSError) -> CaseError:
    return CaseError(
        f"Case {folder.name!r} cannot be marked ({error.strerror}).",
        fix="Make the case folder writable and try again.",
    )
