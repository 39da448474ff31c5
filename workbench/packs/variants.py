"""Packs asked once more at another temperature: what answers hang on, never what is scored."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.packs.uses import text_packs
from workbench.records import Pack

MARK = "~"
"""Between a pack's id and the temperature of its variant; no id of a pack file has it."""


def variants(packs: Sequence[Pack], temperature: float | None) -> tuple[Pack, ...]:
    """Every pack whose answers are compared as texts, as it is asked at another temperature.

    They follow from a plan's packs and its other temperature, so the plan's digest fixes them.

    Args:
        packs: What is asked, as it will be.
        temperature: The other one; None: no pack is asked once more.

    Returns:
        The same probes, repeats and longest answer, under ids and addresses of their own.
    """
    if temperature is None:
        return ()
    return tuple(_variant(pack, temperature) for pack in text_packs(packs))


def with_variants(packs: Sequence[Pack], temperature: float | None) -> tuple[Pack, ...]:
    """Everything that is asked: the packs that count, then their variants."""
    return (*packs, *variants(packs, temperature))


def _variant(pack: Pack, temperature: float) -> Pack:
    own = f"{pack.id}{MARK}{temperature:g}"
    probes = tuple(replace(probe, address=f"{own}#{probe.key}") for probe in pack.probes)
    decoding = replace(pack.decoding, temperature=temperature)
    return replace(pack, id=own, decoding=decoding, probes=probes)


def planned_name(name: str) -> str:
    """Address of the probe, or id of the pack, that a variant's stands for; any other as it is."""
    pack, at, key = name.partition("#")
    return pack.split(MARK, maxsplit=1)[0] + at + key
