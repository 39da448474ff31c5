"""What a case's question scores come to, with and without a calibration of their protocol."""

from dataclasses import replace

import pytest

from tests.evidence.simulated import calibration, panel
from workbench.compare.opinions import opinions
from workbench.records import NoScore, Protocol, QuestionFinding, QuestionScore

TEXT = Protocol("text", ("word-bigram",), {"style/a": "sha256:a"}, (), {})
LOGITS = replace(TEXT, access="logits", metrics=("word-bigram", "next-byte-js"))
CONTROLS = ("one", "two", "three", "four")
FEW = NoScore("weights", "fewer than 10 pairs of models in this source are unrelated")


def score(value, controls=(-0.4, 0.1, 0.3, -0.2)):
    return QuestionScore(
        value, value - 0.2, value + 0.2, 0.2, value, value - 0.1, value + 0.1, controls
    )


def finding(found, protocol=TEXT, prompts=40, missing=(0.0, 0.0), question="weights"):
    names = CONTROLS[: len(found.controls)] if isinstance(found, QuestionScore) else ()
    return QuestionFinding(question, found, protocol, names, prompts, {}, (), *missing)


@pytest.fixture(scope="module")
def known():
    """Twelve families, of the protocol of texts."""
    made = calibration(panel("opinions", families=12, models=1, derivatives=12))
    figures = replace(made.figures, protocols={"weights": TEXT}, fewest_controls=4)
    return replace(made, figures=figures)


def said(*findings, calibrations=()):
    (found,) = opinions("R", "S", findings, calibrations)
    return found


def test_a_score_of_a_calibrated_protocol_is_weighed_and_says_at_which_access(known):
    found = said(finding(score(5.0)), calibrations=[known])
    assert (found.status, found.level, found.access) == ("evaluated", "weak support", "text")
    assert found.log10_lr > 0
    assert found.lattice


def test_without_a_calibration_of_the_richer_protocol_the_poorer_one_speaks(known):
    richer, poorer = finding(score(9.0), LOGITS), finding(score(5.0))
    found = said(richer, poorer, calibrations=[known])
    assert (found.access, found.score) == ("text", 5.0)


def test_with_a_calibration_of_both_the_richer_one_speaks(known):
    figures = replace(known.figures, protocols={"weights": LOGITS}, name="richer")
    richer = replace(known, figures=figures)
    found = said(finding(score(5.0)), finding(score(4.5), LOGITS), calibrations=[known, richer])
    assert (found.access, found.calibration, found.score) == ("logits", "richer", 4.5)


def test_another_protocol_is_inconclusive_and_named(known):
    other = replace(TEXT, packs={"style/b": "sha256:b"})
    found = said(finding(score(9.0), other), calibrations=[known])
    assert (found.status, found.log10_lr) == ("inconclusive", None)
    assert "not calibrated for this protocol" in found.wording
    assert "style/b" in found.reasons[0]


def test_fewer_controls_than_were_calibrated_give_no_opinion(known):
    found = said(finding(score(9.0, controls=(0.1, -0.2, 0.3))), calibrations=[known])
    assert (found.status, found.log10_lr) == ("no evaluative opinion", None)
    assert "the panel holds 3 independent families" in " ".join(found.reasons).lower()


def test_a_control_that_would_be_called_derived_gives_no_opinion(known):
    found = said(finding(score(5.0, controls=(0.1, -0.2, 5.0, 0.3))), calibrations=[known])
    assert found.status == "no evaluative opinion"
    assert "1 of 4 controls would be called derived" in " ".join(found.reasons)


@pytest.mark.parametrize("missing", [(0.0, 0.06), (0.0, 0.04), (None, 0.0)])
def test_missing_answers_give_no_opinion(known, missing):
    found = said(finding(score(5.0), missing=missing), calibrations=[known])
    assert (found.status, found.log10_lr) == ("no evaluative opinion", None)
    assert "missing answers" in found.wording


def test_no_score_beside_a_small_panel_is_inconclusive_with_the_reason(known):
    found = said(finding(FEW), calibrations=[known])
    assert (found.status, found.score, found.log10_lr) == ("inconclusive", None, None)
    assert FEW.reason in found.wording


def test_nothing_that_both_answered_is_not_comparable(known):
    nothing = NoScore("weights", "only 0 prompts were answered by both; at least 20 are needed")
    found = said(finding(nothing, prompts=0), calibrations=[known])
    assert found.status == "not comparable"


def test_each_question_has_an_opinion_of_its_own(known):
    both = [finding(score(5.0)), finding(FEW, question="outputs")]
    weights, outputs = opinions("R", "S", both, [known])
    assert (weights.question, weights.status) == ("weights", "evaluated")
    assert (outputs.question, outputs.status) == ("outputs", "inconclusive")
