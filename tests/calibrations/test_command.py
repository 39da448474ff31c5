"""`workbench calibrate`, as it is called."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.calibrations.made import table
from tests.evidence.simulated import protocol
from workbench import calibrations
from workbench.cli import app
from workbench.errors import CalibrationError, EvaluationError
from workbench.evaluate.protocols import beside, write_protocols

PROTOCOLS = {"weights": protocol(), "outputs": protocol(metrics=("word-profile",))}


@pytest.fixture
def scores(tmp_path):
    path = tmp_path / "scores.csv"
    table().to_csv(path, index=False)
    write_protocols({"here": PROTOCOLS}, path)
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["calibrate", *map(str, arguments)], catch_exceptions=True)


def calibrated(*arguments):
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done


def cells(row):
    return row.replace(r"\|", "").count("|") - 1


def refused(error, *arguments):
    done = run(*arguments)
    assert done.exit_code == 1
    assert isinstance(done.exception, error)
    assert done.exception.fix
    return done.exception.what + " " + done.exception.fix


def test_a_folder_with_both_files_comes_of_a_table(scores, tmp_path):
    done = calibrated(scores, "-o", tmp_path / "made", "--title", "Made up.")
    found = calibrations.read(tmp_path / "made")
    assert (found.figures.name, found.figures.title) == ("made", "Made up.")
    assert found.figures.protocols == PROTOCOLS
    assert "Calibration made is in" in done.stderr
    assert "weights, independent families: passed (9 independent families" in done.stdout


def test_check_finds_nothing_where_nothing_was_edited(scores, tmp_path):
    calibrated(scores, "-o", tmp_path / "made")
    assert "comes out the same" in calibrated("--check", tmp_path / "made").stdout


def test_check_after_an_edit_names_the_figure(scores, tmp_path):
    calibrated(scores, "-o", tmp_path / "made")
    file = tmp_path / "made" / "calibration.json"
    content = json.loads(file.read_text())
    content["systems"][0]["most"] = 2.5
    file.write_text(json.dumps(content))
    assert "systems[0].most: stated 2.5" in refused(CalibrationError, "--check", tmp_path / "made")


def test_check_as_json_lists_what_differs(scores, tmp_path):
    calibrated(scores, "-o", tmp_path / "made")
    done = calibrated("--check", tmp_path / "made", "--json")
    assert json.loads(done.stdout) == {"folder": str(tmp_path / "made"), "differences": []}


def test_check_of_a_folder_without_a_calibration_is_refused(tmp_path):
    assert "has no readable" in refused(CalibrationError, "--check", tmp_path)


def test_json_holds_every_figure_and_nothing_else_is_on_stdout(scores, tmp_path):
    done = calibrated(scores, "-o", tmp_path / "made", "--json")
    printed = json.loads(done.stdout)
    assert printed["output"] == str(tmp_path / "made")
    assert len(printed["systems"]) == 6
    assert printed["errors"]["weights"][0]["label"] == "unrelated"


def test_markdown_is_two_tables_and_a_list(scores, tmp_path):
    lines = calibrated(scores, "-o", tmp_path / "made", "--markdown").stdout.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    widths = {cells(row) for row in rows}
    assert widths == {11, 8}
    assert rows[1].startswith("| --- |")
    assert "| weights | independent | 9 (9) | 36 (9) |" in "\n".join(rows)
    assert sum(line.startswith("- weights") for line in lines) == 11


def test_a_label_cannot_break_the_table_nor_the_terminal(scores, tmp_path):
    rows = table()
    rows.loc[0, "label"] = "a|b\x1b[31m\nc"
    rows.to_csv(scores, index=False)
    done = calibrated(scores, "-o", tmp_path / "made", "--markdown")
    assert "\x1b" not in done.stdout
    widths = {cells(line) for line in done.stdout.splitlines() if line.startswith("|")}
    assert widths == {11, 8}


def test_several_sources_have_to_be_told_apart(scores, tmp_path):
    both = pd.concat([table(), table().assign(source="there")])
    both.to_csv(scores, index=False)
    words = refused(CalibrationError, scores, "-o", tmp_path / "made")
    assert words.endswith("Choose one with --source: here, there.")
    assert not (tmp_path / "made").exists()


def test_a_chosen_source_is_taken_alone_with_its_protocol(scores, tmp_path):
    both = pd.concat([table().iloc[:-1], table().assign(source="there")])
    both.to_csv(scores, index=False)
    calibrated(scores, "-o", tmp_path / "made", "--source", "here")
    found = calibrations.read(tmp_path / "made")
    assert len(found.labelled["weights"]) == len(table()) - 1
    assert found.figures.protocols == PROTOCOLS


def test_sources_that_look_like_numbers_are_names(scores, tmp_path):
    pd.concat([table().assign(source=1), table().assign(source=2)]).to_csv(scores, index=False)
    write_protocols({"1": PROTOCOLS, "2": {q: protocol(readings=3) for q in PROTOCOLS}}, scores)
    assert "--source: 1, 2." in refused(CalibrationError, scores, "-o", tmp_path / "made")
    calibrated(scores, "-o", tmp_path / "made", "--source", "1")
    assert calibrations.read(tmp_path / "made").figures.protocols == PROTOCOLS


def test_a_source_that_is_not_there_is_refused(scores, tmp_path):
    words = refused(CalibrationError, scores, "-o", tmp_path / "made", "--source", "elsewhere")
    assert words == ("scores.csv holds no scores of source elsewhere. Choose one of these: here.")


def test_without_a_column_of_sources_the_one_protocol_beside_it_is_meant(scores, tmp_path):
    table().drop(columns="source").to_csv(scores, index=False)
    calibrated(scores, "-o", tmp_path / "made")
    assert calibrations.read(tmp_path / "made").figures.protocols == PROTOCOLS


def test_without_a_protocol_beside_it_the_calibration_fits_no_case_and_says_so(scores, tmp_path):
    beside(scores).unlink()
    done = calibrated(scores, "-o", tmp_path / "made")
    assert "this calibration fits no case" in done.stderr
    assert calibrations.read(tmp_path / "made").figures.protocols == {}


@pytest.mark.parametrize("content", ["{", "[]", "7", '{"here": 3}', '{"here": {"weights": {}}}'])
def test_a_protocol_that_cannot_be_read_is_refused(scores, tmp_path, content):
    beside(scores).write_text(content)
    assert "cannot be read" in refused(EvaluationError, scores, "-o", tmp_path / "made")


def test_scores_that_are_not_there_are_refused(tmp_path):
    assert "cannot be read" in refused(
        EvaluationError, tmp_path / "no.csv", "-o", tmp_path / "made"
    )


def test_a_table_without_labels_is_refused_and_nothing_is_written(scores, tmp_path):
    table().drop(columns="label").to_csv(scores, index=False)
    assert "no labelled scores" in refused(CalibrationError, scores, "-o", tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_folder_has_to_be_named(scores):
    done = run(scores)
    assert done.exit_code == 2
    assert "-o" in done.output
