import csv

import pyarrow.parquet as pq
import pytest

from tests import made
from workbench.errors import CaseError
from workbench.store import exports
from workbench.store.exports import write_table


@pytest.fixture
def store(tmp_path):
    return made.evaluated_case(tmp_path, text='=HYPERLINK("http://evil.test")')


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_observation_is_written_once(store, tmp_path):
    rows = read_csv(write_table(store, "answers", tmp_path / "answers.csv"))
    assert len(rows) == 5 * (3 * 2 + 2)
    assert len({(row["run_id"], row["probe_address"], row["repeat"]) for row in rows}) == len(rows)


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_csv(store, tmp_path):
    rows = read_csv(write_table(store, "answers", tmp_path / "answers.csv"))
    texts = {row["text"] for row in rows if row["text"]}
    assert texts == {'\'=HYPERLINK("http://evil.test")'}


@pytest.mark.parametrize("text", ["+1", "-1", "@x", "\tx", "\r=1", "＝1"])
def test_every_opening_of_a_formula_is_guarded(tmp_path, text):
    store = made.recorded_case(tmp_path / "cases", text=text)
    rows = read_csv(write_table(store, "answers", tmp_path / "answers.csv"))
    assert {row["text"] for row in rows if row["text"]} == {f"'{text}"}


def test_parquet_holds_texts_as_they_were_recorded(store, tmp_path):
    rows = pq.read_table(write_table(store, "answers", tmp_path / "answers.parquet")).to_pylist()
    assert {row["text"] for row in rows} == {'=HYPERLINK("http://evil.test")', None}


def test_scores_and_values_name_the_suspect_they_are_of(store, tmp_path):
    scores = read_csv(write_table(store, "scores", tmp_path / "scores.csv"))
    assert {(row["suspect"], row["metric"]) for row in scores} == {
        ("tuned", "paired-embedding"), ("tuned", "next-token-js"),
    }  # fmt: skip
    values = read_csv(write_table(store, "values", tmp_path / "values.csv"))
    assert len(values) == 4 * 5
    own = [float(row["value"]) for row in values if row["role"] == "suspect"]
    assert own == pytest.approx([0.93, 0.94, 0.90, 0.91, 0.92])  # by the addresses of the probes


def test_a_negative_number_stays_a_number(store, tmp_path):
    scores = read_csv(write_table(store, "scores", tmp_path / "scores.csv"))
    assert min(float(row["centred"]) for row in scores if row["centred"]) == pytest.approx(-0.05)


def test_rows_are_written_in_batches(store, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 3)
    assert len(read_csv(write_table(store, "answers", tmp_path / "answers.csv"))) == 40


def test_a_place_that_cannot_be_written_is_explained_and_nothing_is_left(store, tmp_path):
    with pytest.raises(CaseError) as error:
        write_table(store, "answers", tmp_path / "nowhere" / "answers.csv")
    assert "cannot be written" in error.value.what
