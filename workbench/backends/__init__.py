"""Models that answer questions. `BACKENDS` is the only list of them."""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.backends.base import Backend, Likelihood, Question, Reply, Sent
from workbench.backends.budget import Budget, check_prices
from workbench.backends.http import HttpBackend
from workbench.backends.keys import read_key
from workbench.backends.local import LocalBackend
from workbench.backends.replay import ReplayBackend
from workbench.device import Device
from workbench.models.fetch import located
from workbench.models.recorded import read_recording
from workbench.models.safety import check_weights_folder
from workbench.records import BackendName, ModelEntry


@dataclass(frozen=True, slots=True)
class BackendKind:
    """How models of one kind are opened."""

    check: Callable[[ModelEntry], object]
    """Raises what is missing before anything is asked: weights, answers, or a key."""
    open: Callable[[ModelEntry, Device, Budget], Backend]


BACKENDS: dict[BackendName, BackendKind] = {
    "local": BackendKind(
        check=lambda entry: check_weights_folder(located(entry)),
        open=lambda entry, device, _: LocalBackend(entry, located(entry), device),
    ),
    "http": BackendKind(check=read_key, open=lambda entry, _, budget: HttpBackend(entry, budget)),
    "replay": BackendKind(check=read_recording, open=lambda entry, _, __: ReplayBackend(entry)),
}

__all__ = [
    "BACKENDS",
    "Backend",
    "BackendKind",
    "Budget",
    "HttpBackend",
    "Likelihood",
    "LocalBackend",
    "Question",
    "ReplayBackend",
    "Reply",
    "Sent",
    "check_prices",
]
