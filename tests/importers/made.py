"""Small files of recorded answers, with invented content."""

import json

from workbench.importers import IMPORTERS, BadRow, LeftOut
from workbench.records import Reading, RecordedAnswer

WORDS = (
    "rain",
    "bread",
    "harbours",
    "maps",
    "winter",
    "clocks",
    "rivers",
    "paper",
    "stone",
    "lamps",
)


def prompts(count=10):
    return [f"Say something short about {word}." for word in WORDS[:count]]


def alpaca(path, model, answers=None, **extra):
    """An AlpacaEval file in which a model answers every prompt once."""
    answers = answers or {prompt: f"{model} says: {prompt.lower()}" for prompt in prompts()}
    rows = [
        {"instruction": prompt, "output": text, "generator": model, "dataset": "made", **extra}
        for prompt, text in answers.items()
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def rows(file_format, path, *columns, encoding=None):
    return list(IMPORTERS[file_format].read(path, Reading(file_format, columns, encoding)))


def texts(found):
    return [row.text for row in found if isinstance(row, RecordedAnswer)]


def problems(found):
    return [(row.entry, row.reason) for row in found if isinstance(row, BadRow)]


def left_out(found):
    return [(row.entry, row.reason) for row in found if isinstance(row, LeftOut)]
