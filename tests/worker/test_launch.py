"""The command that starts a worker: what it passes on, and how it tells how the worker ended."""

import os
import signal
import sys
import threading

import pytest
import typer

from tests import made
from workbench import launch
from workbench.cli.work import work
from workbench.errors import CaseError, WorkbenchError
from workbench.store import WorkerLock, WorkerStatus, write_status
from workbench.store.lock import LOCK
from workbench.store.status import NOTHING_SPENT

HEARS = """
import os, signal, sys, time
from pathlib import Path
def stop(*_): sys.exit(130)
signal.signal(signal.SIGINT, stop)
Path({ready!r}).touch()
time.sleep(60)
"""


@pytest.fixture
def case(tmp_path):
    return made.planned_case(tmp_path)


def instead(monkeypatch, code):
    monkeypatch.setattr(launch, "command", lambda *_: [sys.executable, "-c", code])


def test_ctrl_c_is_passed_on_and_the_exit_code_says_stopped(case, monkeypatch, capsys):
    ready = case.folder / "ready"
    instead(monkeypatch, HEARS.format(ready=str(ready)))

    def press():
        while not ready.exists():
            os.sched_yield()
        os.kill(os.getpid(), signal.SIGINT)

    finger = threading.Thread(target=press)
    finger.start()
    with pytest.raises(typer.Exit) as stopped:
        work(case.folder, [])
    finger.join()
    assert stopped.value.exit_code == 130
    said = capsys.readouterr().err
    assert "Stopping once the batch in flight is recorded" in said
    assert "Run `workbench run made` to go on; what is recorded is kept." in said


def test_ctrl_c_is_python_s_own_again_afterwards(case, monkeypatch):
    kept = signal.getsignal(signal.SIGINT)
    instead(monkeypatch, "")
    work(case.folder, [])
    assert signal.getsignal(signal.SIGINT) is kept


def test_two_sentences_of_a_worker_are_the_error_of_the_command(case, monkeypatch):
    instead(monkeypatch, "import sys; sys.stderr.write('It broke.\\nMend it.\\n'); sys.exit(1)")
    with pytest.raises(WorkbenchError) as error:
        work(case.folder, [])
    assert (error.value.what, error.value.fix) == ("It broke.", "Mend it.")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import os; os.kill(os.getpid(), 9)", "The worker of case 'made' ended by signal 9."),
        ("raise SystemExit(7)", "The worker of case 'made' ended by exit code 7."),
        ("1 / 0", "ended by exit code 1; its last words: ZeroDivisionError: division by zero."),
    ],
)
def test_a_worker_that_died_is_said_so(case, monkeypatch, code, what):
    instead(monkeypatch, code)
    with pytest.raises(CaseError) as error:
        work(case.folder, [])
    assert what in error.value.what
    assert error.value.fix == "Run it again to go on; what was recorded so far is kept."


def test_without_a_terminal_progress_is_plain_lines(case, monkeypatch, capsys):
    said = (
        "import os; from pathlib import Path; from tests.made import NOON;"
        "from workbench.store import WorkerStatus, write_status;"
        f"write_status(Path({str(case.folder)!r}), WorkerStatus('asking', os.getpid(), NOON, NOON,"
        "run_id='suspect-tuned', run_done=8, run_total=8, done=16, total=40, per_minute=80.0,"
        "seconds_left=18.0, failures={'No.': 2}))"
    )
    instead(monkeypatch, said)
    work(case.folder, [])
    assert (
        "suspect-tuned: 8 of 8 questions (16 of 40 in all, 80 a minute, 18 s left, cost unknown, "
        "2 failed: No.)\n"
    ) in capsys.readouterr().err


def test_where_no_endpoint_was_asked_there_is_no_word_of_cost():
    status = WorkerStatus("asking", 1, made.NOON, made.NOON, per_minute=80.0, cost=NOTHING_SPENT)
    assert launch.pace_words(status) == ["80 a minute"]


def test_the_status_of_an_earlier_worker_is_not_taken_for_this_one(case, monkeypatch, capsys):
    earlier = WorkerStatus(
        "failed", 1, made.NOON, made.NOON, what="An old story.", fix="Forget it."
    )
    write_status(case.folder, earlier)
    instead(monkeypatch, "")
    work(case.folder, [])
    assert "An old story" not in capsys.readouterr().err


def test_there_is_nothing_to_stop_where_nobody_works(case):
    with pytest.raises(CaseError, match="is not being run"):
        launch.stop(case.folder)


def test_a_worker_on_another_machine_is_stopped_over_there(case):
    now = launch.datetime.now(launch.UTC)
    WorkerLock(case.folder).take(now)
    lock = case.folder / LOCK
    lock.write_text(
        lock.read_text().replace('"boot":"', '"boot":"other ').replace('"host":"', '"host":"other-')
    )
    with pytest.raises(CaseError, match="on other-") as error:
        launch.stop(case.folder)
    assert error.value.fix == "Stop it over there."
