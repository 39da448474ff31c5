"""Separation of declared derivatives by probes chosen by weight, against probes chosen at random.

Needs recorded cases with a derivative on the panel, named in WORKBENCH_PANEL with spaces between. The
weights are measured without the family under comparison, so neither the reference nor its derivative
takes part in the choice.
"""

import math
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, median, stdev

from workbench.cli.case import load_embedder
from workbench.cli.output import case_folder
from workbench.errors import PlanError
from workbench.models.catalogue import load_catalogue
from workbench.packs import load_packs, part_of
from workbench.packs.choose import choose
from workbench.packs.weights import PackWeights
from workbench.records import Pack
from workbench.store import open_case
from workbench.weigh import Panel, read_panel, weigh_pack
from workbench.weigh.panel import Member
from workbench.weigh.separation import centred_scores

BUDGETS = (50, 100, 200, 400)


def measure(quick: bool) -> dict[str, object]:
    """Compare both choices at several budgets, for every derivative of the panel."""
    names = os.environ.get("WORKBENCH_PANEL", "").split()
    if not names:
        return {"skipped": "name recorded cases in WORKBENCH_PANEL"}
    stores = [open_case(case_folder(name)) for name in names]
    panel = read_panel(stores, load_packs().values(), load_catalogue(), load_embedder)
    rows: dict[str, object] = {}
    for parent, child in panel.derived:
        for budget in BUDGETS:
            label = f"{child.entry.name}, {budget} questions"
            rows[label] = _row(panel, parent, child, budget, 100 if quick else 1000)
    return rows


def _row(panel: Panel, parent: Member, child: Member, budget: int, rounds: int) -> str:
    packs = [
        part_of(pack, "open")
        for pack in load_packs().values()
        if pack.weak is None and pack.kind == "generate" and _was_asked(panel, pack)
    ]
    contrasts = _contrasts(panel, packs, parent, child)
    chosen = _addresses(choose(packs, _weights(panel, parent), budget))
    ours = _separation(contrasts, chosen)
    dice = random.Random(1)
    drawn = [_separation(contrasts, _at_random(packs, budget, dice)) for _ in range(rounds)]
    better = sum(value >= ours for value in drawn)
    return (
        f"by weight {ours:.2f} standard errors, at random {median(drawn):.2f} (median of {rounds}), "
        f"as good at random: {better} of {rounds}"
    )


def _weights(panel: Panel, parent: Member) -> dict[str, PackWeights]:
    others = tuple(one for one in panel.independent if one.entry.family != parent.entry.family)
    without = replace(panel, independent=others, derived=())
    known = {pack.id: pack for pack in load_packs().values() if _was_asked(panel, pack)}
    return {pack_id: weigh_pack(without, pack) for pack_id, pack in known.items()}


def _was_asked(panel: Panel, pack: Pack) -> bool:
    return any(probe.address in panel.asked for probe in pack.probes)


def _contrasts(
    panel: Panel, packs: Sequence[Pack], parent: Member, child: Member
) -> dict[str, float]:
    found = {}
    for pack in packs:
        scores = centred_scores(panel, pack, pack.probes, parent, child)
        own = scores.pop(child.entry.name)
        for probe, value in own.items():
            found[probe] = value - fmean(other[probe] for other in scores.values())
    return found


def _addresses(packs: Sequence[Pack]) -> list[str]:
    return [probe.address for pack in packs for probe in pack.probes]


def _at_random(packs: Sequence[Pack], budget: int, dice: random.Random) -> list[str]:
    priced = [(probe.address, pack.decoding.repeats) for pack in packs for probe in pack.probes]
    dice.shuffle(priced)
    taken, left = [], budget
    for address, cost in priced:
        if cost <= left:
            taken.append(address)
            left -= cost
    return taken


def _separation(contrasts: dict[str, float], chosen: Sequence[str]) -> float:
    values = [contrasts[address] for address in chosen if address in contrasts]
    if len(values) < 2:
        raise PlanError("Too few probes were chosen.", fix="Raise the budget.")
    return fmean(values) / stdev(values) * math.sqrt(len(values))
