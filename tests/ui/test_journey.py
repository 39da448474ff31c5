"""One case through the pages alone: planned, asked, compared, read, verified; real tiny models."""

import time

import pytest

from tests.ui.conftest import open_page, words
from tests.world import World
from workbench import errand, launch
from workbench.ui.errands import place_of

MODELS = ("base", "tuned", "alpha", "beta", "gamma")
PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    assert world.run("models", "fetch", *MODELS).returncode == 0
    return world


@pytest.fixture
def folder(world, monkeypatch):
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    return world.cases / "walked"


def press(page, label):
    (found,) = [button for button in page.button if button.label == label]
    return found.click().run(timeout=PATIENCE_SECONDS)


def patiently(ended):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ended() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert ended()


def errand_ends(folder, name):
    patiently(lambda: not errand.is_underway(place_of(folder, name)))


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_from_nothing_to_a_verified_report_without_the_command_line(folder):
    page = open_page("new_comparison", reference="base", suspects="tuned", readings="0")
    page.get_by_key("name").set_value("walked").run()
    page = press(page, "Fix the plan and start asking")
    assert page.title[0].value == "Run"
    patiently(lambda: not launch.is_starting(folder))

    page = open_page("run", case="walked")
    assert "No observation failed so far." in words(page)
    assert set(page.dataframe[0].value["share"]) == {1.0}
    press(page, "Compare")
    errand_ends(folder, "compare")

    assert "Inconclusive" in words(open_page("verdict", case="walked"))
    page = open_page("evidence", case="walked")
    address = page.query_params["probe"]
    again = open_page("evidence", case="walked", probe=address)
    assert words(again) == words(page)

    page = open_page("report", case="walked")
    assert "Page 1 of" in words(page)
    press(page, "Verify this case")
    errand_ends(folder, "verify")
    page = open_page("report", case="walked")
    assert "Nothing differs" in words(page)
    assert set(page.dataframe[-1].value["outcome"]) == {"same"}

    said = words(open_page("new_comparison", reference="base", suspects="tuned"))
    assert "expected unknown" not in said  # what was recorded is known now
