"""Packs, models and seed → a plan, fixed and digested before anything is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from workbench import __version__
from workbench.embed import EMBEDDED_DEFAULT
from workbench.errors import PlanError
from workbench.evidence.panel import MIN_CONTROLS
from workbench.metrics import METRICS
from workbench.models.catalogue import find_model
from workbench.records import ModelEntry, Pack, Plan, PlannedPack

DEFAULT_SEED = 20_260_101
MAX_REPEATS = 200


def make_plan(
    case: str,
    reference: str,
    suspects: Sequence[str],
    controls: Sequence[str],
    packs: Sequence[Pack],
    catalogue: Mapping[str, ModelEntry],
    *,
    now: datetime,
    repeats: int | None = None,
    seed: int = DEFAULT_SEED,
) -> tuple[Plan, tuple[Pack, ...]]:
    """Fix what will be asked of whom.

    Args:
        case: Name of the case.
        reference: The known model whose reuse is alleged.
        suspects: Models under examination, each compared on its own.
        controls: Models known to be independent, one per family.
        packs: What to ask.
        catalogue: Known models.
        now: When the plan was made.
        repeats: Samples per probe, in place of what the packs say; distributions are read once.
        seed: Everything random follows from it.

    Returns:
        The plan, and the packs as they will be asked.

    Raises:
        ModelError: If a model is unknown.
        PlanError: If the models cannot play these parts; all reasons at once.
    """
    entries = {name: find_model(name, catalogue) for name in (reference, *suspects, *controls)}
    problems = _problems(entries, reference, suspects, controls)
    if repeats is not None and not 1 <= repeats <= MAX_REPEATS:
        problems.append(f"repeats must lie between 1 and {MAX_REPEATS}, not {repeats}")
    if not packs:
        problems.append("no pack was chosen")
    if problems:
        raise PlanError(
            f"This comparison cannot be planned: {'; '.join(problems)}.",
            fix="Change the models or packs named; `workbench models list` shows families and "
            "parents.",
        )
    asked = tuple(_with_repeats(pack, repeats) for pack in packs)
    plan = Plan(
        case=case,
        reference=reference,
        suspects=tuple(suspects),
        controls=tuple(controls),
        packs=tuple(_planned(pack) for pack in asked),
        metrics=tuple(metric.id for metric in METRICS),
        embedder=EMBEDDED_DEFAULT,
        seed=seed,
        created_at=now,
        software=__version__,
    )
    return plan, asked


def default_controls(
    catalogue: Mapping[str, ModelEntry], reference: str, suspects: Sequence[str]
) -> list[str]:
    """Every known model that is no relative of the others, one per family, by name."""
    taken = {catalogue[name].family for name in (reference, *suspects) if name in catalogue}
    chosen: dict[str, str] = {}
    for name in sorted(catalogue):
        entry = catalogue[name]
        if entry.family not in taken and not entry.parents:
            chosen.setdefault(entry.family, name)
    return sorted(chosen.values())


def _problems(
    entries: Mapping[str, ModelEntry],
    reference: str,
    suspects: Sequence[str],
    controls: Sequence[str],
) -> list[str]:
    problems = []
    if not suspects:
        problems.append("no suspect was named")
    twice = sorted({name for name in suspects if suspects.count(name) > 1})
    problems += [f"{name} is named twice as a suspect" for name in twice]
    if len(controls) < MIN_CONTROLS:
        problems.append(
            f"{len(controls)} controls were named and at least {MIN_CONTROLS} are needed"
        )
    relatives = {entries[name].family: name for name in (*suspects, reference)}
    seen: dict[str, str] = {}
    for name in controls:
        family = entries[name].family
        if family in relatives:
            problems.append(f"control {name} is of the same family as {relatives[family]}")
        elif family in seen:
            problems.append(f"controls {seen[family]} and {name} are of one family")
        seen[family] = name
    return problems


def _with_repeats(pack: Pack, repeats: int | None) -> Pack:
    if repeats is None or pack.kind != "generate":
        return pack
    return replace(pack, decoding=replace(pack.decoding, repeats=repeats))


def _planned(pack: Pack) -> PlannedPack:
    return PlannedPack(
        id=pack.id,
        version=pack.version,
        digest=pack.digest,
        probes=len(pack.probes),
        questions=len(pack.probes) * pack.decoding.repeats,
    )


def answer_tokens(packs: Sequence[Pack]) -> int:
    """Most tokens one model can be asked to write under these packs."""
    return sum(
        len(pack.probes) * pack.decoding.repeats * pack.decoding.max_tokens
        for pack in packs
        if pack.kind == "generate"
    )
