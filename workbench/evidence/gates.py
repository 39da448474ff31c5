"""Conditions set before any case is seen. Where one fails there are findings, but no opinion."""

from collections.abc import Iterator

from workbench.evidence.levels import FEWEST_FAMILIES
from workbench.records import Gate, Question, SystemFigures

FEWEST_DERIVATIVES = 8
FEWEST_RECIPES = 3
MOST_CALIBRATION_LOSS = 0.15
MOST_EXCEEDING = 1.5
"""k · P(LR ≥ k | H_ind) at every k counted; 1 is what calibration allows, the rest is room for chance.
Where the bounds do not reach one k, another one still tells."""
MOST_CALLED = 0.1
"""Of the controls, each taken for the suspect without anybody knowing."""
MOST_MISSING = 0.05
MOST_MISSING_APART = 0.02
ROUNDING = 1e-9
"""A share just at its limit may come out above it by rounding: 1 − 0.95 is more than 0.05."""


def calibration_gates(question: Question, independent: SystemFigures) -> Iterator[Gate]:
    """Check what a calibration needs before a question may be answered with it.

    Args:
        question: The question.
        independent: Figures of derivatives against independent models.
    """
    needed = FEWEST_FAMILIES["weak support"]
    judged = independent.derived_pairs - independent.derived_left_out
    yield Gate(
        question,
        "independent families",
        independent.other_families >= needed,
        f"{independent.other_families} independent families; at least {needed} are required",
    )
    yield Gate(
        question,
        "derivatives",
        judged >= FEWEST_DERIVATIVES and independent.derived_units >= FEWEST_RECIPES,
        f"{independent.derived_pairs} derivatives of {independent.derived_units} recipes, of which "
        f"{judged} could be judged without their own families; at least {FEWEST_DERIVATIVES} of "
        f"{FEWEST_RECIPES} recipes are required",
    )
    yield from _performance(question, independent)


def _performance(question: Question, independent: SystemFigures) -> Iterator[Gate]:
    if independent.cllr is None or independent.cllr_cal is None:
        yield Gate(question, "validation", False, f"no validation: {independent.reason}")
        return
    low, high = independent.cllr.low, independent.cllr.high
    limits = "no interval" if low is None or high is None else f"{low:.2f} to {high:.2f}"
    yield Gate(
        question,
        "cost",
        high is not None and high < 1,
        f"Cllr out of fold {independent.cllr.value:.2f} ({limits}); an interval below 1 is required, "
        "which saying nothing costs",
    )
    yield Gate(
        question,
        "calibration loss",
        _at_most(independent.cllr_cal, MOST_CALIBRATION_LOSS),
        f"calibration loss {independent.cllr_cal:.2f}; at most {MOST_CALIBRATION_LOSS:.2f} is allowed",
    )
    worst = max(independent.exceeding, key=lambda one: one.k * one.share.value)
    yield Gate(
        question,
        "misleading evidence",
        _at_most(worst.k * worst.share.value, MOST_EXCEEDING),
        f"{worst.share.value:.1%} of independent pairs reached a likelihood ratio of {worst.k:.0f}; at "
        f"most {MOST_EXCEEDING / worst.k:.0%} is allowed",
    )


def _at_most(value: float, limit: float) -> bool:
    return value <= limit + ROUNDING


def case_gates(
    question: Question,
    *,
    controls: int,
    fewest_controls: int,
    called_controls: int | None,
    missing_reference: float,
    missing_suspect: float,
) -> tuple[Gate, ...]:
    """Check what a case needs before a question may be answered of it.

    Args:
        question: The question.
        controls: Independent controls of the case.
        fewest_controls: Controls of the labelled pair that had fewest.
        called_controls: Controls that would be called derived if each were taken for the suspect; None
            where that was not tried, which is no condition then.
        missing_reference: Share of the reference's planned answers that are missing, 0 to 1.
        missing_suspect: The suspect's.
    """
    panel = Gate(
        question,
        "control panel",
        controls >= fewest_controls,
        f"the panel holds {controls} independent families; the calibration was made with at least "
        f"{fewest_controls}",
    )
    missing = Gate(
        question,
        "missing answers",
        _at_most(missing_reference, MOST_MISSING)
        and _at_most(missing_suspect, MOST_MISSING)
        and _at_most(abs(missing_reference - missing_suspect), MOST_MISSING_APART),
        f"{missing_reference:.1%} of the reference's answers and {missing_suspect:.1%} of the "
        f"suspect's are missing; at most {MOST_MISSING:.0%} each and "
        f"{MOST_MISSING_APART * 100:.0f} points apart are allowed",
    )
    if called_controls is None:
        return panel, missing
    shams = Gate(
        question,
        "controls as shams",
        _at_most(called_controls, MOST_CALLED * controls),
        f"{called_controls} of {controls} controls would be called derived; at most {MOST_CALLED:.0%} "
        "are allowed",
    )
    return panel, shams, missing
