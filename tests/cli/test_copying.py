"""`workbench copy`, and how commands find the case that comes with the program."""

import json

import pytest
from typer.testing import CliRunner

from tests import made
from workbench.cli import app
from workbench.cli.output import case_folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("CASES", "DATA", "CACHE"):
        monkeypatch.setenv(f"WORKBENCH_{name}", str(tmp_path / name.lower()))
    return tmp_path


def test_a_copy_holds_the_views_that_take_embeddings(home):
    made.embedded(made.evaluated_case(home / "cases", "own", suspects=("tuned", "quantised")))
    folder = home / "data" / "demo" / "own"
    done = CliRunner().invoke(app, ["copy", "own", str(folder), "--json"])
    assert json.loads(done.stdout)["case"] == str(folder)
    assert {path.name for path in (folder / "derived").iterdir()} == {"map.json", "lineage.json"}


def test_a_name_finds_the_shipped_case_unless_the_user_has_one(home):
    shipped = home / "data" / "demo" / "demo"
    shipped.mkdir(parents=True)
    assert case_folder("demo") == shipped
    assert case_folder("demo", own=True) == home / "cases" / "demo"
    (home / "cases" / "demo").mkdir(parents=True)
    assert case_folder("demo") == home / "cases" / "demo"
