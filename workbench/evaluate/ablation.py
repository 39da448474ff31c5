"""Which metric tells what: each alone, raw, centred and adjusted, and what fusing them adds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.evaluate.pairs import Evaluated
from workbench.evaluate.summary import NEGATIVE, POSITIVES, auc
from workbench.records import QUESTIONS

HARD = ("same_base_sibling", "shared_teacher", "shared_preference_data")
FORMS = ("raw", "centred", "adjusted")


@dataclass(frozen=True, slots=True)
class Line:
    """One measure in one form."""

    metric: str
    form: str
    questions: str
    """Questions it goes into."""
    areas: dict[str, float]
    """Contrast → AUC; NaN where a label is absent."""


def ablation(found: Evaluated) -> list[Line]:
    """AUC of every metric and of both fused scores, on the pairs that have a score.

    The contrasts are each question's positive labels against `unrelated`, and for outputs those
    marked `primary` (all, if the file marks none) against unrelated pairs and each hard negative.
    """
    table = found.table.loc[found.singles.index]
    labels = table["label"].to_numpy(dtype=str)
    main = _main(table, labels)
    lines = [
        Line(metric.id, form, " ".join(sorted(metric.questions)), _areas(values, labels, main))
        for metric in found.metrics
        for form in FORMS
        if (values := _single(found.singles, f"{metric.id} {form}")) is not None
    ]
    return lines + list(_fused(table, labels, main))


def _single(singles: pd.DataFrame, column: str) -> np.ndarray | None:
    return singles[column].to_numpy(dtype=float) if column in singles else None


def _fused(table: pd.DataFrame, labels: np.ndarray, main: np.ndarray) -> Iterator[Line]:
    for question in QUESTIONS:
        for form, column in (("centred", "raw"), ("adjusted", "score")):
            values = table[f"{question}_{column}"].to_numpy(dtype=float)
            yield Line(f"fused: {question}", form, question, _areas(values, labels, main))


def _main(table: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Pairs of the outputs question that count first."""
    positive = np.isin(labels, POSITIVES["outputs"])
    marked = table["primary"].to_numpy() == 1 if "primary" in table else positive
    return positive & marked if (positive & marked).any() else positive


def _areas(values: np.ndarray, labels: np.ndarray, main: np.ndarray) -> dict[str, float]:
    known = np.isfinite(values)
    negative = values[known & (labels == NEGATIVE)]
    areas = {
        label: auc(values[known & (labels == label)], negative) for label in POSITIVES["weights"]
    }
    areas["distilled_from"] = auc(values[known & main], negative)
    for hard in HARD:
        areas[f"distilled_from / {hard}"] = auc(
            values[known & main], values[known & (labels == hard)]
        )
    return areas
