"""Models that answer questions. `BACKENDS` is the only list of them."""

from collections.abc import Callable
from pathlib import Path

from workbench.backends.base import Backend, Question, Reply
from workbench.backends.local import LocalBackend
from workbench.device import Device
from workbench.records import ModelEntry

BACKENDS: dict[str, Callable[[ModelEntry, Path, Device], Backend]] = {"local": LocalBackend}

__all__ = ["BACKENDS", "Backend", "LocalBackend", "Question", "Reply"]
