"""Files of recorded answers, models and labelled pairs → one `Source` per collection of prompts."""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from workbench.errors import EvaluationError
from workbench.questions.source import Answered, Source

ONE_SOURCE = "all"
"""Name of the source where a file names none."""
NEEDED = {
    "responses": ("model_id", "prompt_id", "response"),
    "pairs": ("reference", "suspect"),
    "models": ("model_id", "family"),
}
READERS: Mapping[str, Callable[..., pd.DataFrame]] = {
    ".parquet": pd.read_parquet,
    ".csv": pd.read_csv,
    ".jsonl": pd.read_json,
}


def read_table(path: Path, kind: str) -> pd.DataFrame:
    """Read one of the three files and check its columns.

    Args:
        path: A .parquet, .csv or .jsonl file (one JSON object a line).
        kind: `responses`, `pairs` or `models`.

    Returns:
        The table as it stands, every column kept.

    Raises:
        EvaluationError: If the file cannot be read, or a column is missing or empty somewhere.
    """
    if path.suffix not in READERS:
        raise EvaluationError(
            f"{path.name} is no file this command reads.",
            fix="Give a .parquet, .csv or .jsonl file.",
        )
    options = {"lines": True} if path.suffix == ".jsonl" else {}
    try:
        table = READERS[path.suffix](path, **options)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise EvaluationError(
            f"{path.name} cannot be read ({str(error).splitlines()[0]}).",
            fix="Check that the file is there and whole.",
        ) from error
    _check(table, path.name, kind)
    return table


def _check(table: pd.DataFrame, name: str, kind: str) -> None:
    missing = [column for column in NEEDED[kind] if column not in table]
    if missing:
        raise EvaluationError(
            f"{name} has no column {', '.join(missing)}.",
            fix=f"A file of {kind} needs the columns {', '.join(NEEDED[kind])}.",
        )
    empty = [c for c in NEEDED[kind] if c != "response" and table[c].isna().any()]
    if table.empty or empty:
        what = f"has empty cells in {', '.join(empty)}" if empty else "has no rows"
        raise EvaluationError(f"{name} {what}.", fix="Fill them in or leave the rows out.")
    if kind == "models" and table["model_id"].duplicated().any():
        twice = table.loc[table["model_id"].duplicated(), "model_id"].iloc[0]
        raise EvaluationError(f"{name} lists {twice} twice.", fix="Keep one row per model.")


def read_sources(responses: pd.DataFrame, models: pd.DataFrame) -> list[Source]:
    """Sort answers into sources.

    Rows with no text count as missing answers. Models without a row in `models` are refused, because
    nothing would say whose relatives they are.

    Raises:
        EvaluationError: If an answer's model is not listed, or no answer has text.
    """
    require_listed(set(responses["model_id"]), models)
    usable = responses[responses["response"].fillna("").astype(str).str.strip() != ""]
    if usable.empty:
        raise EvaluationError("No answer has any text.", fix="Give a file with recorded answers.")
    names = usable.get("source", pd.Series(ONE_SOURCE, index=usable.index)).fillna(ONE_SOURCE)
    return [_source(str(name), rows) for name, rows in usable.groupby(names, sort=True)]


def require_listed(answered: Collection[str], models: pd.DataFrame) -> None:
    """Refuse models of which nothing would say whose relatives they are.

    Raises:
        EvaluationError: If a model that answered has no row in the table of models.
    """
    unknown = sorted(set(answered) - set(models["model_id"]))
    if unknown:
        raise EvaluationError(
            f"The file of models has no row for {', '.join(map(str, unknown[:5]))}.",
            fix="Add a row with model_id and family for every model that answered.",
        )


def _source(name: str, rows: pd.DataFrame) -> Source:
    models = tuple(sorted(rows["model_id"].unique()))
    place = {model: index for index, model in enumerate(models)}
    order = [c for c in ("prompt_id", "model_id", "sample_idx") if c in rows]
    prompts = tuple(_prompts(rows.sort_values([*order, "response"], kind="stable"), place))
    return Source(name, models, prompts)


def _prompts(rows: pd.DataFrame, place: Mapping[str, int]) -> Iterator[Answered]:
    for prompt, group in rows.groupby("prompt_id", sort=True):
        category = str(group["category"].iloc[0]) if "category" in group else ""
        indices = group["model_id"].map(place).to_numpy(dtype=np.int64)
        asked = str(group["prompt"].iloc[0]) if "prompt" in group else ""
        texts = tuple(group["response"].astype(str))
        yield Answered(str(prompt), category, indices, texts, asked)
