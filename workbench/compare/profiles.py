"""Where along a passage suspect and reference part, beside the controls."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from workbench.compare.material import Material
from workbench.compare.shown import Shown
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.next_tokens import NextTokens, byte_profile
from workbench.records import Pack, PassageProfile, Plan

MOST_CARRYING = 5
"""Positions named for each passage."""


def passage_profiles(
    shown: Shown,
    plan: Plan,
    packs: Sequence[Pack],
    materials: Mapping[str, Material],
    suspect: str,
) -> tuple[PassageProfile, ...]:
    """Profile every passage that reference, suspect and a control were read at the same places of."""
    found = []
    for pack in packs:
        for probe in pack.probes if pack.kind == "passage" else ():
            profile = _profile(shown, plan, materials, suspect, probe.address)
            if profile is not None:
                found.append(profile)
    return tuple(found)


def _profile(
    shown: Shown, plan: Plan, materials: Mapping[str, Material], suspect: str, probe: str
) -> PassageProfile | None:
    reference = shown.next_tokens(materials[f"reference-{plan.reference}"], probe)
    own = _along(reference, shown.next_tokens(materials[f"suspect-{suspect}"], probe))
    others = [
        _along(reference, shown.next_tokens(materials[f"control-{name}"], probe))
        for name in plan.controls_of(suspect)
    ]
    beside = {
        offset: fmean(other[offset] for other in others if offset in other)
        for offset in own
        if any(offset in other for other in others)
    }
    if not beside:
        return None
    closer = {offset: beside[offset] - own[offset] for offset in beside}
    telling = sorted((at for at in closer if closer[at] > 0), key=lambda at: (-closer[at], at))
    return PassageProfile(
        probe_address=probe,
        offsets=tuple(beside),
        suspect=tuple(own[offset] for offset in beside),
        controls=tuple(beside.values()),
        carrying=tuple(telling[:MOST_CARRYING]),
    )


def _along(reference: NextTokens | None, other: NextTokens | None) -> dict[int, float]:
    if reference is None or other is None:
        return {}
    try:
        return byte_profile(reference, other)
    except NotEnoughEvidenceError:
        return {}  # no place shared, or bytes unknown: this side has no profile
