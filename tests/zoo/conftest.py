from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.zoo import sizes
from benchmarks.zoo.build import build
from benchmarks.zoo.record import read_record

MINI = replace(
    sizes.SIZES["tiny"],
    name="mini",
    train_steps=40,
    tune_steps=24,
    texts=64,
    student_steps=24,
    answer_tokens=16,
)


def silent(line):
    pass


@pytest.fixture(autouse=True)
def mini(monkeypatch):
    """A size that is small enough to be built in a test."""
    monkeypatch.setitem(sizes.SIZES, "mini", MINI)


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """The cache of a finished zoo, for tests that leave it as it is."""
    cache = tmp_path_factory.mktemp("zoo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(cache))
        patch.setitem(sizes.SIZES, "mini", MINI)
        build("mini", jobs=1, say=silent)
    return cache


@pytest.fixture
def zoo(built, tmp_path, monkeypatch):
    """The record of a finished zoo that this test may look at."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(built))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path / "cases"))
    (tmp_path / "data").mkdir()
    lists = (Path(__file__).parents[2] / "data" / "models.toml").read_text()
    (tmp_path / "data" / "models.toml").write_text(lists)
    return read_record("mini")


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty cache of this test's own."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
