"""Recorded cases → one panel: independent models, declared derivatives, and their answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from workbench.compare.material import embed_answers, gather
from workbench.embed import Embedder
from workbench.errors import CaseError
from workbench.metrics.information import first_letters
from workbench.models.catalogue import find_model
from workbench.records import USABLE, ModelEntry, Observation
from workbench.store import CaseStore

Profile = dict[int, dict[str, float]]
"""Characters before the position → first visible character that comes next → probability."""


@dataclass(slots=True)
class Member:
    """One model of the panel and what it gave, whichever case it was asked in."""

    entry: ModelEntry
    weights_digest: str
    texts: dict[str, list[str]] = field(default_factory=dict)
    """Probe → usable answers."""
    embeddings: dict[str, Tensor] = field(default_factory=dict)
    """Probe → unit rows, shape (answers, dim), float32."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    """Probe → what its next-token distributions say of the next character."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Models whose lineage is declared, and what they answered."""

    independent: tuple[Member, ...]
    """One model per family: the one that was derived from no other."""
    derived: tuple[tuple[Member, Member], ...]
    """(parent, derivative), both on the panel."""
    asked: Mapping[str, set[str]]
    """Pack id → digests of the versions that were asked, as their files had them."""
    embedder: str
    """Revision of the sentence encoder."""


def read_panel(
    stores: Sequence[CaseStore],
    catalogue: Mapping[str, ModelEntry],
    load_embedder: Callable[[str], Embedder],
) -> Panel:
    """Bring the answers of several cases together.

    A model that two cases asked the same probe speaks from the first of them.

    Args:
        stores: Recorded cases.
        catalogue: Known models, with families and parents.
        load_embedder: Opens a sentence encoder by name.

    Raises:
        ModelError: If a model of a case is no longer known.
        CaseError: If a case was not recorded in full, or two cases hold different weights under one
            name.
    """
    members: dict[str, Member] = {}
    asked: dict[str, set[str]] = {}
    revision = ""
    for store in stores:
        _require_recorded(store)
        revision = _add_case(store, catalogue, load_embedder, members)
        for planned in store.plan().packs:
            asked.setdefault(planned.id, set()).add(planned.library_digest)
    heads = _heads(members.values())
    return Panel(tuple(heads.values()), tuple(_derived(members)), asked, revision)


def _require_recorded(store: CaseStore) -> None:
    if store.state() != "recorded":
        raise CaseError(
            f"Case {store.name!r} is not recorded in full.",
            fix=f"Finish it with `workbench run {store.name}`, then weigh again.",
        )


def _add_case(
    store: CaseStore,
    catalogue: Mapping[str, ModelEntry],
    load_embedder: Callable[[str], Embedder],
    members: dict[str, Member],
) -> str:
    embedder = load_embedder(store.plan().embedder)
    materials = [gather(store, run) for run in store.runs()]
    embed_answers(store, materials, lambda: embedder, embedder.revision)
    for material in materials:
        run = material.run
        if run.weights_digest is None:
            raise CaseError(
                f"{run.model} in case {store.name!r} is an endpoint, whose weights nobody can pin.",
                fix="Weigh on cases whose models are all weights on this machine.",
            )
        member = members.setdefault(
            run.model, Member(find_model(run.model, catalogue), run.weights_digest)
        )
        if member.weights_digest != run.weights_digest:
            raise CaseError(
                f"{run.model} had other weights in case {store.name!r} than in a case before it.",
                fix="Weigh the cases apart, or record them again with the same weights.",
            )
        for probe, texts in material.texts.items():
            member.texts.setdefault(probe, texts)
            member.embeddings.setdefault(probe, material.embeddings[probe])
        for seen in store.observations(run.id):
            if seen.top and seen.outcome in USABLE:
                member.profiles.setdefault(seen.probe_address, _profile(seen))
    return embedder.revision


def _profile(seen: Observation) -> Profile:
    letters = {top.offset: first_letters(top.tokens, top.logprobs) for top in seen.top}
    return {offset: profile for offset, profile in letters.items() if profile}


def _heads(members: Iterable[Member]) -> dict[str, Member]:
    """Family → its first model that was derived from no other."""
    found: dict[str, Member] = {}
    for member in members:
        if not member.entry.parents:
            found.setdefault(member.entry.family, member)
    return found


def _derived(members: Mapping[str, Member]) -> Iterator[tuple[Member, Member]]:
    for member in members.values():
        for parent in member.entry.parents:
            if parent in members:
                yield members[parent], member
