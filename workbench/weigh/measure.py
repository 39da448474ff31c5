"""Panel and pack → the weights of its probes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from workbench.digest import seed_from
from workbench.errors import NotEnoughEvidenceError
from workbench.evidence.panel import MIN_CONTROLS, centred
from workbench.metrics.embedding import paired_similarity
from workbench.metrics.information import (
    MIN_MODELS,
    between_models,
    discriminability,
    format_distances,
    length_distances,
    profile_distance,
    spread,
)
from workbench.metrics.resample import mean_with_interval
from workbench.packs.sealed import part_of
from workbench.packs.weights import PackWeights, ProbeWeight, Separation, Unweighed
from workbench.records import Pack, Probe
from workbench.weigh.panel import Member, Panel

HUNDRED = 100
MIN_PROBES = 5
"""With fewer, a pack's separation has no interval worth printing."""

Likeness = Callable[[Member, Member, str], float | None]
"""Two models and a probe → how alike they are there, 0 to 1; None where one gave nothing."""


def weigh_pack(panel: Panel, pack: Pack) -> PackWeights:
    """Measure what the open probes of a pack told on a panel.

    Sealed probes are never weighed, whether they were asked or not.

    Args:
        panel: Models with their answers.
        pack: The pack as its file has it now.

    Returns:
        A weight, or the reason why there is none, for every open probe; and how far the pack sets
        each declared derivative apart from the controls.
    """
    probes = part_of(pack, "open").probes
    repeats = _repeats(panel, pack, probes)
    found = [_weight(panel, pack, probe) for probe in probes]
    return PackWeights(
        pack=pack.id,
        version=pack.version,
        digest=pack.digest,
        repeats=repeats,
        embedder=panel.embedder,
        models={member.entry.name: member.weights_digest for member in panel.independent},
        probes=tuple(weight for weight in found if isinstance(weight, ProbeWeight)),
        unweighed=tuple(weight for weight in found if isinstance(weight, Unweighed)),
        separations=tuple(_separations(panel, pack, probes, repeats)),
    )


def _repeats(panel: Panel, pack: Pack, probes: Sequence[Probe]) -> int:
    if pack.kind != "generate":
        return 1
    counts = [
        len(member.texts.get(probe.address, ())) for member in panel.independent for probe in probes
    ]
    return max(counts, default=0)


def _weight(panel: Panel, pack: Pack, probe: Probe) -> ProbeWeight | Unweighed:
    try:
        if pack.kind == "generate":
            return _of_answers(panel.independent, probe)
        return _of_distributions(panel.independent, probe)
    except NotEnoughEvidenceError as error:
        return Unweighed(probe.key, error.what)


def _of_answers(members: Sequence[Member], probe: Probe) -> ProbeWeight:
    given = [member for member in members if member.texts.get(probe.address)]
    _require(given)
    texts = [text for member in given for text in member.texts[probe.address]]
    labels = torch.tensor(
        [place for place, member in enumerate(given) for _ in member.texts[probe.address]]
    )
    rows = torch.cat([member.embeddings[probe.address] for member in given]).double()
    distances = torch.cdist(rows, rows, compute_mode="donot_use_mm_for_euclid_dist").square()
    parts = spread(distances, labels)
    return ProbeWeight(
        key=probe.key,
        models=len(given),
        gap=parts.between,
        agreement=1 - between_models(distances, labels) / 2,
        noise=parts.noise,
        discriminability=discriminability(distances, labels),
        length=discriminability(length_distances(texts), labels),
        form=discriminability(format_distances(texts), labels),
    )


def _of_distributions(members: Sequence[Member], probe: Probe) -> ProbeWeight:
    given = [member for member in members if member.profiles.get(probe.address)]
    pairs = [_profile_likeness(*pair, probe.address) for pair in combinations(given, 2)]
    shared = [likeness for likeness in pairs if likeness is not None]
    _require(given if shared else ())
    agreement = sum(shared) / len(shared)
    return ProbeWeight(probe.key, len(given), gap=1 - agreement, agreement=agreement)


def _require(given: Sequence[Member]) -> None:
    if len(given) < MIN_MODELS:
        raise NotEnoughEvidenceError("a probe's weight", got=len(given), need=MIN_MODELS)


def _answer_likeness(one: Member, other: Member, address: str) -> float | None:
    if not (one.texts.get(address) and other.texts.get(address)):
        return None
    return paired_similarity(one.embeddings[address], other.embeddings[address])


def _profile_likeness(one: Member, other: Member, address: str) -> float | None:
    """1 − total variation of the next character, mean over the positions both were read at."""
    ours, theirs = one.profiles.get(address, {}), other.profiles.get(address, {})
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        return None
    return 1 - sum(profile_distance(ours[at], theirs[at]) for at in shared) / len(shared)


def _separations(
    panel: Panel, pack: Pack, probes: Sequence[Probe], repeats: int
) -> Iterator[Separation]:
    likeness = _answer_likeness if pack.kind == "generate" else _profile_likeness
    for parent, child in panel.derived:
        controls = [
            member
            for member in panel.independent
            if member.entry.family not in {parent.entry.family, child.entry.family}
        ]
        if len(controls) >= MIN_CONTROLS:
            contrasts, below = _contrasts(likeness, probes, parent, child, controls)
            if len(contrasts) >= MIN_PROBES:
                mean, low, high = mean_with_interval(contrasts, seed=seed_from("weigh", pack.id))
                yield Separation(
                    reference=parent.entry.name,
                    derived=child.entry.name,
                    probes=len(contrasts),
                    contrast=mean,
                    low=low,
                    high=high,
                    controls=len(controls),
                    below=below,
                    per_hundred=_per_hundred(contrasts, repeats),
                )


def _contrasts(
    likeness: Likeness,
    probes: Sequence[Probe],
    parent: Member,
    child: Member,
    controls: Sequence[Member],
) -> tuple[Tensor, int]:
    """Centre derivative and controls as a comparison does, and take the difference.

    Returns:
        The derivative's centred likeness less the controls' mean, one per probe that every model
        answered, float64; and how many controls lie below the derivative on average.
    """
    named = {member.entry.name: member for member in (parent, child, *controls)}
    pairs = {
        frozenset(pair): _values(likeness, named[pair[0]], named[pair[1]], probes)
        for pair in combinations(named, 2)
    }
    panel = [name for name in named if name != parent.entry.name]
    scores = {
        name: torch.tensor(
            list(centred(pairs, parent.entry.name, name, panel).values()), dtype=torch.float64
        )
        for name in panel
    }
    own = scores.pop(child.entry.name)
    others = torch.stack(list(scores.values()))  # (controls, probes)
    return own - others.mean(0), int((others.mean(1) < own.mean()).sum())


def _values(
    likeness: Likeness, one: Member, other: Member, probes: Sequence[Probe]
) -> Mapping[str, float]:
    found = {probe.address: likeness(one, other, probe.address) for probe in probes}
    return {address: value for address, value in found.items() if value is not None}


def _per_hundred(contrasts: Tensor, repeats: int) -> float | None:
    """Mean over standard error, at as many probes as 100 questions pay for."""
    deviation = float(contrasts.std())
    if deviation == 0:
        return None
    return float(contrasts.mean()) / deviation * math.sqrt(HUNDRED / repeats)
