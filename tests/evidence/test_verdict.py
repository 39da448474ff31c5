"""Opinions on both questions → what the verdict says of them together."""

import pytest

from tests import made, opinions
from workbench.evidence import wording
from workbench.evidence.verdict import conclude
from workbench.evidence.weighing import Asked, unscored


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    (comparison,) = made.evaluated_case(tmp_path_factory.mktemp("lines")).comparisons()
    return comparison.lines


def said(lines, *given):
    return conclude("base", "tuned", lines, 3, given)


def test_without_a_score_the_verdict_says_why_and_blames_no_calibration(lines):
    few = "fewer than 10 pairs of models in this source are unrelated"
    verdict = said(
        lines, *(unscored(Asked(q, "base", "tuned"), few) for q in ("weights", "outputs"))
    )
    assert verdict.wording.startswith(f"Inconclusive: there is no score, because {few}.")
    assert "?" not in verdict.wording
    assert not any("No calibration exists" in reason for reason in verdict.reasons)


def test_without_a_calibration_of_any_score_the_verdict_says_so_once(lines):
    verdict = said(lines, opinions.uncalibrated("weights"), opinions.uncalibrated("outputs"))
    assert verdict.wording == wording.not_calibrated()
    assert verdict.reasons[0].startswith("No calibration exists")


def test_what_differs_between_the_questions_is_said_of_each(lines):
    none = unscored(Asked("outputs", "base", "tuned"), "too few prompts")
    verdict = said(lines, opinions.uncalibrated("weights"), none)
    assert verdict.wording.count("?") == 2
    assert verdict.reasons[0].startswith("No calibration exists")
