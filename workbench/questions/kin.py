"""Which models may stand as controls of a pair: a rule on declared lineage, never on labels."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

CLOSED = "closed:"
"""Begins the base of a model whose weights only its maker holds, as in `closed:maker`."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Declared lineage of the models of one source."""

    families: tuple[str, ...]
    """One per model."""
    related: np.ndarray
    """Whether two models are declared relatives, shape (models, models), bool, true on the diagonal."""
    order: tuple[int, ...]
    """Models, the most suitable representative of a family first."""

    def eligible(self, reference: int, suspect: int) -> dict[str, list[int]]:
        """Family → its models that are relatives of neither side, the representative first."""
        found: dict[str, list[int]] = {}
        for model in self.order:
            if not (self.related[reference, model] or self.related[suspect, model]):
                found.setdefault(self.families[model], []).append(model)
        return found

    def panel(self, reference: int, suspect: int) -> list[int]:
        """Controls of a pair: one representative of every family that holds no relative of theirs."""
        return [models[0] for models in self.eligible(reference, suspect).values()]


def declared_kin(table: pd.DataFrame, models: Sequence[str]) -> Kin:
    """Read who is declared to be related to whom.

    Two models are relatives if they share a family, a base, a maker of teachers, a preference data
    set, or if one's teacher was made by the maker of the other. Names of makers are what stands
    before the colon of a teacher (`maker:model`) or after `closed:`. A maker who teaches nobody
    relates nobody: two models of one vendor in two families are strangers unless a teacher says
    otherwise.

    A family is represented by a model with no declared teacher if it has one, then by the earliest
    release, then by name.

    Args:
        table: `model_id` and `family`; `base_model`, `teachers` (separated by |), `vendor`,
            `preference_data` (separated by +) and `release_date` where they are known.
        models: Models of the source, in its order; each has a row.
    """
    rows = table.set_index("model_id").loc[list(models)]
    found = [_marks(row) for row in rows.to_dict("records")]
    makers = {mark for marks in found for mark in marks if mark.startswith("maker ")}
    for marks, vendor in zip(found, _column(rows, "vendor"), strict=True):
        marks.update({f"maker {vendor}"} & makers)
    related = np.array([[bool(mine & yours) for yours in found] for mine in found])
    return Kin(tuple(rows["family"].astype(str)), related, _order(rows, models))


def _marks(row: Mapping[Hashable, Any]) -> set[str]:
    marks = {f"family {row['family']}"}
    if base := _text(row, "base_model"):
        marks.add(f"base {base}")
        if base.startswith(CLOSED):
            marks.add(f"maker {base.removeprefix(CLOSED)}")
    for teacher in _text(row, "teachers").split("|"):
        if ":" in teacher:
            marks.add(f"maker {teacher.split(':')[0].strip()}")
    marks |= {f"data {name.strip()}" for name in _text(row, "preference_data").split("+") if name}
    return marks


def _text(row: Mapping[Hashable, Any], column: str) -> str:
    value = row.get(column)
    return value.strip() if isinstance(value, str) else ""


def _column(rows: pd.DataFrame, column: str) -> list[str]:
    return [_text(row, column) for row in rows.to_dict("records")]


def _order(rows: pd.DataFrame, models: Sequence[str]) -> tuple[int, ...]:
    taught = [":" in teachers for teachers in _column(rows, "teachers")]
    dates = [date or "9999" for date in _column(rows, "release_date")]
    return tuple(sorted(range(len(models)), key=lambda i: (taught[i], dates[i], models[i])))


def case_kin(models: Sequence[str], reference: str, suspect: str) -> Kin:
    """Kin of one comparison, by what its plan declares: controls are strangers to all others.

    Whether suspect and reference are related is the question, so they are never taken for strangers,
    and no panel holds both: they stand in one family. Each control is a family of its own.

    Args:
        models: Models of the source, in its order; all but two are controls.
        reference: The reference, one of them.
        suspect: The suspect, another.
    """
    families = tuple(reference if model == suspect else model for model in models)
    related = np.array([[mine == yours for yours in families] for mine in families])
    order = sorted(range(len(models)), key=lambda i: (models[i] == suspect, models[i]))
    return Kin(families, related, tuple(order))
