"""Conditions set before any case is seen, at their edges."""

import math
from dataclasses import replace

import pytest

from tests.evidence.simulated import summed
from workbench.evidence.gates import calibration_gates, case_gates
from workbench.records import Exceeding, Figure

NAMES = ["independent families", "derivatives", "cost", "calibration loss", "misleading evidence"]


def failed(**changed):
    gates = list(calibration_gates("weights", replace(summed(), **changed)))
    return [gate.name for gate in gates if not gate.passed]


def test_a_calibration_of_good_order_passes_every_gate():
    gates = list(calibration_gates("weights", summed()))
    assert [gate.name for gate in gates] == NAMES
    assert all(gate.passed for gate in gates)
    assert {gate.question for gate in gates} == {"weights"}


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"other_families": 5}, []),
        ({"other_families": 4}, ["independent families"]),
        ({"derived_pairs": 8, "derived_units": 3}, []),
        ({"derived_pairs": 7}, ["derivatives"]),
        ({"derived_units": 2}, ["derivatives"]),
        ({"derived_pairs": 30, "derived_left_out": 23}, ["derivatives"]),
        ({"cllr": Figure(0.9, 0.8, 0.99)}, []),
        ({"cllr": Figure(0.9, 0.7, 1.0)}, ["cost"]),
        ({"cllr": Figure(1.0, 1.0, 1.0)}, ["cost"]),
        ({"cllr": Figure(0.1)}, ["cost"]),
        ({"cllr_cal": 0.15}, []),
        ({"cllr_cal": 0.1500001}, ["calibration loss"]),
    ],
)
def test_gates_at_their_edges(changed, names):
    assert failed(**changed) == names


def reached(*shares):
    return tuple(Exceeding(k, Figure(s), 3) for k, s in zip((2.0, 5.0, 10.0), shares, strict=True))


@pytest.mark.parametrize(
    ("shares", "passed"),
    [
        ((0.0, 0.0, 0.15), True),
        ((0.0, 0.0, 0.16), False),
        ((0.75, 0.3, 0.0), True),
        ((0.76, 0.0, 0.0), False),
        ((0.0, 0.31, 0.0), False),
    ],
)
def test_misleading_evidence_counts_at_every_k_so_that_low_bounds_hide_none(shares, passed):
    assert (failed(exceeding=reached(*shares)) == []) is passed


def test_the_worst_k_is_the_one_that_is_told():
    gates = list(calibration_gates("weights", summed(exceeding=reached(0.1, 0.4, 0.0))))
    assert gates[-1].words == (
        "40.0% of independent pairs reached a likelihood ratio of 5; at most 30% is allowed"
    )


def test_without_validation_there_is_a_gate_that_fails_and_says_why():
    none = summed(cllr=None, cllr_cal=None, exceeding=(), reason="nothing could be judged")
    gates = list(calibration_gates("outputs", none))
    assert [(gate.name, gate.passed) for gate in gates[2:]] == [("validation", False)]
    assert gates[2].words == "no validation: nothing could be judged"


def case(**changed):
    parts = {
        "controls": 8,
        "fewest_controls": 8,
        "called_controls": 0,
        "missing_reference": 0.0,
        "missing_suspect": 0.0,
    }
    return [gate.name for gate in case_gates("weights", **(parts | changed)) if not gate.passed]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({}, []),
        ({"controls": 7}, ["control panel"]),
        ({"controls": 20, "called_controls": 2}, []),
        ({"controls": 20, "called_controls": 3}, ["controls as shams"]),
        ({"controls": 8, "called_controls": 1}, ["controls as shams"]),
        ({"missing_reference": 1 - 0.95, "missing_suspect": 1 - 0.95}, []),
        ({"missing_reference": 0.051, "missing_suspect": 0.05}, ["missing answers"]),
        ({"missing_suspect": 0.02}, []),
        ({"missing_reference": 0.05, "missing_suspect": 0.03}, []),
        ({"missing_suspect": 0.021}, ["missing answers"]),
        ({"missing_reference": math.nan}, ["missing answers"]),
        ({"missing_suspect": math.nan, "missing_reference": 0.01}, ["missing answers"]),
    ],
)
def test_conditions_on_a_case_at_their_edges(changed, names):
    assert case(**changed) == names


def test_controls_that_were_not_tried_are_no_gate():
    names = [
        gate.name
        for gate in case_gates("weights", controls=8, fewest_controls=8, called_controls=None,
                               missing_reference=0.0, missing_suspect=0.0)
    ]  # fmt: skip
    assert names == ["control panel", "missing answers"]


def test_a_gate_says_what_was_found_and_what_is_allowed():
    words = [gate.words for gate in case_gates("weights", controls=3, fewest_controls=4,
             called_controls=0, missing_reference=0.031, missing_suspect=0.1)]  # fmt: skip
    assert words[0] == (
        "the panel holds 3 independent families; the calibration was made with at least 4"
    )
    assert words[2] == (
        "3.1% of the reference's answers and 10.0% of the suspect's are missing; at most 5% each and "
        "2 points apart are allowed"
    )
