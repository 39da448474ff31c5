"""How far a pack sets declared derivatives apart from the controls of a panel."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from workbench.digest import seed_from
from workbench.evidence.panel import MIN_CONTROLS, both_ways, centred
from workbench.metrics.embedding import paired_similarity
from workbench.metrics.information import profile_distance
from workbench.metrics.resample import mean_with_interval
from workbench.packs.weights import Separation
from workbench.records import Pack, Probe
from workbench.weigh.panel import Member, Panel

HUNDRED = 100
MIN_PROBES = 5
"""With fewer, a pack's separation has no interval worth printing."""

Likeness = Callable[[Member, Member, str], float | None]
"""Two models and a probe → how alike they are there; None where one gave nothing."""


def answer_likeness(one: Member, other: Member, address: str) -> float | None:
    """Mean cosine of all pairs of answers; None where a model gave none."""
    if not (one.texts.get(address) and other.texts.get(address)):
        return None
    return paired_similarity(one.embeddings[address], other.embeddings[address])


def profile_likeness(one: Member, other: Member, address: str) -> float | None:
    """1 − total variation of the next character, mean over the positions both were read at.

    None where they share no position.
    """
    ours, theirs = one.profiles.get(address, {}), other.profiles.get(address, {})
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        return None
    return 1 - sum(profile_distance(ours[at], theirs[at]) for at in shared) / len(shared)


def separations(
    panel: Panel, pack: Pack, probes: Sequence[Probe], repeats: int
) -> Iterator[Separation]:
    """Measure how far these probes set each declared derivative apart.

    Args:
        panel: Models with their answers.
        pack: The pack of the probes.
        probes: Which of its probes.
        repeats: Answers of each model at each probe; what a probe costs.

    Yields:
        One separation per (parent, derivative) of the panel that has two controls or more and five
        probes that all of them answered.
    """
    for parent, child in panel.derived:
        scores = centred_scores(panel, pack, probes, parent, child)
        own = torch.tensor(list(scores.pop(child.entry.name, {}).values()), dtype=torch.float64)
        if len(own) < MIN_PROBES:
            continue
        others = _stacked(scores)
        contrasts = own - others.mean(0)
        mean, low, high = mean_with_interval(contrasts, seed=seed_from("weigh", pack.id))
        yield Separation(
            reference=parent.entry.name,
            derived=child.entry.name,
            probes=len(contrasts),
            contrast=mean,
            low=low,
            high=high,
            controls=len(scores),
            below=int((others.mean(1) < own.mean()).sum()),
            per_hundred=_per_hundred(contrasts, repeats),
        )


def centred_scores(
    panel: Panel, pack: Pack, probes: Sequence[Probe], parent: Member, child: Member
) -> dict[str, dict[str, float]]:
    """Centred likeness to the parent of the derivative and of every control.

    Controls are the independent models of other families that answered half of the probes or more.

    Returns:
        Model → probe → centred likeness, at the probes that every model answered; empty with fewer
        than two controls.
    """
    likeness = answer_likeness if pack.kind == "generate" else profile_likeness
    relatives = {parent.entry.family, child.entry.family}
    controls = [
        one
        for one in panel.independent
        if one.entry.family not in relatives and _was_asked(one, pack, probes)
    ]
    if len(controls) < MIN_CONTROLS:
        return {}
    named = {member.entry.name: member for member in (parent, child, *controls)}
    pairs = {
        frozenset(pair): _values(likeness, named[pair[0]], named[pair[1]], probes)
        for pair in combinations(named, 2)
    }
    others = [name for name in named if name != parent.entry.name]
    both = both_ways(pairs)
    return {name: centred(both, parent.entry.name, name, others) for name in others}


def _was_asked(member: Member, pack: Pack, probes: Sequence[Probe]) -> bool:
    given = member.texts if pack.kind == "generate" else member.profiles
    return 2 * sum(probe.address in given for probe in probes) >= len(probes)


def _stacked(scores: Mapping[str, Mapping[str, float]]) -> Tensor:
    """Scores as one table, (models, probes), float64."""
    rows = [list(values.values()) for values in scores.values()]
    return torch.tensor(rows, dtype=torch.float64)


def _values(
    likeness: Likeness, one: Member, other: Member, probes: Sequence[Probe]
) -> dict[str, float]:
    found = {probe.address: likeness(one, other, probe.address) for probe in probes}
    return {address: value for address, value in found.items() if value is not None}


def _per_hundred(contrasts: Tensor, repeats: int) -> float | None:
    """Mean over standard error, at as many probes as 100 questions pay for."""
    deviation = float(contrasts.std())
    if deviation == 0:
        return None
    return float(contrasts.mean()) / deviation * math.sqrt(HUNDRED / repeats)
