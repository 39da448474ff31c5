"""Columns of tables of answers: what they are called, and what is made of their values."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from workbench.errors import RecordingError, nearest
from workbench.importers.rows import Row, UnfitError, answer, as_text
from workbench.models.words import sentence
from workbench.records import Reading

NEEDED = ("prompt", "answer")
OPTIONAL = ("model", "id", "sample", "temperature", "max_tokens", "finish")
COLUMNS = (*NEEDED, *OPTIONAL)
SHOWN = 20
"""Columns of a file that a message lists."""


def named_columns(reading: Reading) -> dict[str, str]:
    """What we need or may use → what a file should call it."""
    chosen = dict(reading.columns)
    return {ours: chosen.get(ours, ours) for ours in COLUMNS}


def columns_of(
    reading: Reading, names: Collection[str], file: str, there: Callable[[str], bool]
) -> dict[str, str]:
    """What we need → what the file calls it.

    Raises:
        RecordingError: If a column is missing; the nearest one is named.
    """
    chosen = dict(reading.columns)
    columns = named_columns(reading)
    for ours, column in columns.items():
        if (ours in NEEDED or ours in chosen) and not there(column):
            listed = ", ".join(list(names)[:SHOWN])
            raise RecordingError(
                sentence(f'{file} has no column "{column}"{nearest(column, names)}'),
                fix=f"Say what it is called with --column {ours}=NAME; there are: {listed}.",
            )
    return columns


def maker(
    columns: Mapping[str, str], at: Callable[[dict[str, Any], str], Any]
) -> Callable[[int, dict[str, Any]], Iterator[Row]]:
    """Turns an entry into answers, its values taken with `at`."""

    def value(item: dict[str, Any], ours: str) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return at(item, columns[ours])
        except (KeyError, IndexError, TypeError, ValueError):
            return None

    def make(number: int, item: dict[str, Any]) -> Iterator[Row]:
        try:
            found = at(item, columns["answer"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise UnfitError(f'it has no "{columns["answer"]}"') from error
        several = isinstance(found, list)
        for place, text in enumerate(found if several else [found]):
            finish = value(item, "finish")
            yield answer(
                number,
                as_text(value(item, "prompt"), columns["prompt"]),
                None if text is None else as_text(text, columns["answer"]),
                finish=finish if isinstance(finish, str) else None,
                model=value(item, "model"),
                prompt_id=value(item, "id"),
                sample=place if several else _whole(value(item, "sample"), "sample"),
                temperature=_number(value(item, "temperature"), "temperature"),
                max_tokens=_whole(value(item, "max_tokens"), "max_tokens"),
            )

    return make


def member(item: dict[str, Any], column: str) -> Any:  # noqa: ANN401 - any JSON value
    """A member by its name, or deeper by names and numbers with dots between them."""
    if column in item:
        return item[column]
    found: Any = item
    for step in column.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def has_member(item: dict[str, Any], column: str) -> bool:
    """Whether `member` finds something."""
    try:
        member(item, column)
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return True


def _number(value: object, what: str) -> float | None:
    """A number, or its text."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise UnfitError(f'its "{what}" is no number') from error


def _whole(value: object, what: str) -> int | None:
    number = _number(value, what)
    if number is None:
        return None
    if not (number.is_integer() and 0 <= number < 1 << 53):
        raise UnfitError(f'its "{what}" is no whole number')
    return int(number)
