"""A recorded rule and its decision, computed anew from the recorded answers."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from workbench import calibrations
from workbench.compare.material import gather
from workbench.deciding.looks import Looks
from workbench.deciding.panel import Panel, panel_of
from workbench.deciding.rule import rule_of
from workbench.errors import CalibrationError, CaseError
from workbench.records import Decided, Run, StoppingRule
from workbench.store import CaseStore

TOLERANCE = 1e-5
"""Relative; likeness is summed in float32, in another order on another processor."""


def problems(store: CaseStore) -> Iterator[str | None]:
    """Check every suspect that was asked by a rule.

    Yields:
        A sentence for each thing that differs, and None for each suspect of which nothing does.
    """
    runs = [run for run in store.runs() if store.rule(run.id) is not None]
    if not runs:
        return
    try:
        panel = panel_of(store)
    except CaseError as error:
        yield error.what
        return
    for run in runs:
        found = list(_differing(store, panel, run))
        yield from found
        if not found:
            yield None


def _differing(store: CaseStore, panel: Panel, run: Run) -> Iterator[str]:
    rule, decided = store.rule(run.id), store.decided(run.id)
    if rule is None:
        return
    try:
        (calibration,) = calibrations.kept([rule.calibration_digest], store.calibration_folder)
        again = rule_of(panel, store.plan(), run.model, calibration)
    except CalibrationError as error:
        yield error.what
        return
    for name in _apart(rule, again):
        yield f"The rule of {run.id} is recorded with another {name} than comes out."
    yield from _course(store, panel, run, rule, decided)


def _course(
    store: CaseStore, panel: Panel, run: Run, rule: StoppingRule, decided: Decided | None
) -> Iterator[str]:
    place = {address: number // rule.look for number, address in enumerate(rule.order)}
    course = [seen.probe_address for seen in store.observations(run.id)]
    turns, asked = [place[one] for one in course if one in place], set(course) & place.keys()
    whole = [one for one in rule.order if turns and place[one] < turns[-1]]
    if turns != sorted(turns) or not asked.issuperset(whole):
        yield f"{run.id} was not asked in the order of its rule."
        return
    looks, material, found = Looks(panel, rule), gather(store, run), None
    for batch in looks.batches():
        if not asked.issuperset(batch) or (found := looks.see(batch, material)) is not None:
            break
    if decided is None and len(asked) < len(rule.order):
        yield (
            f"{run.id} stopped after {len(asked)} of {len(rule.order)} probes without having been "
            "decided."
        )
    elif decided is None and found is not None:
        yield f"{run.id} was decided after {found.asked} probes, and no decision is recorded."
    elif decided is not None and found is None:
        yield f"{run.id} is recorded as decided, and its answers leave the level open."
    elif decided is not None and found is not None:
        for name in _apart(decided, found):
            yield f"The decision of {run.id} is recorded with another {name} than comes out."


def _apart(one: StoppingRule | Decided, other: StoppingRule | Decided) -> list[str]:
    """Fields that differ by more than rounding, in words."""
    pairs = ((f.name, getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return [name.replace("_", " ") for name, kept, again in pairs if not _same(kept, again)]


def _same(kept: object, again: object) -> bool:
    numbers = [isinstance(one, float) for one in (kept, again)]
    if all(numbers) or (
        isinstance(kept, tuple)
        and isinstance(again, tuple)
        and len(kept) == len(again)
        and all(isinstance(one, float) for one in (*kept, *again))
    ):
        return bool(np.allclose(kept, again, rtol=TOLERANCE, atol=TOLERANCE))  # type: ignore[arg-type]
    return kept == again
