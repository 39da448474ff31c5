"""From a score to what may be said of it, and to what may not."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.evidence.simulated import calibration, labelled, panel
from tests.evidence.test_judge import with_siblings
from workbench.evidence.gates import case_gates
from workbench.evidence.judge import Measured
from workbench.evidence.levels import NEUTRAL
from workbench.evidence.weighing import Asked, nothing_to_weigh, uncalibrated, weigh

ASKED = Asked("weights", "R", "S")


def measured(score, half=0.2, raw=None):
    return Measured(score, score - half, score + half, score, score, raw)


@pytest.fixture(scope="module")
def strangers():
    """24 families; nothing but strangers to weigh derivatives against."""
    return calibration(panel("weighing", families=24, models=1, derivatives=24))


@pytest.fixture(scope="module")
def siblings():
    return calibration(with_siblings(families=12))


def says(asked, score, made, gates=(), **options):
    return weigh(asked, score, made, gates, with_lattice=False, **options)


def no_number(opinion):
    numbers = (opinion.log10_lr, opinion.lr_low, opinion.lr_high, opinion.level, opinion.headline)
    return numbers == (None,) * 5 and not opinion.lattice and not opinion.errors


def sentences(text):
    return len(re.findall(r"[.](?= [A-Z]|$)", text))


def test_a_high_score_is_evaluated_with_number_interval_and_level(strangers):
    found = says(ASKED, measured(5.0), strangers)
    assert (found.status, found.level, found.headline) == (
        "evaluated", "moderate support", "independent",
    )  # fmt: skip
    assert 1 <= found.lr_low <= found.log10_lr <= found.lr_high < 2
    assert found.calibration == "made"
    assert found.calibration_digest == "sha256:made"
    assert found.errors == strangers.figures.errors["weights"]
    assert sentences(found.wording) == 2


def test_a_low_score_supports_the_alternative(strangers):
    found = says(ASKED, measured(-0.5), strangers)
    assert found.status == "evaluated"
    assert found.level == "moderate support for the alternative"
    assert found.log10_lr < -1


def test_a_score_between_both_is_inconclusive_and_keeps_its_interval(strangers):
    found = says(ASKED, measured(2.2, half=1.0), strangers)
    assert (found.status, found.level) == ("inconclusive", NEUTRAL)
    assert found.lr_low < 0 < found.lr_high
    assert sentences(found.wording) == 2


def test_a_level_that_only_some_alternatives_allow_is_inconclusive(siblings):
    found = says(ASKED, measured(2.5), siblings)
    levels = {item.alternative: item.level for item in found.weighings}
    assert levels["independent"] == "weak support"
    assert found.level == levels["sibling"] == NEUTRAL
    assert found.status == "inconclusive"
    assert found.headline == "sibling"
    assert "but not over a common base model" in found.wording
    assert sentences(found.wording) == 2


def test_findings_as_probable_either_way_are_evaluated_as_unhelpful(strangers):
    """Derivatives that score below strangers: LR = 1 whatever the score, and that is known."""
    below = panel("flat", families=24, models=1, derivatives=24, shift=-2.0)
    found = says(ASKED, measured(0.3), replace(strangers, labelled={"weights": below}))
    assert (found.status, found.level, found.log10_lr) == ("evaluated", NEUTRAL, 0.0)
    assert sentences(found.wording) == 2


def test_every_alternative_that_was_not_tested_is_named(strangers):
    found = says(ASKED, measured(5.0), strangers)
    assert sum("not tested" in reason for reason in found.reasons) == 5
    assert len(found.weighings) == 6


def test_the_number_does_not_depend_on_who_is_called_the_suspect(strangers):
    turned = says(Asked("weights", "S", "R"), measured(3.0), strangers)
    found = says(ASKED, measured(3.0), strangers)
    assert (turned.log10_lr, turned.lr_low, turned.lr_high, turned.level) == (
        found.log10_lr, found.lr_low, found.lr_high, found.level,
    )  # fmt: skip


def test_a_model_beside_itself_is_not_comparable(strangers):
    same = Asked("weights", "R", "R")
    for found in (says(same, measured(9.0), strangers), uncalibrated(same, measured(9.0), ())):
        assert found.status == "not comparable"
        assert found.score is None
        assert no_number(found)
        assert sentences(found.wording) == 2


@pytest.mark.parametrize("part", ["score", "low", "high", "panel_low", "panel_high"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_not_comparable(strangers, part, value):
    broken = replace(measured(3.0), **{part: value})
    for found in (says(ASKED, broken, strangers), uncalibrated(ASKED, broken, ())):
        assert found.status == "not comparable"
        assert no_number(found)
        assert sentences(found.wording) == 2


def test_where_nothing_was_scored_the_reason_is_given():
    found = nothing_to_weigh(ASKED, "only 3 prompts were answered by both")
    assert found.status == "not comparable"
    assert "only 3 prompts were answered by both" in found.wording
    assert no_number(found)


def test_without_a_calibration_there_is_no_number_however_high_the_score():
    found = uncalibrated(ASKED, measured(99.0), ("Calibration a: another sentence encoder.",))
    assert found.status == "inconclusive"
    assert found.reasons == ("Calibration a: another sentence encoder.",)
    assert found.score == 99.0
    assert found.calibration is None
    assert no_number(found)
    assert sentences(found.wording) == 2


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ({"controls": 7}, "control panel"),
        ({"missing_reference": 0.06, "missing_suspect": 0.06}, "missing answers"),
        ({"missing_suspect": 0.04}, "missing answers"),
        ({"called_controls": 2}, "controls as shams"),
    ],
)
def test_a_case_that_fails_a_gate_gets_no_opinion(strangers, case, name):
    good = {
        "controls": 8,
        "fewest_controls": strangers.figures.fewest_controls,
        "called_controls": 0,
        "missing_reference": 0.0,
        "missing_suspect": 0.0,
    }
    assert (
        says(ASKED, measured(5.0), strangers, case_gates("weights", **good)).status == "evaluated"
    )
    found = says(ASKED, measured(5.0), strangers, case_gates("weights", **(good | case)))
    assert found.status == "no evaluative opinion"
    assert name in found.wording
    assert len(found.reasons) == 1
    assert no_number(found)
    assert found.weighings == ()
    assert sentences(found.wording) == 2


def test_a_panel_of_three_families_fails_the_gates_of_its_calibration():
    made = calibration(panel("three", families=3, models=3, derivatives=9))
    found = says(ASKED, measured(9.0), made)
    assert found.status == "no evaluative opinion"
    assert "independent families" in found.wording
    assert no_number(found)


def test_a_gate_of_the_other_question_stops_nothing(strangers):
    gate = replace(strangers.figures.gates[0], question="outputs", passed=False)
    figures = replace(strangers.figures, gates=(*strangers.figures.gates, gate))
    assert says(ASKED, measured(5.0), replace(strangers, figures=figures)).status == "evaluated"


def test_kin_that_are_nearly_everybody_leave_nothing_to_weigh(strangers):
    everybody = frozenset(f"f{i}" for i in range(22))
    found = says(replace(ASKED, families=everybody), measured(5.0), strangers)
    assert found.status == "inconclusive"
    assert no_number(found)
    assert len(found.reasons) == len(found.weighings) == 6
    assert sentences(found.wording) == 2


def test_models_of_the_calibration_are_set_aside_with_their_families_without_being_told(strangers):
    known = says(Asked("weights", "M3.0", "d5.0"), measured(3.0), strangers)
    told = says(replace(ASKED, families=frozenset({"F-3", "f5"})), measured(3.0), strangers)
    assert known.log10_lr == told.log10_lr
    assert next(item.families for item in known.weighings) == 22
    assert known.log10_lr != says(ASKED, measured(3.0), strangers).log10_lr


def test_a_labelled_pair_gets_the_level_it_was_counted_with(strangers):
    """What is measured in validation is what is done in a case."""
    pairs = strangers.labelled["weights"]
    reached = 0
    for i in np.flatnonzero(np.array(pairs.label) == "unrelated"):
        score = Measured(
            pairs.score[i], pairs.low[i], pairs.high[i], pairs.panel_low[i], pairs.panel_high[i]
        )
        found = says(Asked("weights", pairs.reference[i], pairs.suspect[i]), score, strangers)
        reached += found.level in {"weak support", "moderate support"}
    rates = strangers.figures.errors["weights"]
    weak = next(r for r in rates if (r.label, r.level) == ("unrelated", "weak support"))
    assert reached == weak.events > 0


def test_the_lattice_holds_the_number_that_is_stated(strangers):
    found = weigh(ASKED, measured(2.4), strangers)
    assert [cell.panel for cell in found.lattice] == ["whole"] * 3
    assert found.lattice[0].log10_lr == found.log10_lr


def test_an_empty_calibration_weighs_nothing():
    found = says(ASKED, measured(3.0), calibration(labelled([])))
    assert found.status == "no evaluative opinion"
    assert no_number(found)
