"""Rows that say what a calibration is made from and how it did; nothing is drawn here."""

import pandas as pd

from workbench.records import (
    CalibrationFigures,
    ErrorRate,
    Figure,
    Question,
    SystemFigures,
)
from workbench.report.numbers import number
from workbench.ui.tables import ABSENT

ALTERNATIVES = {
    "independent": "independent models",
    "recipe": "same recipe, other seed",
    "sibling": "siblings: same base",
    "shared_teacher": "same teacher",
    "shared_preference": "same preference data",
    "web": "text met in public crawls",
}


def system_rows(figures: CalibrationFigures, question: Question) -> pd.DataFrame:
    """One row for each alternative: pairs, cost, bounds, or why it cannot be weighed."""
    return pd.DataFrame(
        [_system(item) for item in figures.systems if item.question == question],
        columns=[
            "alternative",
            "derived pairs",
            "pairs of it",
            "families",
            "Cllr",
            "least it can be",
            "lost by calibration",
            "log10 LR from",
            "to",
            "why not weighed",
        ],
    )


def _system(item: SystemFigures) -> tuple[str | int, ...]:
    numbers = (item.cllr_min, item.cllr_cal, item.least, item.most)
    return (
        ALTERNATIVES[item.alternative],
        item.derived_pairs,
        item.other_pairs,
        item.other_families,
        _figure(item.cllr) if item.cllr else ABSENT,
        *(ABSENT if value is None else number(value, 2) for value in numbers),
        item.reason or ABSENT,
    )


def _figure(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return number(figure.value, 2)
    return f"{number(figure.value, 2)} ({number(figure.low, 2)} to {number(figure.high, 2)})"


def headline(figures: CalibrationFigures, question: Question) -> str:
    """The cost of the smallest likelihood ratio over all alternatives, in a sentence."""
    figure = figures.headline.get(question)
    if figure is None:
        return "No cost can be given: too few pairs were judged without their own families."
    return (
        f"Cllr of the smallest likelihood ratio: {_figure(figure)}. 0 is perfect; 1 is what saying "
        "nothing costs."
    )


def gate_rows(figures: CalibrationFigures, question: Question) -> pd.DataFrame:
    """One row for each condition that was set before any case was seen."""
    return pd.DataFrame(
        [
            (gate.name, "passed" if gate.passed else "failed", gate.words)
            for gate in figures.gates
            if gate.question == question
        ],
        columns=["condition", "result", "required and found"],
    )


def error_rows(figures: CalibrationFigures, question: Question) -> pd.DataFrame:
    """One row for each label and level that pairs reached, or might have: counts with a limit."""
    return pd.DataFrame(
        [_rate(rate) for rate in figures.errors.get(question, ())],
        columns=[
            "pairs labelled",
            "reached, or further",
            "pairs",
            "families",
            "share of families, at most (95 %)",
        ],
    )


def _rate(rate: ErrorRate) -> tuple[str, ...]:
    return (
        rate.label.replace("_", " "),
        rate.level,
        f"{rate.events} of {rate.pairs}",
        f"{rate.families_reaching} of {rate.families}",
        f"{100 * rate.upper:.1f} %",
    )


def protocol_rows(figures: CalibrationFigures, question: Question) -> pd.DataFrame:
    """How the labelled scores were made; a case is judged by it only if its own were made alike."""
    protocol = figures.protocols.get(question)
    if protocol is None:
        return pd.DataFrame(columns=["what", "how"])
    asked = ", ".join(sorted(protocol.packs)) or f"{len(protocol.prompts)} prompts of others"
    return pd.DataFrame(
        [
            ("access", protocol.access),
            ("metrics", ", ".join(protocol.metrics)),
            ("asked", asked),
            ("probes of each pack that were read", str(protocol.readings)),
            ("sentence encoder", protocol.embedder or ABSENT),
        ],
        columns=["what", "how"],
    )
