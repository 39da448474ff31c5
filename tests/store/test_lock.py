import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.made import NOON
from workbench.errors import CaseError
from workbench.store import WorkerLock
from workbench.store.lock import LOCK, STALE_SECONDS, is_here, read_owner, worker_state


def edit(folder, **changes):
    path = folder / LOCK
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def taken(tmp_path):
    WorkerLock(tmp_path).take(NOON)
    return tmp_path


def test_a_second_worker_is_refused_and_told_who_is_at_work(taken):
    with pytest.raises(CaseError) as error:
        WorkerLock(taken).take(NOON)
    assert f"is already being run by process {os.getpid()} on " in error.value.what
    assert "at work since 2026-03-04 12:00:00 UTC" in error.value.what
    assert "Stop on the Run page" in error.value.fix


def test_the_lock_of_a_process_that_is_gone_is_taken_over(taken):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    edit(taken, pid=gone.pid)
    assert worker_state(taken, NOON) == "stalled"
    assert WorkerLock(taken).take(NOON).pid == gone.pid
    assert read_owner(taken).pid == os.getpid()


def test_a_dead_process_that_nobody_waited_for_is_gone(taken):
    unattended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    unattended.stdout.read()
    edit(taken, pid=unattended.pid, process_started="")
    while worker_state(taken, NOON) == "running":
        os.sched_yield()
    assert WorkerLock(taken).take(NOON).pid == unattended.pid
    unattended.wait()
    unattended.stdout.close()


def test_a_later_process_of_the_same_number_is_not_the_owner(taken):
    edit(taken, process_started="1")
    assert WorkerLock(taken).take(NOON).process_started == "1"


def test_an_owner_from_before_the_machine_was_started_anew_is_gone(taken):
    edit(taken, boot="another boot")
    assert worker_state(taken, NOON) == "stalled"


def test_an_owner_on_another_machine_counts_as_long_as_it_gives_signs(taken):
    edit(taken, host="elsewhere", boot="another boot")
    later = NOON + timedelta(seconds=STALE_SECONDS - 1)
    with pytest.raises(CaseError, match="on elsewhere"):
        WorkerLock(taken).take(later)
    assert not is_here(read_owner(taken))


def test_an_owner_on_another_machine_that_fell_silent_is_taken_over(taken):
    edit(taken, host="elsewhere", boot="another boot")
    later = NOON + timedelta(seconds=STALE_SECONDS + 1)
    assert WorkerLock(taken).take(later).host == "elsewhere"


def test_a_sign_of_life_is_refused_once_another_process_is_the_owner(tmp_path):
    lock = WorkerLock(tmp_path)
    lock.take(NOON)
    later = NOON + timedelta(seconds=5)
    assert lock.beat(later)
    assert read_owner(tmp_path).beat_at == later
    edit(tmp_path, pid=1)
    assert not lock.beat(later)


def test_a_lock_of_somebody_else_is_not_given_back(tmp_path):
    lock = WorkerLock(tmp_path)
    lock.take(NOON)
    edit(tmp_path, pid=1)
    lock.release()
    assert read_owner(tmp_path).pid == 1


def test_a_lock_that_was_given_back_is_free(tmp_path):
    lock = WorkerLock(tmp_path)
    lock.take(NOON)
    lock.release()
    assert worker_state(tmp_path, NOON) == "none"


def test_an_unreadable_lock_has_no_owner(tmp_path):
    (tmp_path / LOCK).write_bytes(b'{"pid":')
    assert WorkerLock(tmp_path).take(NOON) is None
