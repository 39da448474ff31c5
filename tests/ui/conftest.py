"""One folder of made cases for all page tests, and a way to open a page as a reader does."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import made, opinions

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
EXPLORING = ("distributions", "map", "lineage", "packs", "calibration")
PAGES = ("cases", "new_comparison", "run", "verdict", "evidence", *EXPLORING, "report")
HOSTILE_NAME = "![x](app.png) :red[VERDICT] `x` $a^2$ www.evil.test \u202egnp"
WEAK = replace(made.pack("identity/made"), weak="Learnt from many places.")
ANSWERED = {
    "answered": ("supporting", "opposing"),
    "open": ("neutral", "undecided"),
    "explained": ("explained otherwise", "gated"),
    "unanswered": ("not comparable", "not calibrated"),
}
"""Cases with opinions, and which: on weights, on outputs."""
MANY = tuple(f"control-{n}" for n in range(7))


@pytest.fixture(scope="session")
def made_cases(tmp_path_factory):
    """Cases of every state: planned, weak, recorded, evaluated, hostile, wide, newer."""
    root = tmp_path_factory.mktemp("cases")
    made.planned_case(root, "planned")
    made.planned_case(root, "weak", packs=(WEAK,))
    made.recorded_case(root, "recorded")
    made.evaluated_case(root, "evaluated", suspects=("tuned", "quantised"))
    made.evaluated_case(root, "wide", controls=MANY)
    parties = {"asked_by": HOSTILE_NAME, "done_by": made.HOSTILE}
    made.evaluated_case(
        root, "hostile", text=made.HOSTILE, suspects=(HOSTILE_NAME,), controls=("a",), **parties
    )
    made.planned_case(root, "newer")
    journal = root / "newer" / "journal" / "case.jsonl"
    journal.write_text(journal.read_text().replace('"format":1', '"format":99', 1))
    return root


@pytest.fixture(scope="session")
def made_answers(tmp_path_factory):
    """Cases with opinions."""
    root = tmp_path_factory.mktemp("answers")
    for name, (weights, outputs) in ANSWERED.items():
        kinds = opinions.KINDS[weights]("weights"), opinions.KINDS[outputs]("outputs")
        made.evaluated_case(root, name, opinions=kinds)
    names = {"suspect": HOSTILE_NAME}
    made.evaluated_case(
        root,
        "answered-hostile",
        opinions=(opinions.supporting("weights", **names), opinions.opposing("outputs", **names)),
        suspects=(HOSTILE_NAME,),
    )
    return root


@pytest.fixture
def answered(made_answers, tmp_path, monkeypatch):
    """The made cases with opinions are what the pages find."""
    monkeypatch.setenv("WORKBENCH_CASES", str(made_answers))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    return made_answers


@pytest.fixture
def cases(made_cases, tmp_path, monkeypatch):
    """The made cases are what the pages find; there is no demo."""
    monkeypatch.setenv("WORKBENCH_CASES", str(made_cases))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    return made_cases


@pytest.fixture
def no_cases(tmp_path, monkeypatch):
    """There is no case and no demo."""
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path / "cases"))
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    return tmp_path


def open_page(page, **query):
    """Open a page by its address, as a permalink does."""
    app = AppTest.from_file(str(ENTRY), default_timeout=30)
    app.switch_page(f"workbench/ui/pages/{page}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


@cache
def read_page(page, **query):
    """Open a page once for every test that only reads it; the made cases never change."""
    return open_page(page, **query)


def words(app):
    """Everything a page says, whatever says it."""
    said = [element.value for kind in SPOKEN for element in app.get(kind)]
    return "\n".join(str(text) for text in said)


SPOKEN = (
    "title", "header", "subheader", "text", "code", "caption", "markdown", "info", "error",
)  # fmt: skip
