"""Where the weights of a model are, or would be, on this machine."""

from pathlib import Path

from workbench import paths
from workbench.digest import digest_of
from workbench.models.catalogue import entry_folders, read_entry
from workbench.records import ModelEntry

CONVERSION = 1
"""Raised when a converter writes something else than before, so that old folders are not used."""


def weights_folder(entry: ModelEntry) -> Path:
    """Where the weights of a fetched model belong: another source or pin is another folder."""
    pinned = digest_of([CONVERSION, entry.source, entry.format, entry.file, entry.sha256])
    short = pinned.partition(":")[2][:12]
    return paths.cache_folder() / "models" / f"{entry.name}-{short}"


def present(entry: ModelEntry) -> Path | None:
    """Folder of a model's weights; None if they are not on this machine."""
    if (folder := weights_folder(entry)).is_dir():
        return folder
    own = (folder for folder in entry_folders(paths.cache_folder()) if read_entry(folder) == entry)
    return next(own, None)


def is_here(entry: ModelEntry) -> bool:
    """Whether a model's weights are on this machine; others than local models show none."""
    return entry.backend == "local" and present(entry) is not None
