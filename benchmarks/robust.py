"""`workbench evaluate` on recorded answers with known lineage, when the material gets worse.

The folder of answers is named by WORKBENCH_LINEAGE and never copied; without it nothing is measured.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.digest import seed_from
from workbench.evaluate import evaluate, read_sources, read_table
from workbench.evaluate.summary import auc
from workbench.questions.source import Answered, Source

FOLDER = "WORKBENCH_LINEAGE"
CUT = 200
LABELS = ("same_model_variant", "fine_tune_of", "distilled_from")


def measure(quick: bool) -> dict[str, object]:
    """AUC against unrelated pairs, per question, with and without length, on each change."""
    if not os.environ.get(FOLDER):
        return {"not measured": f"set {FOLDER} to a folder with responses, models and pairs"}
    folder = Path(os.environ[FOLDER])
    models = read_table(folder / "models.csv", "models")
    pairs = read_table(folder / "pairs.csv", "pairs")
    sources = read_sources(read_table(folder / "responses.parquet", "responses"), models)
    found: dict[str, object] = {}
    for name, change in _changes(sources, quick=quick).items():
        table = evaluate([change(source) for source in sources], pairs, models).table
        found[name] = _line(table)
    return found


def _changes(sources: list[Source], *, quick: bool) -> dict[str, Callable[[Source], Source]]:
    changes: dict[str, Callable[[Source], Source]] = {
        "half of the prompts": lambda s: keep_prompts(s, lambda p: _side(p) == 0),
        "the other half": lambda s: keep_prompts(s, lambda p: _side(p) == 1),
    }
    if quick:
        return changes
    changes["first 200 characters"] = lambda s: change_texts(s, _begun)
    changes["lengths equalised"] = lambda s: change_texts(s, _equalised)
    for category in sorted({p.category for source in sources for p in source.prompts}):
        changes[f"category {category}"] = _only(category)
    changes["answers shuffled among models"] = _shuffled
    return changes


def _side(prompt: Answered) -> int:
    return seed_from("half", prompt.prompt) % 2


def _only(category: str) -> Callable[[Source], Source]:
    return lambda source: keep_prompts(source, lambda prompt: prompt.category == category)


def _begun(texts: Sequence[str]) -> list[str]:
    return [text[:CUT] for text in texts]


def _equalised(texts: Sequence[str]) -> list[str]:
    """Every answer cut to the length of the answer at the lower quartile of its prompt."""
    length = int(np.quantile([len(text) for text in texts], 0.25))
    return [text[: max(length, 1)] for text in texts]


def _shuffled(source: Source) -> Source:
    """A check for leaks: no lineage is left in the answers, so nothing may be told apart."""
    generator = np.random.default_rng(1)
    return change_texts(source, lambda texts: [texts[i] for i in generator.permutation(len(texts))])


def _line(table: pd.DataFrame) -> str:
    labels = table["label"].to_numpy(dtype=str)
    cells = []
    for column in ("weights_score", "weights_raw", "outputs_score", "outputs_raw"):
        values = table[column].to_numpy(dtype=float)
        known = np.isfinite(values)
        unrelated = values[known & (labels == "unrelated")]
        areas = [auc(values[known & (labels == label)], unrelated) for label in LABELS]
        cells.append(f"{column} " + " ".join(f"{area:.3f}" for area in areas))
    return f"{int(np.isfinite(table['weights_score'].astype(float)).sum())} pairs; " + "; ".join(
        cells
    )


def keep_prompts(source: Source, keep: Callable[[Answered], bool]) -> Source:
    """The same source with the prompts that `keep` accepts."""
    return Source(source.name, source.models, tuple(p for p in source.prompts if keep(p)))


def change_texts(source: Source, change: Callable[[Sequence[str]], Sequence[str]]) -> Source:
    """The same source with the answers of every prompt changed together."""
    prompts = tuple(
        Answered(p.prompt, p.category, p.models, tuple(change(p.texts))) for p in source.prompts
    )
    return Source(source.name, source.models, prompts)
