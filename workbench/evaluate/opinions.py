"""Scores of pairs → likelihood ratios and levels, where a calibration is of their protocol."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.evaluate.protocols import Protocols
from workbench.evidence.gates import case_gates
from workbench.evidence.judge import Measured
from workbench.evidence.propositions import ALTERNATIVES
from workbench.evidence.protocols import calibrated_for
from workbench.evidence.weighing import Asked, Calibration, uncalibrated, weigh
from workbench.records import QUESTIONS, Opinion, Question


def with_opinions(
    table: pd.DataFrame,
    protocols: Mapping[str, Protocols],
    calibrations: Sequence[Calibration],
) -> pd.DataFrame:
    """Fill in what the scores of each pair are worth. No label is read.

    Args:
        table: Rows of `evaluate`, with `source`.
        protocols: Source → question → how its scores were made.
        calibrations: Those at hand.

    Returns:
        The same rows with `Q_log10_lr`, its 90 % interval, one column per alternative, level, status,
        reason and calibration.
    """
    filled = table.copy()
    for question in QUESTIONS:
        chosen = {
            name: calibrated_for(p[question], question, calibrations)
            for name, p in protocols.items()
        }
        rows = [
            _columns(question, row, *chosen.get(str(row["source"]), (None, ())))
            for row in table.to_dict("records")
        ]
        for column in rows[0] if rows else ():
            filled[column] = pd.Series([row[column] for row in rows], index=filled.index)
    return filled


def _columns(
    question: Question,
    row: Mapping[Hashable, Any],
    calibration: Calibration | None,
    apart: tuple[str, ...],
) -> dict[str, object]:
    if pd.isna(row[f"{question}_score"]):
        return _named(question, None, str(row[f"{question}_reason"]))
    return _named(question, opinion_of(question, row, calibration, apart), "")


def opinion_of(
    question: Question,
    row: Mapping[Hashable, Any],
    calibration: Calibration | None,
    apart: tuple[str, ...],
) -> Opinion:
    """What may be said of one scored pair of a table."""
    parts = ("score", "low", "high", "panel_low", "panel_high", "raw")
    measured = Measured(*(float(row[f"{question}_{part}"]) for part in parts))
    families = frozenset({str(row["reference_family"]), str(row["suspect_family"])})
    asked = Asked(question, str(row["reference"]), str(row["suspect"]), families)
    if calibration is None:
        return uncalibrated(asked, measured, apart)
    gates = case_gates(
        question,
        controls=int(row["controls"]),
        fewest_controls=calibration.figures.fewest_controls,
        called_controls=None,  # a file of pairs has no one suspect whose panel could be tried
        missing_reference=float(row["reference_missing"]),
        missing_suspect=float(row["suspect_missing"]),
    )
    return weigh(asked, measured, calibration, gates, with_lattice=False)


def _named(question: Question, opinion: Opinion | None, reason: str) -> dict[str, object]:
    row: dict[str, object] = {
        f"{question}_log10_lr": opinion.log10_lr if opinion else None,
        f"{question}_lr_low": opinion.lr_low if opinion else None,
        f"{question}_lr_high": opinion.lr_high if opinion else None,
        f"{question}_alternative": opinion.headline if opinion else None,
    }
    weighed = {item.alternative: item.log10_lr for item in opinion.weighings} if opinion else {}
    row |= {f"{question}_log10_lr_{a.key}": weighed.get(a.key) for a in ALTERNATIVES}
    row[f"{question}_level"] = opinion.level if opinion else None
    row[f"{question}_status"] = opinion.status if opinion else "not comparable"
    row[f"{question}_reason"] = reason if opinion is None else _reason(opinion)
    row[f"{question}_calibration"] = opinion.calibration if opinion else None
    return row


def _reason(opinion: Opinion) -> str:
    """Empty where there is a number."""
    return "" if opinion.log10_lr is not None else " ".join((opinion.wording, *opinion.reasons))
