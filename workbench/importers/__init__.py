"""Answers that others recorded, read from their files. `IMPORTERS` is the only list of formats.

An importer turns a file into rows, one after the other, in bounded memory: answers, entries without an
answer to take, and entries that cannot be read, each with its place in the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.importers import alpaca, helm, inspect_logs, lm_eval, tables
from workbench.importers.rows import BadRow, LeftOut, Row
from workbench.records import Reading, Template


@dataclass(frozen=True, slots=True)
class Importer:
    """One format."""

    title: str
    read: Callable[[Path, Reading], Iterator[Row]]
    template: Template
    """How its prompts are put to a model that is asked here: as chat, or as raw text to go on with."""
    place: str = "entry"
    """What its parts are called where one cannot be read."""
    columns: bool = False
    """Whether the user may say what its columns are called."""


IMPORTERS: dict[str, Importer] = {
    "alpacaeval": Importer("AlpacaEval outputs (JSON list)", alpaca.read, "chat"),
    "lm-eval": Importer("lm-eval samples_*.jsonl", lm_eval.read, "raw", "line"),
    "inspect": Importer("Inspect logs (.eval, .json)", inspect_logs.read, "chat"),
    "helm": Importer("HELM scenario_state.json", helm.read, "raw"),
    "jsonl": Importer("JSON Lines", tables.read_jsonl, "chat", "line", columns=True),
    "csv": Importer(
        "separated values with a line of names", tables.read_csv, "chat", "line", columns=True
    ),
    "parquet": Importer("Parquet", tables.read_parquet, "chat", "row", columns=True),
}

__all__ = ["IMPORTERS", "BadRow", "Importer", "LeftOut", "Row"]
