"""Recorded answers with known lineage: the folder named by WORKBENCH_LINEAGE, never copied."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.robust import FOLDER
from workbench.evaluate import read_table

DERIVED = ("same_model_variant", "fine_tune_of")
"""Labels of which the weights question speaks."""
UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Models, what is known of pairs of them, and what they answered."""

    models: pd.DataFrame
    pairs: pd.DataFrame
    answers: pd.DataFrame

    def families(self) -> dict[str, str]:
        """Model → family."""
        families = self.models["family"].astype(str)
        return dict(zip(self.models["model_id"].astype(str), families, strict=True))


def read_lineage() -> Lineage | None:
    """Read the folder; None if none is named."""
    if not os.environ.get(FOLDER):
        return None
    folder = Path(os.environ[FOLDER])
    return Lineage(
        models=read_table(folder / "models.csv", "models"),
        pairs=read_table(folder / "pairs.csv", "pairs"),
        answers=read_table(folder / "responses.parquet", "responses"),
    )


NOT_MEASURED = {"not measured": f"set {FOLDER} to a folder with responses, models and pairs"}
