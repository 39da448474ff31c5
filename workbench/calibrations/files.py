"""Make, write, read and check calibrations."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench import __version__
from workbench.calibrations.table import canonical, read_scores
from workbench.digest import digest_of, digest_of_bytes
from workbench.durable import write_whole
from workbench.errors import CalibrationError
from workbench.evidence.calibrating import calibrate, misstated
from workbench.evidence.weighing import Calibration
from workbench.paths import calibration_folder
from workbench.records import (
    CalibrationFigures,
    Protocol,
    Question,
    from_json,
    to_json,
)

FORMAT = 1
FIGURES, SCORES = "calibration.json", "scores.csv"
MOST_BYTES = 64 << 20


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
        table: One row per pair: `table.NEEDED` and perhaps `table.OPTIONAL`; `Q_score`, `Q_low`,
            `Q_high` and perhaps `Q_panel_low`, `Q_panel_high`, `Q_raw` for one question Q or both.
            Rows without label or score are left out; their order does not matter.
        name: Its name.
        title: What it was made from.
        protocols: How the scores of each question were made; empty if nobody said.

    Raises:
        CalibrationError: If the table cannot be used, with everything that is wrong.
    """
    csv = canonical(table).to_csv(index=False, float_format="%.6f", lineterminator="\n")
    scores = csv.encode()
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


def write(kept: Kept, folder: Path) -> None:
    """Put both files into a folder, made if need be; those of an earlier making are replaced.

    Raises:
        CalibrationError: If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / SCORES, kept.scores)
        write_whole(folder / FIGURES, kept.figures)  # last: where it stands, the table does, too
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
    labelled = read_scores(kept.scores, name)
    if wrong := misstated(figures, labelled):
        raise CalibrationError(
            f"The figures of calibration {name!r} do not hold together: {wrong}.",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        )
    files = {FIGURES: kept.figures, SCORES: kept.scores}
    return Calibration(figures, labelled, kept.digest, files)


def _figures(content: bytes, name: str) -> CalibrationFigures:
    try:
        found = json.loads(content, parse_constant=_finite, parse_float=_finite)
        form = found.pop("format", None) if isinstance(found, dict) else None
        if form != FORMAT:
            raise ValueError(f"its format is {str(form)[:20]!r}, not {FORMAT}")  # noqa: TRY301 - one fix
        return from_json(CalibrationFigures, found)
    except (ValueError, RecursionError) as error:
        raise CalibrationError(
            f"The figures of calibration {name!r} cannot be read ({_first_line(error)}).",
            fix="Make it anew with `workbench calibrate`, or fetch it again.",
        ) from error


def _finite(spelled: str) -> float:
    value = float(spelled)
    if not math.isfinite(value):
        raise ValueError(f"{spelled[:20]} is no number that can be used")
    return value


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


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
        if not (place / FIGURES).exists():
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
