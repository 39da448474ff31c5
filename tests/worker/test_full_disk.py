"""A disk that fills up: a small one of its own where mounting works, else a limit on file sizes."""

import shutil
import subprocess
import sys

import pytest

from tests.fast import ROOT
from tests.worker.conftest import contents
from workbench.store import open_case, read_status

FULL = ("No space left on device", "no space left")
KEPT = "what was recorded so far is kept"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 16 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def free(disk):
    return shutil.disk_usage(disk).free


def fill(disk, leave):
    (disk / "ballast").write_bytes(bytes(max(0, free(disk) - leave)))


@pytest.mark.parametrize("leave", [0, 150_000])
def test_a_full_disk_stops_the_worker_and_nothing_is_lost(world, stable, whole, small_disk, leave):
    shutil.copytree(world.planned(f"full-{leave}"), small_disk / "case")
    fill(small_disk, leave)
    code, error = stable.run(small_disk / "case")
    assert code == 1, error
    assert any(words in error for words in FULL), error
    assert "Free some space" in error
    assert len(error.strip().splitlines()) == 2
    (small_disk / "ballast").unlink()
    assert stable.run(small_disk / "case") == (0, "")
    assert contents(open_case(small_disk / "case")) == contents(whole)


def test_a_file_that_may_not_grow_stops_the_worker(world, stable, whole):
    folder = world.planned("limit")
    code, error = stable.run(folder, largest_file=2_000)
    assert code == 1
    assert error.startswith("Journal reference-base cannot be written (File too large).")
    assert len(error.strip().splitlines()) == 2
    assert stable.run(folder) == (0, "")
    assert contents(open_case(folder)) == contents(whole)


ONE_FILE = """
import resource, sys
from pathlib import Path
from tests import made
from workbench.errors import CaseError
folder = Path(sys.argv[1])
{prepare}
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    {act}
except CaseError as error:
    print(error.what)
    print(error.fix)
"""
CASES = {
    "journal": (
        "from workbench.store import Journal; journal = Journal(folder / 'run.jsonl')",
        "journal.append('note', [{'text': 'x' * 5000}])",
        "Journal run cannot be written (File too large).",
    ),
    "tensor": (
        "import torch; from workbench import observed; from workbench.backends import Reply",
        "observed._keep_tensor(folder, Reply('answered', None, 'raw', logprobs=torch.zeros(9999)))",
        "Distributions cannot be written to",
    ),
    "exchange": (
        "from workbench.store.raw import keep_raw; import os",
        "keep_raw(folder, os.urandom(9999))",
        "What the endpoint sent cannot be written to",
    ),
    "status": (
        "from workbench.store import WorkerStatus, write_status",
        "write_status(folder, WorkerStatus('asking', 1, made.NOON, made.NOON, device='x' * 5000))",
        "cannot be written (File too large).",
    ),
    "database": (
        "store = made.planned_case(folder)",
        "store.rebuild()",
        "cannot be written, because there is no space left.",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_file_that_does_not_fit_is_two_sentences(tmp_path, kind):
    prepare, act, what = CASES[kind]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ONE_FILE.format(prepare=prepare, act=act, limit=4096),
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.strip().splitlines()
    assert len(said) == 2, done.stdout + done.stderr
    assert what in said[0]
    assert "Free some space" in said[1]


def test_a_status_that_does_not_fit_leaves_the_old_one(tmp_path):
    prepare, act, _ = CASES["status"]
    prepare += "; write_status(folder, WorkerStatus('starting', 7, made.NOON, made.NOON))"
    subprocess.run(
        [
            sys.executable,
            "-c",
            ONE_FILE.format(prepare=prepare, act=act, limit=4096),
            str(tmp_path),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert read_status(tmp_path).pid == 7
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]
