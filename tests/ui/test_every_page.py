"""Every page on every kind of first sight: nothing yet, the case that came along, cases under way."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests import made
from tests.ui.conftest import PAGES, open_page, words
from workbench.explore import lineage_of, map_of
from workbench.records import to_json
from workbench.store import WorkerLock, WorkerStatus, write_status
from workbench.store.copying import copy_record
from workbench.store.lock import LOCK

SHIPPED = Path(__file__).parents[2] / "data" / "demo"
GREETING = "Write greeting number 0."
SEEN = {
    "empty": ("", {}),
    "demo": ("shown", {"cases": "read-only", "run": "read-only", "evidence": "read-only",
                       "verdict": "Inconclusive", "report": "Page 1 of", "map": "mean of all models"}),
    "running": ("running", {"cases": "badge[running]", "run": "12 of 40 observations",
                            "evidence": GREETING, "verdict": "There is no verdict yet"}),
    "stalled": ("stalled", {"cases": "badge[stalled]", "run": "Its worker died.",
                            "evidence": GREETING, "verdict": "There is no verdict yet"}),
    "inconclusive": ("inconclusive", {"cases": "Inconclusive", "verdict": "Inconclusive",
                                      "report": "Page 1 of"}),
}  # fmt: skip
"""Situation → the case that is opened in it, and what some pages must say."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of each situation: data, with the demo in one of them, and the user's cases."""
    root = tmp_path_factory.mktemp("situations")
    whole = made.embedded(made.evaluated_case(root / "inconclusive" / "cases", "inconclusive"))
    (comparison,) = whole.comparisons()
    map_of(whole, comparison)
    lineage_of(whole, comparison)
    copy_record(whole, root / "demo" / "demo" / "shown")
    _begun(root / "running" / "cases", "running")
    _abandoned(_begun(root / "stalled" / "cases", "stalled"))
    return root


def _begun(root, name):
    """A case of which the reference gave one answer; this very process is its worker."""
    store = made.planned_case(root, name)
    run = made.run(store.plan(), "reference", "base")
    store.record(run.id, "run", [to_json(run)])
    seen = made.observation(run.id, store.packs()[0].probes[0], 0)
    store.record(run.id, "observation", [to_json(seen)])
    WorkerLock(store.folder).take(made.NOON)
    later = made.NOON + timedelta(seconds=9)
    status = WorkerStatus(
        "asking", os.getpid(), made.NOON, later, run_id=run.id, done=12, total=40, per_minute=80.0
    )
    write_status(store.folder, status)
    return store


def _abandoned(store):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = store.folder / LOCK
    lock.write_text(lock.read_text().replace(f'"pid":{os.getpid()}', f'"pid":{gone.pid}'))


@pytest.fixture
def seen(folders, request, monkeypatch, tmp_path):
    """The situation's folders are what the pages find."""
    monkeypatch.setenv("WORKBENCH_DATA", str(folders / request.param))
    monkeypatch.setenv("WORKBENCH_CASES", str(folders / request.param / "cases"))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    return request.param


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("seen", SEEN, indirect=True)
def test_every_page_opens(folders, seen, page):
    case, expected = SEEN[seen]
    before = _files(folders / "demo")
    opened = open_page(page, **({"case": case} if case else {}))
    assert opened.title[0].value
    assert expected.get(page, "") in words(opened)
    assert _files(folders / "demo") == before


def _files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_the_case_that_comes_with_the_program(page, monkeypatch, tmp_path):
    cases = sorted(SHIPPED.glob("*/journal/case.jsonl"))
    if not cases:
        pytest.skip("data/demo holds no recorded case: `make recording` makes it")
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    for journal in cases:
        opened = open_page(page, case=journal.parent.parent.name)
        assert opened.title[0].value
        assert not opened.error


def test_a_read_only_case_offers_nothing_that_would_change_it(folders, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(folders / "demo"))
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    offered = {
        button.label
        for page in ("run", "evidence")
        for button in open_page(page, case="shown").button
    }
    assert offered == {"Previous", "Next"}
