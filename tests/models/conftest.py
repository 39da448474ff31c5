import pytest

from tests.tiny import save_tiny_model
from workbench.models import clients
from workbench.records import ModelEntry


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of this test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A tiny random Llama that nobody may change."""
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(cache, tiny_folder):
    """The tiny model, known and on this machine."""
    from workbench.models.fetch import fetch

    entry = ModelEntry(
        name="tiny",
        title="Tiny",
        family="tiny",
        backend="local",
        source=f"folder:{tiny_folder}",
        format="safetensors",
        licence="MIT",
    )
    fetch(entry, say=lambda line: None)
    return entry


@pytest.fixture
def registry(monkeypatch):
    """Packages by name instead of a network: package → (file name, content)."""
    packages = {}

    def run_client(command, folder):
        name, content = packages[command[-1]]
        (folder / name).write_bytes(content)

    monkeypatch.setattr(clients, "run_client", run_client)
    monkeypatch.setattr(clients, "npm_command", lambda: ["npm"])
    return packages
