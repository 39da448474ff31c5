import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from tests import made
from tests.ui.conftest import open_page, words
from workbench import launch
from workbench.store import WorkerLock, WorkerStatus, read_status, write_status
from workbench.store.lock import LOCK, worker_state

IDLE = "import time; time.sleep(60)"


@pytest.fixture
def case(no_cases):
    return made.planned_case(no_cases / "cases")


def at_work(case, **changes):
    """This very process is the worker of the case."""
    WorkerLock(case.folder).take(made.NOON)
    later = made.NOON + timedelta(seconds=9)
    fields = {"run_id": "suspect-tuned", "done": 12, "total": 40, "per_minute": 80.0}
    status = WorkerStatus("asking", os.getpid(), made.NOON, later, **(fields | changes))
    write_status(case.folder, status)


def button(page, label):
    (found,) = [button for button in page.button if button.label == label]
    return found


@pytest.fixture
def started(case, monkeypatch):
    """Workers are started for real but only sleep; they are gone when the test ends."""
    monkeypatch.setattr(launch, "command", lambda *_: [sys.executable, "-c", IDLE])
    yield case
    worker = launch._workers.pop(case.folder)
    worker.kill()
    worker.wait()


def test_a_planned_case_offers_to_ask_the_models(case):
    page = open_page("run", case="made")
    assert button(page, "Ask the models")
    assert "Not all models were asked yet: workbench run made" in words(page)


def test_starting_starts_a_process_of_its_own(started):
    page = button(open_page("run", case="made"), "Ask the models").click().run()
    assert not page.exception
    assert "The worker is starting" in words(page)
    worker = launch._workers[started.folder]
    assert os.getsid(worker.pid) == worker.pid != os.getsid(0)


def test_a_second_press_starts_no_second_process(started):
    first = open_page("run", case="made")
    second = open_page("run", case="made")
    button(first, "Ask the models").click().run()
    worker = launch._workers[started.folder]
    page = button(second, "Ask the models").click().run()
    assert launch._workers[started.folder] is worker
    assert "is about to begin" in words(page)


def test_a_running_case_shows_how_far_it_is(case):
    at_work(case, failures={"![x](http://evil.test)": 3})
    said = words(open_page("run", case="made"))
    assert "suspect-tuned: 12 of 40 observations; 80 a minute" in said
    assert "cost unknown; 3 failed: ![x](http://evil.test)" in said
    assert "badge[running]" in said


def test_stopping_asks_the_worker_and_says_so(case):
    at_work(case)
    heard = []
    kept = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        button(open_page("run", case="made"), "Stop").click().run()
    finally:
        signal.signal(signal.SIGTERM, kept)
    assert heard == [signal.SIGTERM]
    at_work_state = read_status(case.folder)
    assert at_work_state.state == "asking"  # the worker, not the page, writes the status


def test_a_worker_that_finishes_its_batch_is_not_asked_again(case):
    at_work(case)
    write_status(
        case.folder,
        read_status(case.folder).__class__(
            "stopping", os.getpid(), made.NOON, made.NOON, run_id="suspect-tuned", done=1, total=2
        ),
    )
    page = open_page("run", case="made")
    assert button(page, "Stop").disabled
    assert "Finishing the batch in flight: 1 of 2 observations" in words(page)


def test_a_case_whose_worker_died_is_stalled_and_can_be_gone_on_with(case):
    at_work(case)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = case.folder / LOCK
    lock.write_text(lock.read_text().replace(f'"pid":{os.getpid()}', f'"pid":{gone.pid}'))
    assert worker_state(case.folder, made.NOON) == "stalled"
    page = open_page("run", case="made")
    assert "badge[stalled]" in words(page)
    assert "Its worker died. What it recorded is kept" in words(page)
    assert button(page, "Go on asking")


def test_why_the_last_worker_failed_is_said_in_its_two_sentences(case):
    at_work(case)
    (case.folder / LOCK).unlink()
    failed = WorkerStatus(
        "failed", 1, made.NOON, made.NOON, what="The disk is full.", fix="Free some space."
    )
    write_status(case.folder, failed)
    said = words(open_page("run", case="made"))
    assert "The disk is full.\nFree some space." in said


def test_a_worker_that_died_at_once_leaves_its_last_words(case, monkeypatch):
    code = "import sys; sys.stderr.write('No model here.\\nFetch one.\\n'); sys.exit(1)"
    monkeypatch.setattr(launch, "command", lambda *_: [sys.executable, "-c", code])
    launch.start_unwatched(case.folder)
    launch._workers[case.folder].wait()
    said = words(open_page("run", case="made"))
    launch._workers.pop(case.folder)
    assert "No model here.\nFetch one." in said


def test_packs_asked_at_another_temperature_have_a_row_of_their_own(no_cases):
    made.planned_case(no_cases / "cases", other_temperature=0.3)
    (rows,) = [
        grid.value for grid in open_page("run", case="made").dataframe if "pack" in grid.value
    ]
    assert rows["pack"].tolist()[:3] == [
        "style/greetings", "continuation/openings", "style/greetings~0.3",
    ]  # fmt: skip
