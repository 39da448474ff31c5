from dataclasses import replace

import pytest

from tests import calibrated, made, opinions
from tests.ui.conftest import open_page, read_page, words
from tests.ui.test_hostile import assert_no_markdown
from workbench import calibrations
from workbench.records import Curves
from workbench.ui import curves

HOSTILE = "![x](http://x.test/a.png) <script>alert(1)</script> $a^2$"
FOUND = Curves(
    derived=(-0.5, 1.0),
    other=(-1.0, 0.5),
    thresholds=(-1.0, -0.5, 0.0, 0.5, 1.0),
    derived_reaching=(1.0, 1.0, 0.5, 0.5, 0.5),
    other_reaching=(1.0, 0.5, 0.5, 0.5, 0.0),
    stated=(-1.0, -0.5, 0.5, 1.0),
    pooled=(None, 0.0, 0.0, None),
)


@pytest.fixture
def library(no_cases, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(no_cases / "cache"))
    calibrated.keep(no_cases / "calibration", title=HOSTILE)
    return no_cases / "calibration"


def test_without_a_calibration_the_page_says_how_to_make_one(no_cases):
    said = words(open_page("calibration"))
    assert "There is no calibration yet" in said
    assert "workbench calibrate scores.csv" in said


def test_a_calibration_shows_its_gates_costs_curves_and_counted_errors(library):
    page = open_page("calibration")
    gates, systems, errors = (grid.value for grid in page.dataframe)
    assert gates["result"].tolist() == ["passed"] * 5
    assert systems["alternative"].tolist()[0] == "independent models"
    assert systems["Cllr"].tolist()[0].startswith("0.22")
    assert "the calibration holds no models that share a base" in systems["why not weighed"][1]
    assert errors.iloc[0].tolist() == [
        "unrelated", "moderately strong support", "0 of 12", "0 of 12", "22.1 %",
    ]  # fmt: skip
    assert len(page.get("vega_lite_chart")) == 2
    assert len(page.get("plotly_chart")) >= 1
    assert "12 derived pairs and 12 pairs of the alternative" in words(page)
    assert "Nobody said how these scores were made" in words(page)
    assert page.query_params["calibration"] == "made"


def test_a_hostile_title_is_shown_as_it_stands(library):
    page = open_page("calibration")
    assert HOSTILE in [text.value for text in page.text]
    assert_no_markdown(page)


def test_a_calibration_that_was_meddled_with_is_explained(library):
    (library / "made" / "scores.csv").write_text("label\n")
    said = words(open_page("calibration"))
    assert "are not those its figures were made from" in said


def test_a_case_without_calibrations_leaves_the_library(cases):
    assert "There is no calibration yet" in words(read_page("calibration", case="evaluated"))


def test_the_calibration_that_spoke_in_a_case_is_shown_first(library, monkeypatch):
    calibration = calibrations.read(library / "made")
    opinion = replace(opinions.supporting(), calibration_digest=calibration.digest)
    store = made.evaluated_case(library.parent / "cases", opinions=(opinion,))
    calibrations.keep([calibration], store.calibration_folder)
    monkeypatch.setenv("WORKBENCH_CASES", str(library.parent / "cases"))
    page = open_page("calibration", case=store.name)
    assert page.query_params["calibration"] == f"{opinion.calibration}, which spoke in this case"
    assert open_page("calibration").query_params["calibration"] == "made"


def test_error_rates_are_drawn_on_normal_scales():
    (line,) = curves.det_figure(FOUND).data
    # At 0 and at 0.5 half of either side is on the wrong side: the middle of a normal scale.
    assert list(zip(line.x, line.y, strict=True)) == [(0.0, 0.0), (0.0, 0.0)]


def test_without_errors_of_both_kinds_there_is_no_curve():
    assert curves.det_figure(replace(FOUND, derived_reaching=(1.0,) * 5)) is None
