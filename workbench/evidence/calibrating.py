"""Labelled scores → a calibration with everything it says of itself."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from workbench.evidence.gates import calibration_gates
from workbench.evidence.judge import headline_held_out, levels_held_out, systems_of
from workbench.evidence.labelled import Floats, Labelled
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.validation import error_rates, figures, loss
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


def _judged(index: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    kept: NDArray[np.int64] = index[np.isfinite(values[index])]
    return kept


def _fewest_controls(labelled: Mapping[Question, Labelled]) -> int:
    used = [pairs.controls[np.isfinite(pairs.score)] for pairs in labelled.values()]
    return min((int(counts.min()) for counts in used if len(counts)), default=0)
