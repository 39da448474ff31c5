"""Scores of suspects against several references → the accounts of each suspect's origin that fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.errors import CalibrationError, EvaluationError
from workbench.evaluate.material import ONE_SOURCE
from workbench.evaluate.protocols import Protocols
from workbench.evidence.attribution import Attribution, Derived, Unrelated, attribute
from workbench.evidence.labelled import Cluster, Labelled
from workbench.evidence.propositions import DERIVED, UNRELATED
from workbench.evidence.protocols import differences
from workbench.evidence.weighing import Calibration
from workbench.records import Question

SIDES = ("reference", "suspect")


@dataclass(frozen=True, slots=True)
class Accounts:
    """What fits one suspect of one source."""

    source: str
    suspect: str
    attribution: Attribution
    set_aside: tuple[str, ...]
    """Families of suspect and candidates that the calibration holds, left out of it."""


def accounts(
    table: pd.DataFrame,
    question: Question,
    calibration: Calibration,
    protocols: Mapping[str, Protocols],
    *,
    alpha: float,
) -> list[Accounts]:
    """Attribute every suspect of a table of scores.

    Args:
        table: Rows of `evaluate`: `reference`, `suspect`, `Q_score`; `source`, `reference_family` and
            `suspect_family` where they are known. No label is read; rows without a score are left out.
        question: Whose scores.
        calibration: Labelled scores to hold them against, of the same protocol.
        protocols: Source → question → how the table's scores were made.
        alpha: Chance, at most, that a suspect's true account is left out.

    Returns:
        One entry per source and suspect, in the order in which they first occur.

    Raises:
        EvaluationError: If the table holds no score of the question, or a pair twice.
        CalibrationError: If the calibration is not of the table's protocol, or holds no such scores.
    """
    scored = _scored(table, question)
    if question not in calibration.labelled:
        raise CalibrationError(
            f"Calibration {calibration.figures.name} holds no scores of the {question} question.",
            fix="Name another with --calibration.",
        )
    for source in scored["source"].unique():
        _check_protocol(str(source), question, calibration, protocols)
    return [
        _attributed(str(source), str(suspect), rows, question, calibration, alpha)
        for (source, suspect), rows in scored.groupby(["source", "suspect"], sort=False)
    ]


def _scored(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    column = f"{question}_score"
    if column not in table or table[column].isna().all():
        raise EvaluationError(
            f"The table holds no score of the {question} question.",
            fix="Give a table that `workbench evaluate` wrote, or name the other question.",
        )
    found = table[table[column].notna()].copy()
    named = found["source"] if "source" in found else pd.Series(ONE_SOURCE, index=found.index)
    found["source"] = named.fillna(ONE_SOURCE).astype(str)
    twice = found[found.duplicated(["source", *SIDES])]
    if len(twice):
        one = twice.iloc[0]
        raise EvaluationError(
            f"{one['suspect']} is scored twice against {one['reference']} in source {one['source']}.",
            fix="Leave one of the rows out.",
        )
    return found


def _check_protocol(
    source: str, question: Question, calibration: Calibration, protocols: Mapping[str, Protocols]
) -> None:
    name, stated = calibration.figures.name, protocols.get(source, {}).get(question)
    if stated is None:
        raise CalibrationError(
            f"Nothing beside the table says how the scores of source {source} were made.",
            fix="Score the pairs with `workbench evaluate`, which writes that beside its table.",
        )
    if apart := differences(stated, calibration.figures.protocols.get(question)):
        raise CalibrationError(
            f"Calibration {name} is not of the protocol of source {source}: {'; '.join(apart)}.",
            fix="Name one of the same protocol with --calibration.",
        )


def _attributed(
    source: str,
    suspect: str,
    rows: pd.DataFrame,
    question: Question,
    calibration: Calibration,
    alpha: float,
) -> Accounts:
    labelled = calibration.labelled[question]
    scores = dict(zip(rows["reference"].astype(str), rows[f"{question}_score"], strict=True))
    known = [f"{side}_family" for side in SIDES if f"{side}_family" in rows]
    named = frozenset(str(family) for column in known for family in rows[column].dropna())
    kin = calibration.kin(question, [suspect, *scores], named)
    found = attribute(
        {name: float(score) for name, score in scores.items()},
        list(_derived(labelled, question, kin)),
        list(_unrelated(labelled, kin)),
        alpha=alpha,
    )
    held = frozenset[str]().union(*labelled.families)
    return Accounts(source, suspect, found, tuple(sorted(kin & held)))


def _derived(labelled: Labelled, question: Question, kin: Cluster) -> Iterator[Derived]:
    for i in labelled.having(DERIVED[question].labels, primary=True):
        if not labelled.families[i] & kin:
            yield Derived(float(labelled.score[i]), labelled.reference_family[i])


def _unrelated(labelled: Labelled, kin: Cluster) -> Iterator[Unrelated]:
    """Each pair with either side as the suspect."""
    for i in labelled.having([UNRELATED]):
        if labelled.families[i] & kin:
            continue
        score = float(labelled.score[i])
        one = (labelled.reference[i], labelled.reference_family[i])
        other = (labelled.suspect[i], labelled.suspect_family[i])
        yield Unrelated(score, *other, one[1])
        yield Unrelated(score, *one, other[1])
