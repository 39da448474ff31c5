"""Commands that run for a page in processes of their own."""

import signal
import sys
import time

import pytest

from workbench import errand
from workbench.errors import CaseError

QUIET = ["packs", "list", "--json"]


@pytest.fixture
def place(tmp_path):
    yield tmp_path / "errand"
    process = errand._sent.pop(tmp_path / "errand", None)
    if process is not None:
        process.kill()
        process.wait()


@pytest.fixture
def asleep(place, monkeypatch):
    """A command is under way and will not end by itself."""
    real = errand.spawn
    idle = [sys.executable, "-c", "import time; print('half way', flush=True); time.sleep(60)"]
    monkeypatch.setattr(errand, "spawn", lambda _, log: real(idle, log))
    errand.send(place, QUIET)
    return place


def test_a_command_says_what_it_printed_and_keeps_it(place):
    packs = errand.complete(place, QUIET)
    assert "style/short-answers" in {pack["id"] for pack in packs}
    kept = errand.outcome(place)
    assert not kept.failed
    assert kept.words == tuple(QUIET)
    assert kept.began_at < kept.ended_at
    assert errand.said(place) == packs


def test_a_command_that_fails_raises_its_own_two_sentences(place):
    with pytest.raises(CaseError) as error:
        errand.complete(place, ["models", "check", "nobody", "--json"])
    assert error.value.what == 'There is no model "nobody".'
    assert error.value.fix == "Run `workbench models list` to see every known model."
    assert errand.outcome(place).failed


def test_a_command_that_does_not_exist_says_where_its_words_are(place):
    with pytest.raises(CaseError) as error:
        errand.complete(place, ["dance"])
    assert error.value.what == "The command ended with exit code 2."
    assert str(place / "log") in error.value.fix


def test_nothing_is_started_twice(asleep):
    assert errand.is_underway(asleep)
    with pytest.raises(CaseError, match="being done already"):
        errand.send(asleep, QUIET)


def test_the_last_line_of_progress_can_be_read_meanwhile(asleep):
    deadline = time.monotonic() + 20
    while not errand.last_line(asleep) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert errand.last_line(asleep) == "half way"
    assert errand.outcome(asleep) is None


def test_one_that_was_killed_is_not_under_way_and_can_be_sent_again(asleep):
    errand._sent[asleep].send_signal(signal.SIGKILL)
    errand._sent[asleep].wait()
    assert not errand.is_underway(asleep)
    assert errand.outcome(asleep) is None
    errand.send(asleep, QUIET)


def test_what_an_earlier_command_left_is_gone_once_another_is_sent(place, monkeypatch):
    errand.complete(place, QUIET)
    monkeypatch.setattr(errand, "spawn", lambda *_: None)
    errand.send(place, QUIET)
    errand._sent.pop(place)
    assert errand.outcome(place) is None
    assert errand.said(place) is None


def test_a_place_that_cannot_be_written_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseError) as error:
        errand.send(tmp_path / "file" / "errand", QUIET)
    assert error.value.what.startswith("Nothing can be started in")
