"""What a report shows beside a comparison: answers word for word, and calibrations."""

from dataclasses import dataclass

from workbench.records.calibrated import CalibrationFigures
from workbench.records.explored import Curves
from workbench.records.found import NoScore
from workbench.records.words import Alternative, Outcome, Question


@dataclass(frozen=True, slots=True)
class Quote:
    """What one run answered to one probe, once, word for word."""

    run_id: str
    probe_address: str
    repeat: int
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Validated:
    """The calibration that a question was judged with, and its curves against one alternative."""

    question: Question
    alternative: Alternative
    figures: CalibrationFigures
    curves: Curves | NoScore
    here: tuple[str, ...] = ()
    """Models of the case that labelled pairs name as well, sorted."""
