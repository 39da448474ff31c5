import os
import random
import signal
import time

import pytest

from tests.worker.conftest import contents, lines_in
from workbench.store import mend, open_case, read_status
from workbench.store.lock import worker_state
from workbench.verify import verify_case

KILLS = 25
RECORDS = 500 + 2 * 5
"""Observations, and the first and last record of each of the five runs."""


PAUSE = 0.005
"""Seconds an answer takes, so that a worker lives on through the longest wait for its death."""


def nobody(name):
    raise AssertionError(name)


def killed_at(stable, folder, records, delay):
    """Let a worker go on until the journals hold so many records and a moment has passed."""
    pid = stable.start(folder, pause=PAUSE)
    deadline = time.monotonic() + 60
    while lines_in(folder) < records and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    return stable.ended()[0]


@pytest.fixture(scope="module")
def battered(world, stable):
    """The case recorded by workers of which 25 were killed, the last one not."""
    folder = world.planned("battered")
    dice = random.Random(20261124)
    instants = sorted(dice.uniform(0, RECORDS * 0.92) for _ in range(KILLS))
    codes = [killed_at(stable, folder, at, dice.uniform(0, 0.12)) for at in instants]
    assert codes.count(-signal.SIGKILL) == KILLS, codes
    assert worker_state(folder, read_status(folder).updated_at) == "stalled"
    assert stable.run(folder) == (0, "")
    return open_case(folder)


def test_a_run_killed_again_and_again_holds_what_the_uninterrupted_run_holds(whole, battered):
    assert {run: sorted(seen) for run, seen in contents(battered).items()} == {
        run: sorted(seen) for run, seen in contents(whole).items()
    }


def test_nothing_is_recorded_twice(battered):
    for run in battered.runs():
        asked = [(seen.probe_address, seen.repeat) for seen in battered.observations(run.id)]
        assert len(asked) == len(set(asked)) == 100


def test_the_battered_case_verifies(battered):
    checks = list(verify_case(battered, nobody, print))
    assert [problem for check in checks for problem in check.problems] == []


def test_every_sitting_stands_in_the_journal(battered):
    kinds = [r.kind for run in battered.runs() for r in battered.records(run.id)]
    assert kinds.count("run") == kinds.count("close") == 5
    assert 5 <= kinds.count("resume") <= KILLS


def test_the_database_of_the_battered_case_is_the_rebuilt_one(battered):
    before = battered.answers()
    mend(battered)
    battered.rebuild()
    assert battered.answers().equals(before)
