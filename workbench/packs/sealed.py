"""The sealed part of a pack: a fifth of its probes, held back to confirm what the rest suggested."""

from dataclasses import replace

from workbench.digest import digest_of
from workbench.records import Pack, Part, Probe

SHARE = 5
"""One probe in five is sealed."""


def sealed_addresses(pack: Pack) -> frozenset[str]:
    """Addresses of the sealed probes: chosen by digest, so by nobody.

    Groups are sealed whole. The order is that of the digests of address and prompt, so a probe keeps
    its place in it when others come or go; the version plays no part. At most one probe in five is
    sealed, none in a pack of fewer than five.
    """
    room = len(pack.probes) // SHARE
    chosen: set[str] = set()
    for unit in sorted(units(pack), key=_place):
        if len(chosen) + len(unit) <= room:
            chosen.update(probe.address for probe in unit)
    return frozenset(chosen)


def part_of(pack: Pack, part: Part) -> Pack:
    """The pack with the probes of one part only, in their order; it may have none."""
    if part == "all":
        return pack
    sealed = sealed_addresses(pack)
    kept = (probe for probe in pack.probes if (probe.address in sealed) == (part == "sealed"))
    return replace(pack, probes=tuple(kept))


def units(pack: Pack) -> list[tuple[Probe, ...]]:
    """Probes that stay together: a group each, or one by itself; in the pack's order."""
    together: dict[str, list[Probe]] = {}
    for probe in pack.probes:
        # A key has no space, so no group can be taken for a probe by itself.
        together.setdefault(probe.group or f" {probe.address}", []).append(probe)
    return [tuple(members) for members in together.values()]


def _place(unit: tuple[Probe, ...]) -> str:
    return digest_of(sorted([probe.address, probe.prompt] for probe in unit))
