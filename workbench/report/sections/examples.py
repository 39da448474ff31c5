"""Single probes with both answers, word for word: what carries most, and what speaks against."""

from collections.abc import Sequence

from workbench.records import USABLE, Quote
from workbench.report.blocks import Block, Heading, KeyValues, Material, Paragraph
from workbench.report.chosen import Chosen, Example, chosen
from workbench.report.numbers import PLAIN_DECIMALS, number
from workbench.report.wording import Words, name, own, recorded, say

LONGEST = 700
"""Characters of a text that are printed."""
LINE_BREAK = "¶"


def blocks(material: Material) -> list[Block]:
    """Write the examples, with the rule they were chosen by."""
    found = chosen(material.comparison, material.packs)
    if found is None:
        return [
            Paragraph(
                own(
                    "No metric has a value at two probes or more that were answered in text, so "
                    "there are no examples."
                )
            )
        ]
    return [
        *(Paragraph(words) for words in _rule(found)),
        Heading(own("What carries most")),
        *_shown(material, found.carrying),
        Heading(own("What speaks against, or says least")),
        *_shown(material, found.against),
    ]


def _rule(found: Chosen) -> list[Words]:
    return [
        say(
            "Chosen by rule, not by eye: of the {n} probes that were answered in text and have "
            "a value by “{title}” ({direction}), the {each} at which the suspect is most above "
            "the mean of the controls, and the {each} at which it is least above, or furthest "
            "below. “More alike” and “less alike” give that difference in {unit}; it is a "
            "probe's part in the score before the panel's likeness among itself is taken away. "
            "Equal values go by address, and of several answers the first usable one is shown.",
            n=found.probes,
            title=recorded(found.line.title),
            direction=own(
                "a similarity" if found.line.direction == "similarity" else "a distance, turned"
            ),
            each=len(found.carrying),
            unit=recorded(found.line.unit),
        ),
        own(
            f"Every text stands as it was recorded; {LINE_BREAK} is a line break, and of longer "
            f"texts the first {LONGEST} characters are printed. A handful of examples shows "
            "what the numbers are made of; it does not carry them."
        ),
    ]


def _shown(material: Material, examples: Sequence[Example]) -> list[Block]:
    prompts = {p.address: p.prompt for pack in material.packs for p in pack.probes}
    return [
        KeyValues(
            (
                (own("Probe"), _heard(example)),
                (own("Prompt"), _verbatim(prompts[example.probe_address])),
                (own("Reference"), _answer(material, "reference", example)),
                (own("Suspect"), _answer(material, "suspect", example)),
            )
        )
        for example in examples
    ]


def _heard(example: Example) -> Words:
    value, mean, apart = (
        number(one, PLAIN_DECIMALS)
        for one in (example.suspect, example.controls, abs(example.excess))
    )
    way = "more" if example.excess > 0 else "less"
    return say(
        "{address}: suspect {value}, controls {mean} on average; {apart} {way} alike",
        address=name(example.probe_address),
        value=own(value),
        mean=own(mean),
        apart=own(apart),
        way=own(way),
    )


def _answer(material: Material, role: str, example: Example) -> Words:
    runs = {run.id for run in material.runs if run.role == role}
    given: list[Quote] = sorted(
        (
            quote
            for quote in material.quotes
            if quote.run_id in runs and quote.probe_address == example.probe_address
        ),
        key=lambda quote: (quote.outcome not in USABLE, quote.repeat),
    )
    return _verbatim(given[0].text) if given else own("not at hand when this report was written")


def _verbatim(text: str) -> Words:
    shown = recorded(text[:LONGEST].replace("\n", f" {LINE_BREAK} "))
    if len(text) <= LONGEST:
        return shown
    return shown + own(f" […] (cut after {LONGEST} of {len(text):,} characters)")
