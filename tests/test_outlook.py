"""What a plan could say at best: the calibration that fits, or what keeps each from speaking."""

from dataclasses import replace

from tests import made
from workbench.evidence.weighing import Calibration
from workbench.outlook import outlooks, power_of
from workbench.questions.measures import at_level
from workbench.questions.protocols import protocol_of_asked, protocol_of_recorded
from workbench.records import CalibrationFigures, ErrorRate, Gate, SystemFigures

PACK = made.pack(probes=3, repeats=2)
WEIGHTS = [one for one in at_level("text") if "weights" in one.questions]


def calibration(protocol, most=1.5, least=-0.9, name="kept"):
    system = SystemFigures("weights", "independent", 9, 9, 99, 40, 0, 0, least=least, most=most)
    figures = CalibrationFigures(
        name=name, title="Made.", software="0.1.0", scores_digest="sha256:0",
        protocols={"weights": protocol}, fewest_controls=3, systems=(system,), headline={},
        errors={}, gates=(),
    )  # fmt: skip
    return Calibration(figures, {"weights": None}, "sha256:1")


def weights(*calibrations, packs=(PACK,), recorded=False):
    first, _ = outlooks(packs, calibrations, recorded=recorded)
    assert first.question == "weights"
    return first


def test_without_any_calibration_nothing_can_be_said():
    found = outlooks((PACK,), (), recorded=False)
    assert [one.question for one in found] == ["weights", "outputs"]
    assert {one.calibration for one in found} == {None}
    assert {one.apart for one in found} == {()}


def test_a_calibration_of_this_protocol_says_how_far_it_goes():
    ahead = weights(calibration(protocol_of_asked("text", WEIGHTS, (PACK,), 0)))
    assert ahead.calibration == "kept"
    assert ahead.derived == "moderate support"
    assert ahead.independent == "weak support for the alternative"


def test_a_calibration_that_fails_a_condition_of_its_own_says_which():
    one = calibration(protocol_of_asked("text", WEIGHTS, (PACK,), 0))
    failed, passed = (
        Gate("weights", "cost", False, "too dear"),
        Gate("weights", "loss", True, "fine"),
    )
    other = Gate("outputs", "cost", False, "of the other question")
    figures = replace(one.figures, gates=(failed, passed, other))
    assert weights(replace(one, figures=figures)).unmet == ("too dear",)
    assert weights(one).unmet == ()


def test_a_calibration_of_some_of_the_metrics_may_still_fit():
    assert weights(calibration(protocol_of_asked("text", WEIGHTS[:2], (PACK,), 0))).calibration


def test_a_metric_that_answers_do_not_allow_keeps_a_calibration_away():
    protocol = protocol_of_asked("text", WEIGHTS, (PACK,), 0)
    protocol = replace(protocol, metrics=(*protocol.metrics, "next-token-js"))
    ahead = weights(calibration(protocol))
    assert ahead.calibration is None
    assert "only there: next-token-js" in ahead.apart[0]


def test_other_packs_keep_a_calibration_away_and_are_named():
    other = made.pack("style/other", probes=3, repeats=2)
    ahead = weights(calibration(protocol_of_asked("text", WEIGHTS, (other,), 0)))
    assert ahead.calibration is None
    assert "style/other" in ahead.apart[0]


def test_packs_that_are_not_compared_as_texts_do_not_matter():
    opening = made.pack("continuation/openings", "next_token", 2, 1)
    kept = calibration(protocol_of_asked("text", WEIGHTS, (PACK,), 0))
    assert weights(kept, packs=(PACK, opening)).calibration == "kept"


def test_answers_that_others_recorded_have_a_protocol_of_their_own():
    kept = calibration(protocol_of_recorded("text", WEIGHTS, (PACK,)))
    assert weights(kept, recorded=True).calibration == "kept"
    assert weights(kept).calibration is None


def counted(label, events, pairs, level="weak support"):
    return ErrorRate(label, level, events, pairs, 0, 9, 1, 0.28)


def power(*rates):
    figures = calibration(protocol_of_asked("text", WEIGHTS, (PACK,), 0)).figures
    return power_of(replace(figures, errors={"weights": rates}), "weights")


def test_the_weakest_derivation_detected_is_the_least_often_found_of_those_found_mostly():
    found = power(
        counted("unrelated", 2, 741),
        counted("same_model_variant", 20, 20),
        counted("fine_tune_of", 8, 10),
        counted("merge_of", 3, 4),
    )
    assert found.weakest.label == "fine_tune_of"
    assert [one.label for one in found.derived] == [
        "merge_of", "fine_tune_of", "same_model_variant",
    ]  # fmt: skip
    assert found.unrelated.events == 2


def test_where_no_kind_is_found_mostly_no_derivation_is_detected():
    found = power(counted("unrelated", 0, 741), counted("fine_tune_of", 7, 10))
    assert found.weakest is None


def test_power_is_told_at_the_lowest_level_for_derivation():
    found = power(
        counted("unrelated", 2, 741),
        counted("fine_tune_of", 1, 10, "moderate support"),
        counted("fine_tune_of", 9, 10),
    )
    assert [one.events for one in found.derived] == [9]


def test_without_counts_of_unrelated_models_there_is_no_power():
    assert power(counted("fine_tune_of", 9, 10)) is None
    assert power(counted("unrelated", 2, 741)) is None
