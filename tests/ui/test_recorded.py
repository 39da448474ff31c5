"""Models that nobody asked here are named as such on the pages that show their answers."""

from dataclasses import replace

import pytest

from tests import made
from tests.importers.test_replay import RECORDING
from tests.ui.conftest import open_page

SAID = "Answers recorded by a third party, not asked here: base, tuned."


@pytest.fixture
def cases(tmp_path, monkeypatch):
    asked = made.run

    def run(the_plan, role, model):
        found = asked(the_plan, role, model)
        recorded = None if role == "control" else RECORDING
        return replace(found, capabilities=replace(found.capabilities, recorded=recorded))

    monkeypatch.setattr(made, "run", run)
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    return made.evaluated_case(tmp_path, "paper")


@pytest.mark.parametrize("page", ["evidence", "verdict"])
def test_a_page_names_the_models_that_were_not_asked_here(cases, page):
    app = open_page(page, case="paper")
    shown = [item.value for kind in (app.markdown, app.text, app.caption) for item in kind]
    assert any(SAID in text for text in shown), shown


@pytest.mark.parametrize("page", ["evidence", "verdict"])
def test_a_page_says_nothing_of_it_where_every_model_was_asked(tmp_path, monkeypatch, page):
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    made.evaluated_case(tmp_path, "asked")
    app = open_page(page, case="asked")
    shown = [item.value for kind in (app.markdown, app.text, app.caption) for item in kind]
    assert not any("third party" in text for text in shown)
