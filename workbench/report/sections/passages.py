"""Within the results: where along passages suspect and reference agree more than controls do."""

from statistics import fmean

from workbench.records import Pack, PassageProfile
from workbench.report.blocks import Block, Column, Heading, Material, Paragraph, Table
from workbench.report.glyphs import printable
from workbench.report.numbers import PLAIN_DECIMALS, number
from workbench.report.wording import Words, own, recorded
from workbench.visible import visible_line

AROUND = 18
"""Characters shown before a place in a passage."""
PLACES = 3


def blocks(material: Material) -> list[Block]:
    """Write which passages were read and where they tell most, if any were."""
    profiles = material.comparison.profiles
    if not profiles:
        return []
    return [
        Heading(own("Along the passages")),
        Paragraph(
            own(
                "How far what comes next, by reference and by the other model, lies apart along "
                "each passage: the divergence of the next two bytes in bits, mean over the places "
                "that all were read at. The places named are those at which the suspect lies most "
                "closer to the reference than the controls do; the dot marks where the next bytes "
                "would follow. Neighbouring places depend on each other, so no test is made of them."
            )
        ),
        _table(profiles, _prompts(material.packs)),
    ]


def _prompts(packs: tuple[Pack, ...]) -> dict[str, str]:
    return {probe.address: probe.prompt for pack in packs for probe in pack.probes}


def _table(profiles: tuple[PassageProfile, ...], prompts: dict[str, str]) -> Table:
    return Table(
        own("Passages: divergence from the reference in bits"),
        (
            Column(own("Passage"), "code", 2),
            Column(own("Places"), "number"),
            Column(own("Suspect"), "number"),
            Column(own("Controls, mean"), "number"),
            Column(own("Where it tells most"), share=3),
        ),
        tuple(_row(profile, prompts.get(profile.probe_address, "")) for profile in profiles),
    )


def _row(profile: PassageProfile, prompt: str) -> tuple[Words, ...]:
    return (
        recorded(profile.probe_address.split("#", maxsplit=1)[-1]),
        own(str(len(profile.offsets))),
        own(number(fmean(profile.suspect), PLAIN_DECIMALS)),
        own(number(fmean(profile.controls), PLAIN_DECIMALS)),
        recorded(_places(profile, prompt) or "nowhere"),
    )


def _places(profile: PassageProfile, prompt: str) -> str:
    return "; ".join(_place(prompt, at) for at in profile.carrying[:PLACES])


def _place(prompt: str, at: int) -> str:
    """The words before a place, or its number where the page has no signs for them."""
    before = visible_line(prompt[max(0, at - AROUND) : at])
    return f"…{before}·" if printable(before) == before else f"after character {at}"
