"""From a recorded case to its report, with the answers and the calibration it shows."""

import dataclasses

from tests import calibrated, made, opinions
from tests.report import reports
from workbench import calibrations
from workbench.records import Curves
from workbench.report.attached import NOTHING
from workbench.report.blocks import texts
from workbench.report.wording import plain
from workbench.reported import quotes, report_on, validated


def judged(tmp_path, digest=None):
    """A recorded case whose weights question was judged with a calibration."""
    opinion = opinions.supporting()
    if digest is not None:
        opinion = dataclasses.replace(opinion, calibration_digest=digest)
    return made.evaluated_case(tmp_path, opinions=(opinion, opinions.gated("outputs")))


def test_examples_come_with_the_answers_of_reference_and_suspect_alone(tmp_path):
    store = judged(tmp_path)
    found = quotes(store, store.comparisons()[0], store.packs())
    assert {quote.run_id for quote in found} == {"reference-base", "suspect-tuned"}
    assert found[0].text == made.says("base", found[0].probe_address, found[0].repeat)


def test_the_calibration_that_spoke_is_read_from_the_case(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    calibration = calibrations.read(calibrated.keep(tmp_path / "library"))
    store = judged(tmp_path / "cases", calibration.digest)
    calibrations.keep([calibration], store.calibration_folder)
    (one,) = validated(store, store.comparisons()[0])
    assert (one.question, one.alternative) == ("weights", "sibling")
    assert one.figures == calibration.figures


def test_a_calibration_with_judged_pairs_has_curves(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    calibration = calibrations.read(calibrated.keep(tmp_path / "library"))
    tested = opinions.opinion("weights", opinions.weighed("independent", 0.6, 0.3, 0.8))
    tested = dataclasses.replace(tested, calibration_digest=calibration.digest)
    store = made.evaluated_case(tmp_path / "cases", opinions=(tested,))
    calibrations.keep([calibration], store.calibration_folder)
    (one,) = validated(store, store.comparisons()[0])
    assert isinstance(one.curves, Curves)
    assert [e.number for e in report_on(store, store.comparisons()[0], NOTHING).exhibits] == [
        4,
        5,
        1,
        2,
        3,
    ]


def test_a_case_without_its_calibration_still_has_a_report(tmp_path):
    store = judged(tmp_path)
    assert validated(store, store.comparisons()[0]) == ()
    assert report_on(store, store.comparisons()[0], NOTHING).exhibits


def test_exhibits_of_a_calibration_show_the_smallest_ratio_that_could_be_another(
    tmp_path, monkeypatch
):
    """Where every ratio is 1 whatever the findings there is nothing to see."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    calibration = calibrations.read(calibrated.keep(tmp_path / "library"))
    tested = opinions.opinion(
        "weights",
        opinions.weighed("independent", 0.6, 0.3, 0.8),
        opinions.weighed("sibling", 0.0, 0.0, 0.0, least=0.0, most=0.0),
    )
    assert tested.headline == "sibling"
    tested = dataclasses.replace(tested, calibration_digest=calibration.digest)
    store = made.evaluated_case(tmp_path / "cases", opinions=(tested,))
    calibrations.keep([calibration], store.calibration_folder)
    (one,) = validated(store, store.comparisons()[0])
    assert one.alternative == "independent"
    assert one.here == ()


def test_models_of_the_case_among_the_labelled_pairs_are_named_in_the_limits(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    folder = calibrated.keep(tmp_path / "library", rename={"family-00/base": "base"})
    calibration = calibrations.read(folder)
    store = judged(tmp_path / "cases", calibration.digest)
    calibrations.keep([calibration], store.calibration_folder)
    (one,) = validated(store, store.comparisons()[0])
    assert one.here == ("base",)
    document = report_on(store, store.comparisons()[0], NOTHING)
    said = " ".join(plain(w) for b in reports.section(document, "limits") for w in texts(b))
    assert "Among them are models of this case: base. For a likelihood ratio all pairs" in said
