"""Calibrations as files: made, read, kept, and computed again."""

import json
from dataclasses import replace

import pytest

from tests.calibrations.made import table
from tests.evidence.simulated import protocol
from workbench import calibrations
from workbench.calibrations import FIGURES, SCORES, Kept
from workbench.errors import CalibrationError


def made(rows=None, name="made"):
    rows = table() if rows is None else rows
    return calibrations.make(rows, name=name, title="Made up.", protocols={"weights": protocol()})


@pytest.fixture(scope="module")
def whole():
    return made()[1]


@pytest.fixture
def folder(whole, tmp_path):
    calibrations.write(whole, tmp_path / "made")
    return tmp_path / "made"


def edited(whole, change):
    """The figures with a change, as bytes; the table as it was."""
    content = json.loads(whole.figures)
    change(content)
    return Kept(json.dumps(content).encode(), whole.scores)


def refused(kept):
    with pytest.raises(CalibrationError) as caught:
        calibrations.from_bytes(kept, "made")
    return str(caught.value)


def test_what_was_written_is_what_is_read(folder, whole):
    found = calibrations.read(folder)
    assert found.digest == whole.digest
    assert found.figures == made()[0]
    assert found.figures.protocols == {"weights": protocol()}
    assert len(found.labelled["weights"]) == len(table())


def test_the_same_table_in_another_order_is_the_same_calibration(whole):
    assert made(table().sample(frac=1, random_state=2))[1] == whole


def test_it_counts_what_the_table_holds(whole):
    figures = calibrations.from_bytes(whole, "made").figures
    independent = figures.system("weights", "independent")
    assert (independent.derived_pairs, independent.other_pairs, independent.other_families) == (
        9,
        36,
        9,
    )
    assert figures.fewest_controls == 8
    assert set(figures.headline) == {"weights"}
    assert {gate.question for gate in figures.gates} == {"weights"}


def test_both_questions_are_kept_apart():
    figures, kept = made(table(questions=("weights", "outputs")))
    assert set(figures.errors) == {"weights", "outputs"}
    assert [one.derived_pairs for one in figures.systems if one.question == "outputs"] == [0] * 6
    assert calibrations.from_bytes(kept, "made").figures == figures


def test_one_label_only_is_a_calibration_that_fails_its_gates():
    rows = table()
    figures, kept = made(rows[rows["label"] == "unrelated"])
    failed = {gate.name for gate in figures.gates if not gate.passed}
    assert failed == {"derivatives", "validation"}
    assert figures.headline == {}
    assert calibrations.from_bytes(kept, "made").figures == figures


def test_no_unrelated_pair_is_a_calibration_that_fails_its_gates():
    rows = table()
    figures, _ = made(rows[rows["label"] != "unrelated"])
    failed = {gate.name for gate in figures.gates if not gate.passed}
    assert failed == {"independent families", "derivatives", "validation"}


def test_every_figure_comes_out_the_same_again(folder):
    assert calibrations.check(folder) == []


def test_a_figure_that_was_edited_is_named_with_both_numbers(folder, whole):
    def change(content):
        content["systems"][0]["cllr_min"] = 0.5

    calibrations.write(edited(whole, change), folder)
    (difference,) = calibrations.check(folder)
    assert difference.startswith("systems[0].cllr_min: stated 0.5, computed 0.")


def test_an_error_count_that_was_edited_is_named(folder, whole):
    def change(content):
        content["errors"]["weights"][0]["events"] += 1

    calibrations.write(edited(whole, change), folder)
    (difference,) = calibrations.check(folder)
    assert difference.startswith("errors.weights[0].events: stated ")


def test_a_list_that_was_cut_is_named(folder, whole):
    def change(content):
        del content["errors"]["weights"][1]

    calibrations.write(edited(whole, change), folder)
    assert calibrations.check(folder)[0].startswith("errors.weights: stated")


def test_a_table_that_was_edited_is_refused(whole):
    scores = whole.scores.replace(b"unrelated", b"fine_tune_of", 1)
    assert "not those its figures were made from" in refused(replace(whole, scores=scores))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["gates"][0].update(passed=False), "the gates of weights do not follow"),
        (lambda c: c["gates"].pop(), "the gates of weights do not follow"),
        (lambda c: c.update(gates=[]), "the gates of weights do not follow"),
        (lambda c: c["systems"][0].update(cllr_cal=0.9), "the gates of weights do not follow"),
        (lambda c: c["systems"][0].update(other_families=500), "counts of weights against indep"),
        (lambda c: c["systems"][0].update(derived_pairs=-9), "counts of weights against indep"),
        (lambda c: c["systems"][0].update(derived_left_out=-9), "counts of weights against indep"),
        (lambda c: c["systems"][0].update(exceeding=[]), "counts of weights against indep"),
        (lambda c: c["systems"].pop(0), "figures of weights are missing"),
        (lambda c: c["systems"].reverse(), "figures of weights are missing"),
        (lambda c: c.update(errors={}), "figures of weights are missing"),
        (lambda c: c["errors"]["weights"][0].update(events=-1), "error counts of weights are impo"),
        (lambda c: c["errors"]["weights"][0].update(events=9999), "error counts of weights are im"),
        (lambda c: c["errors"]["weights"][0].update(upper=1.5), "error counts of weights are impo"),
    ],
)
def test_figures_that_do_not_hold_together_are_refused(whole, change, words):
    assert words in refused(edited(whole, change))


@pytest.mark.parametrize(
    "figures",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": "' + b"x" * 100_000 + b'"}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"format": 1, "name": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_are_no_figures_is_refused_in_two_sentences(whole, figures):
    words = refused(Kept(figures, whole.scores))
    assert "cannot be read" in words
    assert len(words) < 4000


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", '"much"', "[]", "{}"])
def test_a_figure_that_is_no_number_is_refused(whole, number):
    stated = json.loads(whole.figures)["systems"][0]["cllr_min"]
    figures = whole.figures.replace(
        f'"cllr_min": {stated}'.encode(), f'"cllr_min": {number}'.encode()
    )
    assert figures != whole.figures
    assert "cannot be read" in refused(Kept(figures, whole.scores))


@pytest.mark.parametrize("file", [FIGURES, SCORES])
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    with pytest.raises(CalibrationError, match=f"has no readable {file}"):
        calibrations.read(folder)


def test_a_file_that_is_too_large_is_not_opened(folder, monkeypatch):
    monkeypatch.setattr("workbench.calibrations.files.MOST_BYTES", 1000)
    with pytest.raises(CalibrationError, match="is larger than"):
        calibrations.read(folder)


def test_a_folder_that_cannot_be_written_is_named(whole, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CalibrationError, match="cannot be written"):
        calibrations.write(whole, tmp_path / "taken")


def test_the_library_holds_what_is_in_the_data_folder_by_name(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.calibrations.files.calibration_folder", lambda: tmp_path)
    assert calibrations.library() == []
    for name in ("b", "a"):
        calibrations.write(whole, tmp_path / name)
    assert [one.digest for one in calibrations.library()] == [whole.digest] * 2


def test_a_case_keeps_what_it_was_judged_with_under_its_digest(whole, tmp_path):
    one = calibrations.from_bytes(whole, "made")
    calibrations.keep([one, one], tmp_path)
    (again,) = calibrations.kept([one.digest], tmp_path)
    assert again.figures == one.figures
    assert [path.name for path in tmp_path.iterdir()] == [one.digest.removeprefix("sha256:")]


def test_a_half_that_a_killed_writer_left_is_made_whole(whole, tmp_path):
    one = calibrations.from_bytes(whole, "made")
    place = tmp_path / one.digest.removeprefix("sha256:")
    place.mkdir()
    (place / SCORES).write_bytes(b"ref")
    calibrations.keep([one], tmp_path)
    assert calibrations.kept([one.digest], tmp_path)[0].digest == one.digest


def test_a_kept_calibration_that_was_exchanged_is_refused(whole, tmp_path):
    one = calibrations.from_bytes(whole, "made")
    calibrations.keep([one], tmp_path)
    _, other = made(name="other")
    calibrations.write(other, tmp_path / one.digest.removeprefix("sha256:"))
    with pytest.raises(CalibrationError, match="is not what it was"):
        calibrations.kept([one.digest], tmp_path)


def test_a_question_without_a_single_score_is_no_question_of_the_calibration():
    both = table(questions=("weights", "outputs"))
    both["outputs_score"] = None
    figures, _ = made(both)
    assert set(figures.errors) == {"weights"}
