import os
import shutil
import signal
import time

import pytest

from tests.fast import ROOT
from tests.worker.conftest import contents, lines_in
from workbench.store import open_case, read_status
from workbench.store.lock import read_owner
from workbench.store.status import STOPPED


def asking(folder, records=1):
    deadline = time.monotonic() + 60
    while lines_in(folder) < records and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.fixture(scope="module")
def stopped(world, stable):
    """A case whose worker heard Ctrl-C in the middle of a batch."""
    folder = world.planned("stopped")
    pid = stable.start(folder, pause=0.01)
    asking(folder, 30)
    os.kill(pid, signal.SIGINT)
    assert stable.ended() == (STOPPED, "")
    return folder


def test_a_worker_asked_to_stop_finishes_its_batch(stopped):
    done = len(open_case(stopped).observations("reference-base"))
    assert 32 <= done < 100
    assert done % 16 == 0


def test_its_status_says_that_it_stopped_and_how_to_go_on(stopped):
    status = read_status(stopped)
    assert status.state == "stopped"
    assert status.what == f"Stopped after {status.done} of 500 observations, all of them kept."
    assert status.fix == "Run it again to go on from there."


def test_it_gives_its_lock_back(stopped):
    assert read_owner(stopped) is None


def test_it_is_gone_on_with_to_the_same_end(stopped, whole, stable):
    assert stable.run(stopped) == (0, "")
    assert contents(open_case(stopped)) == contents(whole)
    (resume,) = [r for r in open_case(stopped).records("reference-base") if r.kind == "resume"]
    assert resume.body["recorded"] % 16 == 0
    assert resume.body["versions"] == {"fast": "1"}


def test_a_worker_also_stops_where_the_system_asks_it_to(world, stable):
    folder = world.planned("terminated")
    pid = stable.start(folder, pause=0.01)
    asking(folder)
    os.kill(pid, signal.SIGTERM)
    assert stable.ended() == (STOPPED, "")
    assert read_status(folder).state == "stopped"


def test_a_second_worker_is_refused_while_the_first_goes_on(world, stable):
    folder = world.planned("two")
    pid = stable.start(folder, pause=0.005)
    asking(folder)
    status = read_status(folder)
    done = world.run("run", "two", PYTHONPATH=str(ROOT))
    assert done.returncode == 1
    assert f"is already being run by process {pid} on" in done.stderr
    assert "Wait until it is done, or stop it" in done.stderr
    assert read_status(folder).pid == status.pid == pid
    os.kill(pid, signal.SIGTERM)
    assert stable.ended() == (STOPPED, "")


def unfinished(whole, name, records, tail=b""):
    """The case as it was when the last run held so many records, its database not written yet."""
    folder = shutil.copytree(whole.folder, whole.folder.with_name(name))
    for path, kept in (
        (folder / "journal" / "control-gamma.jsonl", records),
        (folder / "journal" / "case.jsonl", -1),
    ):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:kept]))
    with (folder / "journal" / "control-gamma.jsonl").open("ab") as stream:
        stream.write(tail)
    (folder / "case.duckdb").unlink()
    return folder


def test_a_worker_that_died_between_the_two_records_of_a_close_ends_well(stable, whole):
    folder = unfinished(whole, "closing", None)
    assert stable.run(folder) == (0, "")
    for name in ("case", "control-gamma"):
        kept = open_case(folder).journal_path(name).read_bytes()
        assert kept == whole.journal_path(name).read_bytes()


def test_a_database_that_lost_its_head_is_made_anew_by_the_next_worker(stable, whole):
    folder = unfinished(whole, "headless", 60)
    (folder / "case.duckdb").write_bytes(bytes(4096) + whole.database.read_bytes()[4096:])
    assert stable.run(folder) == (0, "")
    assert contents(open_case(folder)) == contents(whole)


def test_a_torn_record_is_cut_and_said_so_by_the_next_sitting(stable, whole):
    folder = unfinished(whole, "torn", 60, tail=b'{"body":{"run_id"')
    assert stable.run(folder) == (0, "")
    assert contents(open_case(folder)) == contents(whole)
    (resume,) = [r for r in open_case(folder).records("control-gamma") if r.kind == "resume"]
    assert (resume.seq, resume.body["torn"], resume.body["recorded"]) == (60, True, 59)


def test_the_status_tells_rate_failures_by_kind_and_that_nothing_was_paid(whole):
    status = read_status(whole.folder)
    assert (status.state, status.done, status.total) == ("done", 500, 500)
    assert status.per_minute > 0
    assert status.cost == "nothing: no endpoint was asked"
    assert set(status.failures) == {"The dice said so."}
    assert status.outcomes["failed"] == status.failures["The dice said so."] > 0


def test_a_run_names_its_packs_and_its_clock(whole):
    (first, *_) = whole.runs()
    assert first.pack_digests == {pack.id: pack.digest for pack in whole.packs()}
    assert first.started_at.utcoffset().total_seconds() == 0
