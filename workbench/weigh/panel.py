"""Recorded cases → one panel: independent models, declared derivatives, and their answers."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from workbench.compare.material import embed_answers, gather
from workbench.embed import Embedder
from workbench.errors import CaseError
from workbench.metrics.information import first_letters
from workbench.models.catalogue import find_model
from workbench.records import USABLE, ModelEntry, Observation, Pack, Run
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
    asked: frozenset[str]
    """Addresses of the probes that were asked just as the packs ask them now."""
    embedder: str
    """Revision of the sentence encoder."""
    unfinished: tuple[str, ...] = ()
    """Runs that were left aside because they do not hold every answer yet, as `case/run`."""


def read_panel(
    stores: Sequence[CaseStore],
    packs: Iterable[Pack],
    catalogue: Mapping[str, ModelEntry],
    load_embedder: Callable[[str], Embedder],
) -> Panel:
    """Bring the answers of several cases together.

    A model that two cases asked the same probe speaks from the first of them. Runs that are still
    being recorded are left aside, and so are answers to probes that the packs ask in other words, or
    with another decoding, by now; another version of the pack around a probe changes nothing.

    Args:
        stores: Recorded cases.
        packs: The packs as their files have them now.
        catalogue: Known models, with families and parents.
        load_embedder: Opens a sentence encoder by name.

    Raises:
        ModelError: If a model of a case is no longer known.
        CaseError: If no run of a case is complete, or two cases hold different weights under one
            name.
    """
    members: dict[str, Member] = {}
    now = {form for pack in packs for form in _forms(pack)}
    asked: set[str] = set()
    revision, unfinished = "", []
    for store in stores:
        runs = _complete(store)
        unfinished += [
            f"{store.name}/{run.id}"
            for run in store.runs()
            if run not in runs and run.role != "stack"
        ]
        same = {form[0] for pack in store.packs() for form in _forms(pack) if form in now}
        revision = _add_runs(store, runs, same, catalogue, load_embedder, members)
        asked |= same
    heads = _heads(members.values())
    return Panel(
        tuple(heads.values()),
        tuple(_derived(members)),
        frozenset(asked),
        revision,
        tuple(unfinished),
    )


def _forms(pack: Pack) -> Iterator[tuple[str, ...]]:
    """Each probe's address, with all that could change what a model makes of it."""
    decoding = pack.decoding
    manner = (pack.kind, pack.template, repr(decoding.temperature), repr(decoding.max_tokens))
    return ((probe.address, probe.prompt, *manner) for probe in pack.probes)


def _complete(store: CaseStore) -> list[Run]:
    closed = {record.body["run_id"] for record in store.records("case") if record.kind == "close"}
    # A stack serves the reference's weights once more; it is nobody's second answer.
    runs = [run for run in store.runs() if run.id in closed and run.role != "stack"]
    if not runs:
        raise CaseError(
            f"No model of case {store.name!r} has answered everything yet.",
            fix=f"Ask them with `workbench run {store.name}`, then weigh again.",
        )
    return runs


def _add_runs(
    store: CaseStore,
    runs: Sequence[Run],
    same: Collection[str],
    catalogue: Mapping[str, ModelEntry],
    load_embedder: Callable[[str], Embedder],
    members: dict[str, Member],
) -> str:
    embedder = load_embedder(store.plan().embedder)
    materials = [gather(store, run) for run in runs]
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
        texts = material.texts
        for probe in texts.keys() & same:
            member.texts.setdefault(probe, texts[probe])
            member.embeddings.setdefault(probe, material.embeddings[probe])
        for seen in store.observations(run.id):
            if seen.top and seen.outcome in USABLE and seen.probe_address in same:
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
