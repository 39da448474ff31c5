import json

import pytest
from typer.testing import CliRunner

from tests import made
from workbench.cli import app


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return made.evaluated_case(tmp_path_factory.mktemp("cases")).folder


def export(case, *words):
    return CliRunner().invoke(app, ["export", str(case), *words])


def test_a_report_is_written_as_one_html_file(case, tmp_path):
    path = tmp_path / "evidence.html"
    done = export(case, "--format", "html", "-o", str(path))
    assert done.stdout == f"Wrote {path}\n"
    assert path.read_bytes().startswith(b"<!DOCTYPE html>\n")
    assert b"Inconclusive: not calibrated for this protocol." in path.read_bytes()
    assert [item.name for item in tmp_path.iterdir()] == ["evidence.html"]


def test_a_report_is_written_as_json(case, tmp_path):
    path = tmp_path / "said.json"
    done = export(case, "--format", "json", "-o", str(path), "--json")
    assert json.loads(done.stdout) == {"path": str(path)}
    assert json.loads(path.read_bytes())["case"] == "made"


def test_without_a_name_the_file_is_called_evidence(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert export(case).stdout == "Wrote evidence.html\n"


def test_a_folder_that_does_not_exist_is_explained(case, tmp_path):
    done = export(case, "-o", str(tmp_path / "none" / "e.html"))
    assert "none/e.html: No such file or directory" in done.exception.what
