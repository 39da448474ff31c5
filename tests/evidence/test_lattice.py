"""The same evidence under other choices."""

import math

import pytest

from tests.evidence.simulated import panel
from workbench.evidence.judge import Measured, judge, systems_of
from workbench.evidence.lattice import Lattice

NOBODY = frozenset()
SCORE = Measured(2.4, 2.2, 2.6, 2.0, 2.8, raw=2.1)
PLAIN, WITH_LENGTH = "without length and layout", "with length and layout"


@pytest.fixture(scope="module")
def systems():
    return systems_of(panel("lattice", families=12, models=1, derivatives=12), "weights")


def cells(systems, measured, kin=NOBODY):
    return list(Lattice(systems).cells(measured, kin))


def test_every_choice_is_weighed_once(systems):
    found = [(one.calibrator, one.kernel, one.panel) for one in cells(systems, SCORE)]
    panels = [(PLAIN, "whole"), (PLAIN, "half, low"), (PLAIN, "half, high"), (WITH_LENGTH, "whole")]
    names = ("bi-Student", "bi-Gaussian", "logistic")
    assert found == [(name, *choice) for name in names for choice in panels]
    assert {one.alternative for one in cells(systems, SCORE)} == {"independent"}


def test_each_choice_has_a_say_of_its_own(systems):
    whole = [round(one.log10_lr, 9) for one in cells(systems, SCORE) if one.panel == "whole"]
    assert len(set(whole)) >= 4  # two of them may lie at the same bound


def test_the_cell_of_the_choice_that_was_made_is_the_stated_number(systems):
    stated = judge(systems, SCORE, NOBODY).headline.log10_lr
    assert cells(systems, SCORE)[0].log10_lr == stated


def test_a_half_panel_by_which_the_score_is_higher_weighs_no_less(systems):
    found = {(one.calibrator, one.panel): one.log10_lr for one in cells(systems, SCORE)}
    for name in ("bi-Student", "bi-Gaussian", "logistic"):
        low, whole, high = (found[name, p] for p in ("half, low", "whole", "half, high"))
        assert low <= whole <= high
    assert found["bi-Student", "half, low"] < found["bi-Student", "half, high"]


def test_every_cell_keeps_within_the_bounds_of_twelve_families(systems):
    far = Measured(900.0, 900.0, 900.0, 900.0, 900.0, raw=900.0)
    assert all(0 < one.log10_lr < 1 for one in cells(systems, far))


@pytest.mark.parametrize("raw", [None, math.nan])
def test_a_score_without_raw_and_half_panels_has_one_cell_for_each_calibrator(systems, raw):
    found = cells(systems, Measured(2.4, 2.2, 2.6, 2.4, 2.4, raw=raw))
    assert [(one.kernel, one.panel) for one in found] == [(PLAIN, "whole")] * 3


def test_kin_are_set_aside_in_every_cell(systems):
    kin = frozenset({"f1", "f2"})
    pairs = zip(cells(systems, SCORE, kin), cells(systems, SCORE), strict=True)
    assert any(one.log10_lr != other.log10_lr for one, other in pairs)
    assert cells(systems, SCORE, kin)[0].log10_lr == judge(systems, SCORE, kin).headline.log10_lr


def test_what_cannot_be_weighed_has_no_cell(systems):
    assert cells(systems, SCORE, frozenset(f"f{i}" for i in range(11))) == []
