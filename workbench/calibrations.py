"""Calibrations as files: `data/calibration/<name>/calibration.json` and `scores.csv`.

The table holds figures and names of models, never a text; the JSON says how the scores were made and
how well they do out of fold. Both are read as untrusted: nothing in them is run.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench import __version__
from workbench.digest import digest_of, digest_of_bytes
from workbench.errors import CalibrationError
from workbench.evidence.calibrating import calibrate
from workbench.evidence.labelled import Flags, Floats, Labelled
from workbench.evidence.weighing import Calibration
from workbench.paths import calibration_folder
from workbench.records import (
    QUESTIONS,
    CalibrationFigures,
    Protocol,
    Question,
    from_json,
    to_json,
)

FORMAT = 1
FIGURES, SCORES = "calibration.json", "scores.csv"
MOST_BYTES = 64 << 20
PAIR_COLUMNS = (
    "reference",
    "suspect",
    "reference_family",
    "suspect_family",
    "recipe",
    "label",
    "primary",
)
PARTS = ("score", "low", "high", "panel_low", "panel_high", "raw")


@dataclass(frozen=True, slots=True)
class Kept:
    """The two files of a calibration, as bytes."""

    figures: bytes
    scores: bytes

    @property
    def digest(self) -> str:
        """Digest of both."""
        return digest_of([digest_of_bytes(self.figures), digest_of_bytes(self.scores)])


def make(
    table: pd.DataFrame, *, name: str, title: str, protocols: Mapping[Question, Protocol]
) -> tuple[CalibrationFigures, Kept]:
    """Make a calibration from a table of labelled scores.

    Args:
        table: One row per pair: `PAIR_COLUMNS`, `controls`, and `Q_score`, `Q_low`, `Q_high`,
            `Q_panel_low`, `Q_panel_high`, `Q_raw` for one question Q or both.
        name: Its name.
        title: What it was made from.
        protocols: How the scores of each question were made; empty if nobody said.

    Raises:
        CalibrationError: If columns are missing or no labelled pair has a score.
    """
    kept = _trimmed(table)
    scores = kept.to_csv(index=False, float_format="%.6f", lineterminator="\n").encode()
    labelled = read_scores(scores, name)
    figures = calibrate(
        labelled,
        name=name,
        title=title,
        protocols=protocols,
        scores_digest=digest_of_bytes(scores),
        software=__version__,
    )
    content = {"format": FORMAT, **to_json(figures)}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return figures, Kept(f"{text}\n".encode(), scores)


def _trimmed(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what a calibration is made from, and rows that say something."""
    questions = [q for q in QUESTIONS if f"{q}_score" in table]
    wanted = [f"{q}_{part}" for q in questions for part in PARTS]
    found = pd.DataFrame({c: table[c] for c in (*PAIR_COLUMNS, "controls", *wanted) if c in table})
    if not questions or "label" not in found:
        raise CalibrationError(
            "The table holds no labelled scores.",
            fix="It needs a column `label` and `weights_score` or `outputs_score`, as `workbench "
            "evaluate` writes them for labelled pairs.",
        )
    scored = found[[f"{q}_score" for q in questions]].notna().any(axis=1)
    return found[scored & found["label"].notna()]


def read_scores(content: bytes, name: str) -> dict[Question, Labelled]:
    """Read a calibration's table.

    Raises:
        CalibrationError: If it is not one.
    """
    from io import BytesIO  # noqa: PLC0415

    try:
        table = pd.read_csv(BytesIO(content), dtype_backend="numpy_nullable")
        found = {q: _labelled(table, q) for q in QUESTIONS if f"{q}_score" in table}
    except (ValueError, KeyError, TypeError) as error:
        raise CalibrationError(
            f"The scores of calibration {name!r} cannot be read ({_first_line(error)}).",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        ) from error
    if not any(len(pairs) for pairs in found.values()):
        raise CalibrationError(
            f"The table of {name!r} holds no labelled pair with a score.",
            fix="Give scores of pairs whose history is known.",
        )
    return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _labelled(table: pd.DataFrame, question: Question) -> Labelled:
    def numbers(part: str) -> Floats:
        column = f"{question}_{part}"
        chosen = table[column if column in table else f"{question}_score"]
        found: Floats = chosen.to_numpy(dtype=np.float64, na_value=np.nan)
        return found

    def words(column: str, otherwise: str) -> tuple[str, ...]:
        chosen = table[column if column in table else otherwise]
        return tuple(chosen.fillna(table[otherwise]).astype(str))

    score = numbers("score")
    raw = f"{question}_raw" in table
    return Labelled(
        reference=words("reference", "reference"),
        suspect=words("suspect", "suspect"),
        reference_family=words("reference_family", "reference"),
        suspect_family=words("suspect_family", "suspect"),
        recipe=_recipes(table),
        label=words("label", "label"),
        primary=_marks(table),
        score=score,
        low=numbers("low"),
        high=numbers("high"),
        panel_low=numbers("panel_low"),
        panel_high=numbers("panel_high"),
        raw=numbers("raw") if raw else np.full(len(score), np.nan),
        controls=table["controls"].fillna(0).to_numpy(dtype=np.int64)
        if "controls" in table
        else np.zeros(len(score), dtype=np.int64),
    )


def _recipes(table: pd.DataFrame) -> tuple[str, ...]:
    if "recipe" in table:
        return tuple(table["recipe"].fillna("").astype(str))
    columns = [c for c in ("reference_family", "suspect_family") if c in table]
    sides = table[columns or ["reference", "suspect"]].astype(str)
    return tuple(" > ".join(row) for row in sides.itertuples(index=False))


def _marks(table: pd.DataFrame) -> Flags:
    if "primary" not in table:
        return np.ones(len(table), dtype=np.bool_)
    marks: Flags = table["primary"].fillna(0).to_numpy(dtype=np.float64) == 1
    return marks


def write(kept: Kept, folder: Path) -> None:
    """Put both files into a folder, made if need be.

    Raises:
        CalibrationError: If the folder cannot be written, or holds another calibration.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SCORES).write_bytes(kept.scores)
        (folder / FIGURES).write_bytes(kept.figures)
    except OSError as error:
        raise CalibrationError(
            f"{folder} cannot be written ({error.strerror}).", fix="Give another folder with -o."
        ) from error


def read(folder: Path) -> Calibration:
    """Read a calibration from its folder.

    Raises:
        CalibrationError: If a file is missing, too large, malformed, or not the one it was.
    """
    return from_bytes(_bytes(folder), folder.name)


def _bytes(folder: Path) -> Kept:
    contents = []
    for file in (FIGURES, SCORES):
        path = folder / file
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CalibrationError(
                    f"{path} is larger than {MOST_BYTES >> 20} MB.", fix="Use another calibration."
                )
            contents.append(path.read_bytes())
        except OSError as error:
            raise CalibrationError(
                f"Calibration {folder.name!r} has no readable {file} ({error.strerror}).",
                fix="Make it with `workbench calibrate`, or name another.",
            ) from error
    return Kept(*contents)


def from_bytes(kept: Kept, name: str) -> Calibration:
    """Take a calibration from the bytes of its two files.

    Raises:
        CalibrationError: If they are malformed, or the table is not the one the figures are of.
    """
    figures = _figures(kept.figures, name)
    if figures.scores_digest != digest_of_bytes(kept.scores):
        raise CalibrationError(
            f"The scores of calibration {name!r} are not those its figures were made from.",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        )
    files = {FIGURES: kept.figures, SCORES: kept.scores}
    return Calibration(figures, read_scores(kept.scores, name), kept.digest, files)


def _figures(content: bytes, name: str) -> CalibrationFigures:
    try:
        found: dict[str, Any] = json.loads(content)
        form = found.pop("format") if isinstance(found, dict) else None
        if form != FORMAT:
            msg = f"its format is {form!r}, not {FORMAT}"
            raise ValueError(msg)  # noqa: TRY301 - one fix for every misfit
        return from_json(CalibrationFigures, found)
    except (ValueError, KeyError, RecursionError) as error:
        raise CalibrationError(
            f"The figures of calibration {name!r} cannot be read ({_first_line(error)}).",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        ) from error


def check(folder: Path) -> list[str]:
    """Compute every figure of a calibration again.

    Returns:
        What differs, in words; empty if nothing does.
    """
    kept = _bytes(folder)
    stated = from_bytes(kept, folder.name).figures
    again = calibrate(
        read_scores(kept.scores, folder.name),
        name=stated.name,
        title=stated.title,
        protocols=stated.protocols,
        scores_digest=stated.scores_digest,
        software=stated.software,
    )
    return _differences(to_json(stated), to_json(again), "")


def _differences(stated: Any, again: Any, place: str) -> list[str]:  # noqa: ANN401 - JSON
    if isinstance(stated, dict) and isinstance(again, dict):
        keys = sorted(stated.keys() | again.keys())
        return [d for k in keys for d in _differences(stated.get(k), again.get(k), f"{place}.{k}")]
    if isinstance(stated, list) and isinstance(again, list) and len(stated) == len(again):
        return [
            difference
            for i, pair in enumerate(zip(stated, again, strict=True))
            for difference in _differences(*pair, f"{place}[{i}]")
        ]
    if isinstance(stated, float) and isinstance(again, float):
        same = bool(np.isclose(stated, again, rtol=1e-9, atol=1e-12))
    else:
        same = stated == again
    return [] if same else [f"{place.lstrip('.')}: stated {stated}, computed {again}"]


def library() -> list[Calibration]:
    """Every calibration of the data folder, by name.

    Raises:
        CalibrationError: If one of them cannot be read.
    """
    return [read(path.parent) for path in sorted(calibration_folder().glob(f"*/{FIGURES}"))]


def keep(calibrations: Sequence[Calibration], folder: Path) -> None:
    """Put calibrations that a case was judged with into the case, each under its digest.

    Raises:
        CalibrationError: If the folder cannot be written.
    """
    for one in calibrations:
        place = folder / one.digest.removeprefix("sha256:")
        if not place.exists():
            write(Kept(one.files[FIGURES], one.files[SCORES]), place)


def kept(digests: Sequence[str], folder: Path) -> list[Calibration]:
    """Read calibrations that a case was judged with.

    Raises:
        CalibrationError: If one is missing or is not what it was.
    """
    found = []
    for digest in digests:
        one = read(folder / digest.removeprefix("sha256:"))
        if one.digest != digest:
            raise CalibrationError(
                f"The case's calibration {digest} is not what it was.",
                fix="Restore the case from a copy.",
            )
        found.append(one)
    return found
