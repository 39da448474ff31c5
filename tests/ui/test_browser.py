"""The pages in a real browser, where there is one: they draw, link, give files, and stay at home."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.ui.conftest import ENTRY, PAGES

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SLOW = 60_000
"""Milliseconds that a page may take on a busy machine."""


@pytest.fixture(scope="module")
def address(made_cases, tmp_path_factory):
    """A server of the made cases, started as `workbench ui` starts it."""
    from workbench.cli.ui import server_command

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"WORKBENCH_CASES": str(made_cases), "PYTHONPATH": str(ENTRY.parent)}
    log = (tmp_path_factory.mktemp("server") / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, *server_command(port)[1:]],
        cwd=ENTRY.parent,
        env=os.environ | own,
        stdout=log,
        stderr=log,
    )
    found = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while not _answers(f"{found}/_stcore/health") and time.monotonic() < deadline:
        time.sleep(0.2)
    yield found
    server.terminate()
    server.wait()
    log.close()


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - our own server
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def window(browser, address):
    """A window, and every address outside this server that it asked for."""
    context = browser.new_context(base_url=address, accept_downloads=True)
    context.set_default_timeout(SLOW)
    outside = []
    context.on("request", lambda request: _note(request.url, address, outside))
    yield context, outside
    context.close()


def _note(url, address, outside):
    if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:")):
        outside.append(url)


def settled(page):
    page.wait_for_selector("h1")
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_anybody_else_for_anything(window, name):
    context, outside = window
    page = context.new_page()
    page.goto(f"/{'' if name == 'cases' else name}?case=evaluated")
    settled(page)
    page.wait_for_timeout(1000)
    assert outside == []
    assert page.locator('[data-testid="stException"]').count() == 0


def test_from_the_list_to_one_answer_and_the_report_as_a_file(window):
    context, outside = window
    page = context.new_page()
    page.goto("/")
    settled(page)
    card = page.get_by_test_id("stMain").locator('a[href*="case=evaluated"]')
    card.filter(has_text="Verdict").first.click()
    page.get_by_role("heading", name="Verdict").first.wait_for()
    page.get_by_text("Inconclusive: not calibrated for this protocol.").first.wait_for()

    page.goto("/evidence?case=evaluated")
    settled(page)
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_url("**probe-1**")
    shared = context.new_page()
    shared.goto(page.url)
    settled(shared)
    shared.get_by_text("Write greeting number 1.").first.wait_for()

    page.goto("/report?case=evaluated")
    settled(page)
    page.get_by_alt_text("Page 1 of the report, as the PDF has it").wait_for()
    with page.expect_download(timeout=SLOW) as taken:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert taken.value.suggested_filename == "evaluated-tuned.pdf"
    assert taken.value.path().read_bytes().startswith(b"%PDF-1.7")
    assert outside == []
