"""Rows of scores → what each is worth, with no label read."""

import numpy as np
import pandas as pd
import pytest

from tests.calibrations.made import table
from tests.evidence.simulated import calibration, panel, protocol
from workbench.evaluate.opinions import with_opinions

PAIRS = panel("opinions", families=9, models=1, derivatives=9)
PROTOCOLS = {"here": {"weights": protocol(), "outputs": protocol()}}
NUMBERS = ["weights_log10_lr", "weights_lr_low", "weights_lr_high", "weights_level"]


@pytest.fixture(scope="module")
def made():
    return calibration(PAIRS)


def rows(**changed):
    """Scored for the weights question, and for the other not at all."""
    nothing = {f"outputs_{part}": np.nan for part in
               ("score", "low", "high", "panel_low", "panel_high", "raw")}  # fmt: skip
    reasons = {"weights_reason": "", "outputs_reason": "one of the metrics has no value"}
    shares = {"reference_missing": 0.0, "suspect_missing": 0.0}
    return table(PAIRS).assign(**(nothing | reasons | shares | changed))


@pytest.fixture(scope="module")
def said(made):
    return with_opinions(rows(), PROTOCOLS, [made])


def test_every_pair_has_the_level_that_validation_counted(said, made):
    for rate in made.figures.errors["weights"]:
        own = said[said["label"] == rate.label]
        if rate.level == "weak support":
            assert (own["weights_level"] == "weak support").sum() == rate.events
        assert len(own) == rate.pairs
        assert (own["weights_level"] == "no support either way").sum() == rate.inconclusive


def test_a_number_has_its_interval_alternative_level_and_calibration(said):
    derived = said[said["label"] == "fine_tune_of"].iloc[0]
    assert derived["weights_lr_low"] <= derived["weights_log10_lr"] <= derived["weights_lr_high"]
    assert derived["weights_log10_lr_independent"] == derived["weights_log10_lr"]
    assert derived["weights_alternative"] == "independent"
    assert derived["weights_calibration"] == "made"
    assert derived["weights_status"] == "evaluated"
    assert derived["weights_reason"] == ""
    assert derived["weights_log10_lr_sibling"] is None


def test_what_was_not_scored_is_not_comparable_and_says_why(said):
    assert set(said["outputs_status"]) == {"not comparable"}
    assert set(said["outputs_reason"]) == {"one of the metrics has no value"}
    assert said["outputs_log10_lr"].isna().all()


def test_labels_have_no_part_in_what_is_said(said, made):
    again = with_opinions(rows(label="fine_tune_of"), PROTOCOLS, [made])
    pd.testing.assert_frame_equal(again[NUMBERS], said[NUMBERS])


def test_other_rows_have_no_part_in_what_is_said(said, made):
    alone = with_opinions(rows().iloc[[5]], PROTOCOLS, [made])
    assert alone[NUMBERS].to_numpy().tolist() == said[NUMBERS].iloc[[5]].to_numpy().tolist()


def test_families_declared_in_the_row_are_set_aside(said, made):
    strange = rows(reference="new", suspect="newer")
    pd.testing.assert_frame_equal(with_opinions(strange, PROTOCOLS, [made])[NUMBERS], said[NUMBERS])


def test_without_a_calibration_of_the_protocol_there_is_no_number(made):
    other = {"here": PROTOCOLS["here"] | {"weights": protocol(access="logits")}}
    for calibrations, protocols in (([], PROTOCOLS), ([made], other)):
        found = with_opinions(rows(), protocols, calibrations)
        assert set(found["weights_status"]) == {"inconclusive"}
        assert found["weights_log10_lr"].isna().all()
        assert found["weights_calibration"].isna().all()
        assert found["weights_reason"].str.contains("not calibrated for this protocol").all()


def test_a_row_whose_answers_are_missing_gets_no_opinion(made):
    missing = np.where(np.arange(len(PAIRS)) == 4, 0.5, 0.0)
    found = with_opinions(rows(suspect_missing=missing), PROTOCOLS, [made])
    assert found.index[found["weights_status"] == "no evaluative opinion"].tolist() == [4]
    assert found.loc[4, NUMBERS].isna().all()
    assert "missing answers" in found.loc[4, "weights_reason"]


def test_a_row_with_fewer_controls_than_calibrated_gets_no_opinion(made):
    found = with_opinions(rows(controls=7), PROTOCOLS, [made])
    assert set(found["weights_status"]) == {"no evaluative opinion"}


def test_a_model_beside_itself_has_no_number(made):
    found = with_opinions(rows(suspect=list(PAIRS.reference)), PROTOCOLS, [made])
    assert set(found["weights_status"]) == {"not comparable"}


def test_a_table_without_rows_stays_one(made):
    assert with_opinions(rows().iloc[:0], PROTOCOLS, [made]).empty
