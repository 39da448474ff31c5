"""Panel and pack → the weights of its probes."""

from collections.abc import Sequence
from itertools import combinations

import torch

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.information import (
    MIN_MODELS,
    between_models,
    discriminability,
    format_distances,
    length_distances,
    spread,
)
from workbench.packs.sealed import part_of
from workbench.packs.weights import PackWeights, ProbeWeight, Unweighed
from workbench.records import Pack, Probe
from workbench.weigh.panel import Member, Panel
from workbench.weigh.separation import profile_likeness, separations


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
        separations=tuple(separations(panel, pack, probes, repeats)),
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
    pairs = [profile_likeness(*pair, probe.address) for pair in combinations(given, 2)]
    shared = [likeness for likeness in pairs if likeness is not None]
    _require(given if shared else ())
    agreement = sum(shared) / len(shared)
    return ProbeWeight(probe.key, len(given), gap=1 - agreement, agreement=agreement)


def _require(given: Sequence[Member]) -> None:
    if len(given) < MIN_MODELS:
        raise NotEnoughEvidenceError("a probe's weight", got=len(given), need=MIN_MODELS)
