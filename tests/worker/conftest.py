"""One world of fast models for all worker tests, its uninterrupted run, and a stable of workers."""

import pytest

from tests.fast import FastWorld, Stable
from workbench.store import open_case


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    return FastWorld(tmp_path_factory.mktemp("fast"))


@pytest.fixture(scope="session")
def stable(world):
    stable = Stable(world.environment)
    yield stable
    stable.close()


@pytest.fixture(scope="session")
def whole(world, stable):
    """The case recorded in one go."""
    folder = world.planned("whole")
    assert stable.run(folder) == (0, "")
    return open_case(folder)


def contents(store):
    """Run → what its observations hold, in their order."""
    return {
        run.id: [seen.content_digest for seen in store.observations(run.id)] for run in store.runs()
    }


def lines_in(folder):
    """Whole records in the journals of a case's runs."""
    paths = folder.glob("journal/*-*.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in paths)
