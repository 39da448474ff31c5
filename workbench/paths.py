"""Where things are: the project's own data, the user's cases, and the cache of model weights."""

import contextlib
import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def probes_folder() -> Path:
    """Folder of probe packs; `WORKBENCH_PROBES` overrides it."""
    return Path(os.environ.get("WORKBENCH_PROBES", PROJECT / "probes"))


def data_folder() -> Path:
    """Folder the program reads and writes; `WORKBENCH_DATA` overrides it."""
    return Path(os.environ.get("WORKBENCH_DATA", PROJECT / "data"))


def models_file() -> Path:
    """The list of known models."""
    return data_folder() / "models.toml"


def recorded_folder() -> Path:
    """Folder of answers that others recorded, and of packs made of their prompts."""
    return data_folder() / "recorded"


def calibration_folder() -> Path:
    """Folder of calibrations, one folder each."""
    return data_folder() / "calibration"


def cases_folder() -> Path:
    """Folder of case folders; `WORKBENCH_CASES` overrides it."""
    return Path(os.environ.get("WORKBENCH_CASES", data_folder() / "cases"))


def demo_folder() -> Path:
    """Folder of the recorded case that comes with the program."""
    return data_folder() / "demo"


def cache_folder() -> Path:
    """Folder of fetched and derived model weights, outside the repository.

    `WORKBENCH_CACHE` overrides it; otherwise it is `model-workbench` under the user's cache folder.
    """
    if override := os.environ.get("WORKBENCH_CACHE"):
        return Path(override)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "model-workbench"


Stamps = tuple[tuple[str, int], ...]
"""Paths with the time each was last written, in nanoseconds: what stands for files that were read."""


def stamps(folder: Path, pattern: str) -> Stamps:
    """Stamp the files of a folder that fit a pattern, in the order of their paths."""
    found: list[tuple[str, int]] = []
    for path in sorted(folder.glob(pattern)):
        with contextlib.suppress(FileNotFoundError):  # taken away between the two looks
            found.append((str(path), path.stat().st_mtime_ns))
    return tuple(found)
