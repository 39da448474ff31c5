"""A calibration's table is read as untrusted: cell by cell, and refused by name."""

import numpy as np
import pandas as pd
import pytest

from tests.calibrations.made import csv, table
from workbench.calibrations import read_scores
from workbench.calibrations.table import canonical
from workbench.errors import CalibrationError

COLUMNS = "reference,suspect,reference_family,suspect_family,label,controls,"
NUMBERS = "weights_score,weights_low,weights_high\n"
ROW = "a,b,x,y,unrelated,5,0.1,0.0,0.2\n"


def read(rows=ROW, columns=COLUMNS + NUMBERS):
    return read_scores((columns + rows).encode(), "made")


def refused(rows=ROW, columns=COLUMNS + NUMBERS):
    with pytest.raises(CalibrationError) as caught:
        read(rows, columns)
    assert str(caught.value).count("\n") <= 1
    return str(caught.value)


def test_a_row_is_read_as_it_stands():
    pairs = read()["weights"]
    assert (pairs.reference, pairs.suspect, pairs.label) == (("a",), ("b",), ("unrelated",))
    assert (pairs.score[0], pairs.low[0], pairs.high[0], pairs.controls[0]) == (0.1, 0.0, 0.2, 5)


def test_what_may_be_absent_is_unknown_and_not_nothing():
    pairs = read()["weights"]
    assert (pairs.panel_low[0], pairs.panel_high[0]) == (0.1, 0.1)
    assert np.isnan(pairs.raw[0])
    assert pairs.recipe == ("x > y",)
    assert pairs.primary.tolist() == [True]


def test_a_half_panel_that_is_empty_in_one_row_is_unknown_there():
    columns = COLUMNS + "weights_panel_low,weights_panel_high," + NUMBERS
    pairs = read("a,b,x,y,unrelated,5,-1,1,0.1,0.0,0.2\nc,d,z,w,unrelated,5,,,0.5,0,1\n", columns)
    assert pairs["weights"].panel_low.tolist() == [-1, 0.5]


@pytest.mark.parametrize(
    ("cell", "marked"),
    [("1", True), ("1.0", True), ("1.000000", True), ("True", True), ("0", False), ("", False)],
)
def test_primary_is_a_mark_however_it_is_written(cell, marked):
    pairs = read(ROW.strip() + f",{cell}\n", COLUMNS + NUMBERS.strip() + ",primary\n")
    assert pairs["weights"].primary.tolist() == [marked]


@pytest.mark.parametrize("name", ["NA", "null", "nan", "None", "007", "=1+2", "+x", "@x", "-1"])
def test_a_name_is_text_whatever_it_looks_like(name):
    pairs = read(ROW.replace("a,b,x", f"{name},b,{name}"))["weights"]
    assert (pairs.reference, pairs.reference_family) == ((name,), (name,))


def test_a_name_with_commas_quotation_marks_and_line_breaks_comes_back():
    name = 'odd, "name"\r\nof two lines'
    rows = table()
    rows["suspect"] = rows["suspect"].where(rows.index != 3, name)
    assert name in read_scores(csv(rows), "made")["weights"].suspect


@pytest.mark.parametrize(
    "cell", ["nan", "NaN", "inf", "-inf", "1e999", "abc", "=1+1", "0x10", "1;2"]
)
@pytest.mark.parametrize("column", ["weights_score", "weights_low", "controls"])
def test_a_cell_that_is_no_number_is_named(cell, column):
    header = (COLUMNS + NUMBERS).strip().split(",")
    cells = ROW.strip().split(",")
    cells[header.index(column)] = cell
    assert f"{column} of 'a' and 'b' is {cell!r}" in refused(",".join(cells) + "\n")


@pytest.mark.parametrize("cell", ["-3", "0", ""])
def test_a_score_without_controls_is_refused(cell):
    assert f"controls of 'a' and 'b' is {cell!r}" in refused(ROW.replace(",5,", f",{cell},"))


@pytest.mark.parametrize("limits", ["0.2,0.0", ",0.2", "0.0,", ","])
def test_a_score_without_an_interval_is_refused(limits):
    words = refused(ROW.replace("0.0,0.2", limits))
    assert "weights_low to weights_high of 'a' and 'b' is no interval" in words


def test_half_panels_the_wrong_way_round_are_refused():
    columns = COLUMNS + "weights_panel_low,weights_panel_high," + NUMBERS
    assert "is no interval" in refused("a,b,x,y,unrelated,5,1,-1,0.1,0.0,0.2\n", columns)


@pytest.mark.parametrize(
    "column",
    ["reference", "suspect", "reference_family", "suspect_family", "label", "controls",
     "weights_low", "weights_high"],
)  # fmt: skip
def test_a_column_that_is_needed_is_named(column):
    rows = table().drop(columns=column)
    content = rows.to_csv(index=False).encode()
    with pytest.raises(CalibrationError, match=f"there is no column {column}"):
        read_scores(content, "made")


@pytest.mark.parametrize("place", range(5))
def test_an_empty_name_is_refused(place):
    cells = ROW.strip().split(",")
    cells[place] = " "
    assert f"{COLUMNS.split(',')[place]} is empty" in refused(",".join(cells) + "\n")


def test_a_model_beside_itself_is_refused():
    assert "'a' stands beside itself" in refused(ROW.replace("a,b,x,y", "a,a,x,x"))


def test_a_model_of_two_families_is_refused_however_it_is_spelled():
    words = refused(ROW + "A.,c,z,y,unrelated,5,0.1,0.0,0.2\n")
    assert "'A.' is of two families, 'x' and 'z'" in words


def test_a_family_in_two_spellings_is_refused():
    words = refused(ROW + "c,d,X-,w,unrelated,5,0.1,0.0,0.2\n")
    assert "'x' and 'X-' are one family in two spellings" in words


def test_a_pair_that_stands_twice_with_other_scores_is_refused():
    assert "'b' and 'a' stand there twice" in refused(ROW + "b,a,y,x,unrelated,5,0.3,0.0,0.4\n")


def test_a_pair_under_two_labels_is_refused():
    assert "stand there twice" in refused(ROW + ROW.replace("unrelated", "shared_teacher"))


def test_the_first_five_mistakes_are_listed_together_and_the_others_counted():
    rows = "".join(f"a{i},b{i},x{i},y{i},unrelated,0,0.1,0.0,0.2\n" for i in range(7))
    words = refused(rows)
    assert words.count("controls of") == 5
    assert "and 2 more" in words


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b\n1,2,3\n4\n5,6,7,8\n", b"{}", b"[" * 10_000, b"\x00" * 50],
)
def test_what_is_no_table_is_refused(content):
    with pytest.raises(CalibrationError):
        read_scores(content, "made")


def test_a_table_without_rows_is_refused():
    assert "no labelled pair has a score" in refused(rows="")


def test_rows_without_label_or_score_are_left_out():
    rows = table()
    rows.loc[0, "weights_score"] = np.nan
    rows["label"] = rows["label"].where(rows.index != 1)
    assert len(canonical(rows)) == len(rows) - 2


def test_a_pair_scored_for_one_question_only_counts_for_that_one():
    rows = table(questions=("weights", "outputs"))
    rows.loc[0, "outputs_score"] = np.nan
    found = read_scores(csv(rows), "made")
    assert len(found["outputs"]) == len(found["weights"]) == len(rows)
    assert np.isnan(found["outputs"].score).sum() == 1


def test_a_pair_given_either_way_round_counts_once():
    rows = table()
    turned = rows.rename(
        columns={
            "reference": "suspect",
            "suspect": "reference",
            "reference_family": "suspect_family",
            "suspect_family": "reference_family",
        }
    )
    turned["weights_score"] += 4e-6  # the order of adding up shows in the last digits
    assert len(canonical(pd.concat([rows, turned, rows]))) == len(rows)


def test_a_pair_with_another_score_is_not_the_same_said_twice():
    rows = table()
    other = rows.assign(weights_score=rows["weights_score"] + 0.01)
    assert len(canonical(pd.concat([rows, other]))) == 2 * len(rows)


def test_a_pair_without_a_score_for_one_question_is_the_same_only_if_it_is_so_again():
    rows = table(questions=("weights", "outputs"))
    bare = rows.assign(outputs_score=np.nan)
    assert len(canonical(pd.concat([bare, bare]))) == len(rows)
    assert len(canonical(pd.concat([rows, bare]))) == 2 * len(rows)


def test_the_order_of_rows_does_not_show():
    rows = table()
    assert csv(rows.sample(frac=1, random_state=4)) == csv(rows)


def test_what_pandas_makes_of_columns_does_not_show():
    rows = table().assign(reference=lambda t: [str(i) for i in range(len(t))])
    typed = rows.assign(
        reference=rows["reference"].astype(int), label=rows["label"].astype("category")
    )
    assert csv(typed) == csv(rows)
    assert csv(rows.convert_dtypes()) == csv(rows)


@pytest.mark.parametrize("column", ["label", "reference", "suspect", "weights_score"])
def test_a_table_without_labels_or_scores_is_refused_before_it_is_written(column):
    with pytest.raises(CalibrationError, match="holds no labelled scores"):
        canonical(table().drop(columns=column))
