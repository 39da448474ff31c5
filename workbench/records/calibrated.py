"""What a calibration says of itself: where its numbers come from, and how well they did out of fold."""

from dataclasses import dataclass

from workbench.records.weighed import ErrorRate, Gate, Protocol
from workbench.records.words import Alternative, Question


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval over families; None where families are too few to give one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Exceeding:
    """How often likelihood ratios of the alternative reached k: calibrated ones do in at most 1/k."""

    k: float
    share: Figure
    pairs: int


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """One question against one alternative, every pair judged without its kin."""

    question: Question
    alternative: Alternative
    derived_pairs: int
    derived_units: int
    """Recipes of derivatives."""
    other_pairs: int
    other_families: int
    derived_left_out: int
    """Pairs of which no judgement was possible once their kin were left out."""
    other_left_out: int
    reason: str = ""
    """Why there are no likelihood ratios; the figures below are then None."""
    least: float | None = None
    """Bounds of log10 likelihood ratios in use: the smaller of all below."""
    most: float | None = None
    elub: tuple[float, float] | None = None
    invariance: tuple[float, float] | None = None
    """Invariance-verification bounds."""
    cllr: Figure | None = None
    cllr_min: float | None = None
    cllr_cal: float | None = None
    """Cllr less that of the best monotone recalibration within the same bounds."""
    exceeding: tuple[Exceeding, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """Everything a calibration file states beside its labelled scores."""

    name: str
    title: str
    software: str
    scores_digest: str
    """Of the table of labelled scores, from which every figure can be computed again."""
    protocols: dict[Question, Protocol]
    """Empty: nobody said how the scores were made, so the calibration fits no case."""
    fewest_controls: int
    """Controls of the labelled pair that had fewest."""
    systems: tuple[SystemFigures, ...]
    headline: dict[Question, Figure]
    """Cllr of the smallest likelihood ratio over tested alternatives, derivatives against unrelated."""
    errors: dict[Question, tuple[ErrorRate, ...]]
    gates: tuple[Gate, ...]

    def system(self, question: Question, alternative: Alternative) -> SystemFigures:
        """Figures of one question against one alternative."""
        return next(
            item
            for item in self.systems
            if item.question == question and item.alternative == alternative
        )
