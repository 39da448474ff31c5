"""How long the answers of each model were and how long they took, over every case on this machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import CaseError
from workbench.store.database import connected


@dataclass(frozen=True, slots=True)
class Habit:
    """What was recorded of one model's answers to one pack in one case."""

    model: str
    pack: str
    answers: int
    """Observations that did not fail."""
    tokens: float | None
    """Mean tokens of an answer; None where nobody counted."""
    prompt_tokens: float | None
    seconds: float
    """Mean time of an observation."""


def habits(roots: Iterable[Path]) -> list[Habit]:
    """Look through the cases under some folders.

    A case that is being written, or cannot be read, says nothing and is passed over.
    """
    found: list[Habit] = []
    for root in roots:
        for database in sorted(root.glob("*/case.duckdb")):
            try:
                found += _of(database)
            except CaseError:
                continue
    return found


def _of(database: Path) -> list[Habit]:
    with connected(database) as connection:
        rows = connection.execute(
            "SELECT model, split_part(probe_address, '#', 1) AS pack, count(*), avg(token_count), "
            "avg(prompt_tokens), avg(seconds) FROM observation JOIN run ON run.id = run_id "
            "WHERE outcome <> 'failed' AND NOT contains(probe_address, '@') GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return [Habit(*row) for row in rows]
