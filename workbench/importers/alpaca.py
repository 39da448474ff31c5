"""AlpacaEval's outputs: one JSON list of {instruction, output, generator}, one entry per answer.

Source: github.com/tatsu-lab/alpaca_eval, README, "Evaluating a model": `model_outputs`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.importers.json_text import entries
from workbench.importers.rows import Row, answer, rows_of, text_in, text_or_none
from workbench.importers.text import open_text
from workbench.records import Reading


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """Read every entry of the list."""
    with open_text(path, reading.encoding) as stream:
        for number, value in entries(stream, path.name):
            yield from rows_of(number, value, _answers)


def _answers(number: int, item: dict[str, Any]) -> Iterator[Row]:
    prompt = text_in(item, "instruction")
    if more := item.get("input"):  # as in Alpaca's own instructions
        prompt = f"{prompt}\n\n{more}"
    yield answer(
        number,
        prompt,
        text_or_none(item, "output"),
        model=item.get("generator"),
        temperature=item.get("temperature"),
        max_tokens=item.get("max_tokens"),
    )
