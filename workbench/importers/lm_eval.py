"""lm-eval's `samples_<task>_<date>.jsonl`: one line per document and filter; it names no model.

Source: github.com/EleutherAI/lm-evaluation-harness 0.4, loggers/evaluation_tracker.py,
`save_results_samples`, which rewrites `arguments` to {"gen_args_0": {"arg_0": prompt, ...}}.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.importers.json_text import lines
from workbench.importers.messages import prompt_of
from workbench.importers.rows import LeftOut, Row, UnfitError, answer, kind_of, rows_of
from workbench.importers.text import open_text
from workbench.records import Reading

LIKELIHOOD = "log-likelihoods of given answers, no text"
FILTERED_AGAIN = "the same answer under another filter"


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """Read every line; where several filters were applied, only the lines of the first are taken."""
    first: object = None
    with open_text(path, reading.encoding) as stream:
        for number, value in lines(stream):
            named = value.get("filter") if isinstance(value, dict) else None
            first = named if first is None else first
            if named is not None and named != first:
                yield LeftOut(number, FILTERED_AGAIN)
            else:
                yield from rows_of(number, value, _answers)


def _answers(number: int, item: dict[str, Any]) -> Iterator[Row]:
    requests, replies = _requests(item.get("arguments")), item.get("resps")
    if not isinstance(replies, list):
        raise UnfitError(f'its "resps" is {kind_of(replies)}, not a list')
    if len(requests) != len(replies):
        raise UnfitError(f"it holds {len(requests)} requests and {len(replies)} replies")
    for (prompt, settings), samples in zip(requests, replies, strict=True):
        if settings is None:
            yield LeftOut(number, LIKELIHOOD)
            continue
        asked, note = _prompt(prompt)
        for sample, text in enumerate(samples if isinstance(samples, list) else [samples]):
            if not isinstance(text, str):
                raise UnfitError(f"a reply is {kind_of(text)}, not a text")
            yield answer(
                number,
                asked,
                text,
                prompt_id=item.get("doc_id"),
                sample=sample,
                temperature=_temperature(settings),
                max_tokens=settings.get("max_gen_toks", settings.get("max_tokens")),
                note=note,
            )


def _requests(arguments: object) -> list[tuple[object, dict[str, Any] | None]]:
    """(prompt, settings) of every request, however they were saved; only one for text has settings."""
    if isinstance(arguments, dict):
        arguments = [list(one.values()) for one in arguments.values() if isinstance(one, dict)]
    if not isinstance(arguments, list):
        raise UnfitError(f'its "arguments" is {kind_of(arguments)}, not a list')
    found = []
    for one in arguments:
        if not isinstance(one, list) or not one:
            raise UnfitError("a request holds no prompt")
        settings = one[1] if len(one) > 1 and isinstance(one[1], dict) else None
        found.append((one[0], settings))
    return found


def _prompt(found: object) -> tuple[str, str | None]:
    """The prompt; a chat is saved as a list that holds its messages as one JSON text."""
    if isinstance(found, list) and len(found) == 1:
        try:
            found = json.loads(found[0])
        except (TypeError, ValueError, RecursionError) as error:
            raise UnfitError("its prompt is a list that holds no chat") from error
    if isinstance(found, str):
        return found, None
    if isinstance(found, list):
        return prompt_of(found)
    raise UnfitError(f"its prompt is {kind_of(found)}, not a text")


def _temperature(settings: dict[str, Any]) -> object:
    """As stated; 0 where the settings say that nothing is sampled."""
    return 0 if settings.get("do_sample") is False else settings.get("temperature")
