"""The most informative probes for a number of questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.errors import PlanError
from workbench.packs.sealed import units
from workbench.packs.weights import PackWeights
from workbench.records import Pack

READ_SHARE = 0.5
"""At most this share of a budget goes to distributions, which some models cannot show."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Probes that are asked together, and what they are worth."""

    pack: str
    addresses: tuple[str, ...]
    questions: int
    gap: float
    """Mean over the probes, per question."""
    read: bool


def choose(
    packs: Sequence[Pack], weights: Mapping[str, PackWeights], budget: int
) -> tuple[Pack, ...]:
    """Take the probes that tell models apart best per question, within a budget.

    Args:
        packs: Packs as they would be asked, repeats included.
        weights: Pack id → what a panel showed of it.
        budget: Most questions for each model.

    Returns:
        The packs with the chosen probes, in their order; packs of which nothing was chosen are left
        out. Probes without a weight, probes that tell nothing and packs that are never counted are
        not chosen; groups stay together.

    Raises:
        PlanError: If a pack was never weighed, or nothing fits the budget.
    """
    counted = [pack for pack in packs if pack.weak is None]
    if unknown := [pack.id for pack in counted if pack.id not in weights]:
        raise PlanError(
            f"A budget needs weights, and these packs have none for their present version: "
            f"{', '.join(unknown)}.",
            fix="Measure them with `workbench packs weigh --panel CASE`, or leave --budget out.",
        )
    ranked = sorted(
        (unit for pack in counted for unit in _units(pack, weights[pack.id])),
        key=lambda unit: (-unit.gap, unit.addresses),
    )
    chosen = _fill(ranked, budget)
    if not chosen:
        raise PlanError(
            f"No probe that tells models apart fits into a budget of {budget}.",
            fix="Raise --budget, name other packs, or lower --repeats.",
        )
    return tuple(
        replace(pack, probes=tuple(probe for probe in pack.probes if probe.address in chosen))
        for pack in counted
        if any(probe.address in chosen for probe in pack.probes)
    )


def _units(pack: Pack, weights: PackWeights) -> list[_Unit]:
    gaps = {f"{pack.id}#{weight.key}": weight.gap for weight in weights.probes}
    found = []
    for unit in units(pack):
        addresses = tuple(probe.address for probe in unit)
        known = [gaps[address] for address in addresses if address in gaps]
        if known and sum(known) > 0:
            gap = sum(known) / len(unit) / pack.decoding.repeats
            questions = len(unit) * pack.decoding.repeats
            found.append(_Unit(pack.id, addresses, questions, gap, pack.kind != "generate"))
    return found


def _fill(ranked: Sequence[_Unit], budget: int) -> set[str]:
    """Go down the list and take whatever still fits."""
    chosen: set[str] = set()
    left = budget
    left_for_reading = int(budget * READ_SHARE)
    for unit in ranked:
        if unit.questions > left or (unit.read and unit.questions > left_for_reading):
            continue
        chosen.update(unit.addresses)
        left -= unit.questions
        left_for_reading -= unit.questions * unit.read
    return chosen
