"""Labelled scores → a calibration with everything it says of itself."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from workbench.evidence.gates import calibration_gates
from workbench.evidence.judge import headline_held_out, levels_held_out, systems_of
from workbench.evidence.labelled import Floats, Labelled
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.system import System
from workbench.evidence.validation import KS, error_rates, figures, loss
from workbench.records import (
    CalibrationFigures,
    ErrorRate,
    Figure,
    Gate,
    Protocol,
    Question,
    SystemFigures,
)


def calibrate(
    labelled: Mapping[Question, Labelled],
    *,
    name: str,
    title: str,
    protocols: Mapping[Question, Protocol],
    scores_digest: str,
    software: str,
) -> CalibrationFigures:
    """Measure what scores are worth, every pair judged without its own families.

    Args:
        labelled: Scores of pairs whose history is known, per question.
        name: Name of the calibration.
        title: What it was made from, in words.
        protocols: How the scores of each question were made; empty if nobody said.
        scores_digest: Digest of the table they stand in.
        software: Version of this program.
    """
    systems: list[SystemFigures] = []
    headline: dict[Question, Figure] = {}
    errors: dict[Question, tuple[ErrorRate, ...]] = {}
    gates: list[Gate] = []
    for question, pairs in labelled.items():
        made = systems_of(pairs, question)
        summed = [figures(system) for system in made.values()]
        systems += summed
        gates += calibration_gates(question, summed[0])
        levels = levels_held_out(pairs, made)
        errors[question] = error_rates(pairs, question, levels)
        least = headline_held_out(pairs, made)
        derived = _judged(pairs.having(DERIVED[question].labels, primary=True), least)
        unrelated = _judged(pairs.having([UNRELATED]), least)
        if len(derived) and len(unrelated):
            headline[question] = loss(pairs, least, derived, unrelated)
    return CalibrationFigures(
        name=name,
        title=title,
        software=software,
        scores_digest=scores_digest,
        protocols=dict(protocols),
        fewest_controls=_fewest_controls(labelled),
        systems=tuple(systems),
        headline=headline,
        errors=errors,
        gates=tuple(gates),
    )


def misstated(figures: CalibrationFigures, labelled: Mapping[Question, Labelled]) -> str:
    """Say what of a calibration's figures cannot be of these scores, as far as that is seen at once.

    Returns:
        In words; empty if questions, counts and gates go together. Whether every figure is what it
        should be takes as long as calibrating.
    """
    for question, pairs in labelled.items():
        made = systems_of(pairs, question)
        stated = [one for one in figures.systems if one.question == question]
        if [one.alternative for one in stated] != list(made) or question not in figures.errors:
            return f"figures of {question} are missing"
        for one, system in zip(stated, made.values(), strict=True):
            if not _fits(one, system):
                return f"counts of {question} against {one.alternative} are not those of the table"
        if not all(_possible(rate) for rate in figures.errors[question]):
            return f"error counts of {question} are impossible"
        gates = tuple(gate for gate in figures.gates if gate.question == question)
        if gates != tuple(calibration_gates(question, stated[0])):
            return f"the gates of {question} do not follow from its figures"
    return ""


def _fits(stated: SystemFigures, system: System) -> bool:
    counts = (
        stated.derived_pairs,
        stated.derived_units,
        stated.other_pairs,
        stated.other_families,
    )
    left_out = (stated.derived_left_out, stated.other_left_out)
    judged = stated.cllr is None or (
        stated.cllr_cal is not None and len(stated.exceeding) == len(KS)
    )
    within = all(0 <= some <= most for some, most in zip(left_out, counts[::2], strict=True))
    return counts == system.counts and within and judged


def _possible(rate: ErrorRate) -> bool:
    return (
        0 <= rate.events <= rate.pairs
        and 0 <= rate.inconclusive <= rate.pairs
        and 0 <= rate.families_reaching <= rate.families
        and 0 <= rate.upper <= 1
    )


def _judged(index: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    kept: NDArray[np.int64] = index[np.isfinite(values[index])]
    return kept


def _fewest_controls(labelled: Mapping[Question, Labelled]) -> int:
    used = [pairs.controls[np.isfinite(pairs.score)] for pairs in labelled.values()]
    return min((int(counts.min()) for counts in used if len(counts)), default=0)
