"""A calibration's table: cells of text → labelled scores, or everything that is wrong with them."""

import math
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pandas as pd

from workbench.errors import CalibrationError
from workbench.evidence.labelled import Floats, Labelled, bare
from workbench.records import QUESTIONS, Question

NAMES = ("reference", "suspect", "reference_family", "suspect_family", "label")
NEEDED = (*NAMES, "controls")
OPTIONAL = ("recipe", "primary")
PARTS = ("score", "low", "high", "panel_low", "panel_high", "raw")
NEEDED_PARTS = ("score", "low", "high")
SHOWN = 5
"""Mistakes that an error lists."""
SAME = 1e-5
"""A score and the same with both models in each other's place differ by rounding only."""


def canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what a calibration is made from: labelled rows with a score, sorted, each pair once.

    A question without a single score is left out.

    Args:
        table: One row per pair, of whatever types.

    Raises:
        CalibrationError: If there are no labelled scores.
    """
    questions = [
        q for q in QUESTIONS if f"{q}_score" in table and table[f"{q}_score"].notna().any()
    ]
    wanted = (*NEEDED, *OPTIONAL, *(f"{q}_{part}" for q in questions for part in PARTS))
    found = pd.DataFrame({column: table[column] for column in wanted if column in table})
    if not questions or not {"reference", "suspect", "label"} <= set(found):
        raise CalibrationError(
            "The table holds no labelled scores.",
            fix="It needs the columns reference, suspect, label and weights_score or outputs_score, "
            "as `workbench evaluate` writes them for labelled pairs.",
        )
    scores = [f"{question}_score" for question in questions]
    found = found[found[scores].notna().any(axis=1) & found["label"].notna()]
    found = found.sort_values(
        ["reference", "suspect", "label"], key=lambda names: names.astype(str)
    )
    return found[~_again(found, scores)]


def _again(table: pd.DataFrame, scores: list[str]) -> "pd.Series[bool]":
    """Rows that repeat one before, either way round: a score has no direction."""
    sides = [sorted(pair) for pair in table[["reference", "suspect"]].astype(str).to_numpy()]
    keys = [[one for one, _ in sides], [other for _, other in sides], table["label"].astype(str)]
    again = pd.DataFrame(dict(enumerate(keys)), index=table.index).duplicated()
    for score in scores:
        value = pd.to_numeric(table[score], errors="coerce")
        first = value.fillna(np.inf).groupby(keys).transform("first")
        again &= (value - first).abs().le(SAME) | (value.isna() & np.isinf(first))
    return again


def read_scores(content: bytes, name: str) -> dict[Question, Labelled]:
    """Read a calibration's table.

    Args:
        content: CSV in UTF-8.
        name: The calibration's, for errors.

    Returns:
        Question → its labelled pairs; rows without a score of that question stay in, as NaN.

    Raises:
        CalibrationError: If it is not one; the first mistakes are listed together.
    """
    try:
        table = pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, na_filter=False)
    except ValueError as error:
        raise CalibrationError(
            f"The scores of calibration {name!r} are no CSV ({str(error).splitlines()[0]}).",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        ) from error
    wrong = list(_missing(table)) or [*_misnamed(table), *_misnumbered(table)]
    if wrong:
        more = f", and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise CalibrationError(
            f"The scores of calibration {name!r} cannot be used: {'; '.join(wrong[:SHOWN])}{more}.",
            fix="Correct the table the calibration is made from, and make it anew.",
        )
    return {q: _labelled(table, q) for q in QUESTIONS if f"{q}_score" in table}


def _missing(table: pd.DataFrame) -> Iterator[str]:
    scored = [q for q in QUESTIONS if f"{q}_score" in table]
    parts = [f"{q}_{part}" for q in scored for part in NEEDED_PARTS]
    for column in (*NEEDED, *parts):
        if column not in table:
            yield f"there is no column {column}"
    if not scored or table.empty:
        yield "no labelled pair has a score"


def _misnamed(table: pd.DataFrame) -> Iterator[str]:
    """What is wrong with the names in a table."""
    families: dict[str, str] = {}
    spelled: dict[str, str] = {}
    seen: set[frozenset[str]] = set()
    for row in table.to_dict("records"):
        reference, suspect = row["reference"], row["suspect"]
        for column in NAMES:
            if not row[column].strip():
                yield f"{column} is empty beside {reference!r} and {suspect!r}"
        if reference == suspect:
            yield f"{reference!r} stands beside itself"
        for side in ("reference", "suspect"):
            family = row[f"{side}_family"]
            if (own := families.setdefault(bare(row[side]), family)) != family:
                yield f"{row[side]!r} is of two families, {own!r} and {family!r}"
            if (one := spelled.setdefault(bare(family), family)) != family:
                yield f"{one!r} and {family!r} are one family in two spellings"
        if (pair := frozenset((reference, suspect))) in seen:
            yield f"{reference!r} and {suspect!r} stand there twice, with other labels or scores"
        seen.add(pair)


def _misnumbered(table: pd.DataFrame) -> Iterator[str]:
    """What is wrong with the numbers in a table."""
    questions = [q for q in QUESTIONS if f"{q}_score" in table]
    columns = [f"{q}_{part}" for q in questions for part in PARTS if f"{q}_{part}" in table]
    for row in table.to_dict("records"):
        pair = f"of {row['reference']!r} and {row['suspect']!r}"
        numbers = {column: _number(row[column]) for column in (*columns, "controls")}
        unread = [column for column, value in numbers.items() if value is None]
        yield from (f"{column} {pair} is {row[column][:20]!r}" for column in unread)
        if unread:
            continue
        if not (numbers["controls"] or 0.0) >= 1:
            yield f"controls {pair} is {row['controls']!r}"
        for question in questions:
            yield from _misfits(question, pair, numbers)


def _misfits(question: Question, pair: str, numbers: dict[str, float | None]) -> Iterator[str]:
    def of(part: str) -> float:
        value = numbers.get(f"{question}_{part}")
        return math.nan if value is None else value

    if math.isnan(of("score")):
        return
    if not of("low") <= of("high"):
        yield f"{question}_low to {question}_high {pair} is no interval"
    if of("panel_low") > of("panel_high"):
        yield f"{question}_panel_low to {question}_panel_high {pair} is no interval"


def _number(cell: str) -> float | None:
    """NaN where a cell is empty; None where it holds anything but a number."""
    if not cell:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _labelled(table: pd.DataFrame, question: Question) -> Labelled:
    def numbers(part: str) -> Floats:
        column = f"{question}_{part}"
        if column not in table:
            return np.full(len(table), np.nan)
        return np.array([float(cell) if cell else np.nan for cell in table[column]])

    def known(values: Floats) -> Floats:
        return np.where(np.isfinite(values), values, score)

    score = numbers("score")
    names = {column: tuple(table[column].str.strip()) for column in NAMES}
    return Labelled(
        **names,
        recipe=_recipes(table),
        primary=np.array(_marks(table), dtype=np.bool_),
        score=score,
        low=numbers("low"),
        high=numbers("high"),
        panel_low=known(numbers("panel_low")),
        panel_high=known(numbers("panel_high")),
        raw=numbers("raw"),
        controls=np.array([float(cell) for cell in table["controls"]]).astype(np.int64),
    )


def _recipes(table: pd.DataFrame) -> tuple[str, ...]:
    """Recipes; both families where nothing is said, which makes one unit of what may be several."""
    sides = zip(table["reference_family"], table["suspect_family"], strict=True)
    otherwise = [" > ".join(both) for both in sides]
    if "recipe" not in table:
        return tuple(otherwise)
    stated = zip(table["recipe"].str.strip(), otherwise, strict=True)
    return tuple(recipe or families for recipe, families in stated)


def _marks(table: pd.DataFrame) -> list[bool]:
    """Which pairs are marked primary; all of them where nobody marked any."""
    if "primary" not in table:
        return [True] * len(table)
    return [
        cell.strip().casefold() in {"1", "1.0", "1.000000", "true"} for cell in table["primary"]
    ]
