"""Which models may play which parts, and how much of the packs is asked; needs no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.errors import PlanError
from workbench.evidence.panel import MIN_CONTROLS
from workbench.models.prices import most_tokens, price
from workbench.packs.choose import choose
from workbench.packs.schema import MAX_TEMPERATURE
from workbench.packs.sealed import part_of
from workbench.packs.uses import text_packs
from workbench.packs.weights import PackWeights
from workbench.records import Endpoint, ModelEntry, Pack, Part

MAX_REPEATS = 200
DEFAULT_READINGS = 6
"""A reading is one pass over an answer, where writing it took one for each token."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the packs is asked."""

    part: Part = "open"
    repeats: int | None = None
    """Samples per probe, in place of what the packs say; distributions are read once."""
    budget: int | None = None
    """Most questions for each model, spent on the probes that weigh most."""
    weights: Mapping[str, PackWeights] = field(default_factory=dict)
    """Pack id → what panels showed of it; needed for a budget."""
    readings: int = 0
    """Probes of each pack whose answers every model reads; see `readings.read_probes`."""
    other_temperature: float | None = None
    """Temperature at which packs of texts are asked once more, beyond any budget; None: none is."""


def default_controls(
    catalogue: Mapping[str, ModelEntry], reference: str, suspects: Sequence[str]
) -> list[str]:
    """Every known model that is no relative of the others, one per family, by name.

    Endpoints are left out: they cost money or somebody's patience, and are asked when named. So are
    recorded answers, which know no prompts but their own, and models that were made here.
    """
    taken = {catalogue[name].family for name in (reference, *suspects) if name in catalogue}
    chosen: dict[str, str] = {}
    for name in sorted(catalogue):
        entry = catalogue[name]
        is_found = entry.backend == "local" and not entry.source.startswith("derived:")
        if entry.family not in taken and not entry.parents and is_found:
            chosen.setdefault(entry.family, name)
    return sorted(chosen.values())


def problems(  # noqa: PLR0917 - every part of a plan
    entries: Mapping[str, ModelEntry],
    reference: str,
    suspects: Sequence[str],
    controls: Sequence[str],
    stacks: Sequence[str],
    packs: Sequence[Pack],
    extent: Extent,
) -> list[str]:
    """Why a comparison cannot be planned so, all reasons at once; empty if it can.

    Args:
        entries: Every model that is named.
        reference: The known model.
        suspects: Models under examination.
        controls: Models known to be independent.
        stacks: Endpoints that serve the reference's own weights.
        packs: What to ask from.
        extent: How much of it.
    """
    return [
        *_role_problems(entries, reference, suspects, controls),
        *_stack_problems([entries[name] for name in stacks], reference),
        *_extent_problems(extent, packs),
        *_decoding_problems(entries, extent, packs),
    ]


def _role_problems(
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
    shams = set(suspects) & set(controls)
    fewest = len(controls) - bool(shams)  # a sham is no control of itself
    if fewest < MIN_CONTROLS:
        beside = " beside one of them as a suspect" if shams else ""
        problems.append(
            f"{fewest} controls were named{beside} and at least {MIN_CONTROLS} are needed"
        )
    relatives = {entries[name].family: name for name in (*suspects, reference)}
    seen: dict[str, str] = {}
    for name in controls:
        family = entries[name].family
        if family in relatives and relatives[family] != name:
            problems.append(f"control {name} is of the same family as {relatives[family]}")
        elif family in seen:
            problems.append(f"controls {seen[family]} and {name} are of one family")
        seen[family] = name
    return problems


def _stack_problems(stacks: Sequence[ModelEntry], reference: str) -> list[str]:
    problems = [
        f"{entry.name} is not said to serve the weights of {reference} (same_weights_as)"
        for entry in stacks
        if entry.endpoint is None or entry.endpoint.same_weights_as != reference
    ]
    if len({entry.name for entry in stacks}) < len(stacks):
        problems.append("a stack is named twice")
    return problems


def _extent_problems(extent: Extent, packs: Sequence[Pack]) -> list[str]:
    problems = []
    if extent.repeats is not None and not 1 <= extent.repeats <= MAX_REPEATS:
        problems.append(f"repeats must lie between 1 and {MAX_REPEATS}, not {extent.repeats}")
    if extent.budget is not None and extent.budget < 1:
        problems.append(f"a budget must be at least 1 question, not {extent.budget}")
    if extent.readings < 0:
        problems.append(f"readings must be 0 or more, not {extent.readings}")
    if not packs:
        problems.append("no pack was chosen")
    return problems


def _decoding_problems(
    entries: Mapping[str, ModelEntry], extent: Extent, packs: Sequence[Pack]
) -> list[str]:
    """Why packs of texts cannot be asked once more at another temperature."""
    other = extent.other_temperature
    if other is None:
        return []
    if not 0 <= other <= MAX_TEMPERATURE:
        return [f"another temperature must lie between 0 and {MAX_TEMPERATURE}, not {other:g}"]
    texts = [_with_repeats(pack, extent.repeats) for pack in text_packs(packs)]
    problems = [
        f"{pack.id} is asked at temperature {other:g} already"
        for pack in texts
        if pack.decoding.temperature == other
    ]
    if not texts:
        problems.append("no pack is compared as texts, so none can be asked at another temperature")
    if other == 0 and any(pack.decoding.repeats > 1 for pack in texts):
        problems.append("temperature 0 would record the same answer at every repeat")
    problems += [
        f"others recorded the answers of {name}, which cannot be asked at another temperature"
        for name, entry in entries.items()
        if entry.backend == "replay"
    ]
    return problems


def asked_packs(packs: Sequence[Pack], extent: Extent) -> tuple[Pack, ...]:
    """What is left of packs once only a part, or a budget's worth, of them is asked.

    Raises:
        PlanError: If that is nothing, or the budget cannot be spent.
    """
    parts = [part_of(_with_repeats(pack, extent.repeats), extent.part) for pack in packs]
    asked = tuple(pack for pack in parts if pack.probes)
    if not asked:
        raise PlanError(
            f"The {extent.part} part of these packs holds no probe.",
            fix="Name larger packs; a fifth of each pack of five probes or more is sealed.",
        )
    if extent.budget is None:
        return asked
    return choose(asked, extent.weights, extent.budget)


def _with_repeats(pack: Pack, repeats: int | None) -> Pack:
    if repeats is None or pack.kind != "generate":
        return pack
    return replace(pack, decoding=replace(pack.decoding, repeats=repeats))


def answer_tokens(packs: Sequence[Pack]) -> int:
    """Most tokens one model can be asked to write under these packs."""
    return sum(
        pack.questions * pack.decoding.max_tokens for pack in packs if pack.kind == "generate"
    )


def most_cost(endpoint: Endpoint, packs: Sequence[Pack]) -> float | None:
    """Most that one endpoint can cost under these packs, without retries; None if unknown."""
    tokens_in = sum(
        pack.decoding.repeats * most_tokens(probe.prompt) for pack in packs for probe in pack.probes
    )
    reads = sum(pack.questions for pack in packs if pack.kind != "generate")
    return price(endpoint, tokens_in, answer_tokens(packs) + reads)
