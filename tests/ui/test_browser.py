"""The pages in a real browser, where there is one: they draw, link, give files, and stay at home."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from urllib.parse import unquote

import pypdf
import pytest

from tests.ui.conftest import ENTRY, PAGES
from tests.world import World

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing: pip install -e '.[browser]'"
)
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="the program `chromium` is missing: apt-get install chromium"
)

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SLOW = 60_000
"""Milliseconds that a page may take on a busy machine."""
PATIENCE = 180_000
"""Milliseconds that models, or a command, may take."""
MODELS = ("base", "tuned", "alpha", "beta", "gamma")


@contextmanager
def served(log, environment):
    """A server of the pages, started as `workbench ui` starts it; gives its address."""
    from workbench.cli.ui import server_command

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = f"http://127.0.0.1:{port}"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, *server_command(port)[1:]],
            cwd=ENTRY.parent,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
            stdout=stream,
            stderr=stream,
        )
        deadline = time.monotonic() + 60
        while not _answers(f"{found}/_stcore/health") and time.monotonic() < deadline:
            time.sleep(0.2)
        try:
            yield found
        finally:
            server.terminate()
            server.wait()


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - our own server
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def address(made_cases, tmp_path_factory):
    """A server of the made cases."""
    log = tmp_path_factory.mktemp("server") / "log"
    with served(log, {"WORKBENCH_CASES": str(made_cases)}) as found:
        yield found


@pytest.fixture(scope="module")
def world_address(tmp_path_factory):
    """A server of a world of tiny real models, and of no case."""
    world = World(tmp_path_factory.mktemp("world"))
    assert world.run("models", "fetch", *MODELS).returncode == 0
    with served(world.root / "log", world.environment) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


@contextmanager
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


@pytest.fixture(scope="module")
def made_window(browser, address):
    """One window for all pages of the made cases, which spares loading their scripts anew."""
    with window(browser, address) as opened:
        yield opened


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_anybody_else_for_anything(made_window, name):
    context, outside = made_window
    page = context.new_page()
    page.goto(f"/{'' if name == 'cases' else name}?case=evaluated")
    settled(page)
    page.wait_for_timeout(500)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert outside == []
    page.close()


@pytest.mark.timeout(600)
def test_one_case_from_the_plan_to_a_verified_report(browser, world_address, tmp_path):
    with window(browser, world_address) as (context, outside):
        page = context.new_page()
        _plan(page)
        _run(page)
        _conclude(page)
        probe = _open_what_carries_most(page)
        _follow(context, page.url, probe)
        report = _export(page, tmp_path)
        _verify_report(page, report)
        _verify_case(page)
        assert outside == []


def _press(page, name):
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).click()


def _says(page, text, within=SLOW):
    page.get_by_test_id("stMain").get_by_text(text).first.wait_for(timeout=within)


def _plan(page):
    page.goto("/")
    settled(page)
    _says(page, "There is no case yet")
    page.goto("/new_comparison?reference=base&suspects=tuned&readings=0")
    settled(page)
    _says(page, "alpha, beta, gamma")
    _says(page, "put to 5 models; 2 packs")
    _says(page, "Inconclusive")
    name = page.get_by_role("textbox", name="Name of the case")
    name.fill("walked")
    name.press("Enter")
    _press(page, "Fix the plan and start asking")


def _run(page):
    page.wait_for_url("**/run?case=walked", timeout=PATIENCE)
    page.get_by_role("heading", name="Run", exact=True).wait_for()
    _says(page, "Everything is recorded.", PATIENCE)
    _says(page, "No observation failed so far.")
    _press(page, "Compare")


def _conclude(page):
    page.get_by_test_id("stMain").get_by_role("link", name="Verdict").click(timeout=PATIENCE)
    page.get_by_role("heading", name="Verdict", exact=True).wait_for()
    _says(page, "Inconclusive: there is no score")
    _says(page, "The suspect beside the controls")
    _says(page, "Where the suspect stands out most")


def _open_what_carries_most(page):
    first = page.get_by_test_id("stMain").locator('a[href*="probe="]').first
    probe = first.inner_text().split()[-1]
    first.click()
    page.get_by_role("heading", name="Evidence", exact=True).wait_for()
    _says(page, "Probe 1 of 10")
    _says(page, "Yesterday we saw")
    page.wait_for_url(lambda url: probe in unquote(url))
    return probe


def _follow(context, link, probe):
    page = context.new_page()
    page.goto(link)
    settled(page)
    _says(page, "Metrics at this probe")
    _says(page, "Yesterday we saw")
    assert page.get_by_role("combobox", name="Probe 1 of 10").input_value() == probe
    page.close()


def _export(page, folder):
    """The PDF of the case, as a reader takes it away."""
    page.goto("/report?case=walked")
    settled(page)
    page.get_by_alt_text("Page 1 of the report, as the PDF has it").wait_for()
    with page.expect_download(timeout=SLOW) as taken:
        _press(page, "PDF")
    assert taken.value.suggested_filename == "walked-tuned.pdf"
    path = folder / taken.value.suggested_filename
    taken.value.save_as(path)
    said = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(path).pages)
    assert "walked" in said
    assert "tuned" in said
    return path


def _verify_report(page, path):
    page.locator('input[type="file"][accept*=".pdf"]').set_input_files(path)
    _press(page, "Verify this report")
    _says(page, "Nothing differs, as of", PATIENCE)
    checked = page.get_by_role("region", name="What was checked, and what came of it")
    checked.locator("td").first.wait_for(state="attached")
    titles, outcomes = (checked.locator(f'td[aria-colindex="{n}"]') for n in (1, 2))
    assert titles.first.text_content() == "Attached files"
    assert titles.last.text_content() == "The file itself"
    assert set(outcomes.all_text_contents()) == {"same"}


def _verify_case(page):
    _press(page, "Verify this case")
    said = page.get_by_test_id("stMain").get_by_text("Nothing differs, as of")
    said.nth(1).wait_for(timeout=PATIENCE)
