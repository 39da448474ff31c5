"""What the findings cannot carry."""

from workbench.records import Validated
from workbench.report.blocks import Block, Column, Heading, Material, Paragraph, Points, Table
from workbench.report.wording import Words, joined, name, own, recorded, say

NOT_SHOWN = (
    (
        "Who asked what of whom. Behavioural likeness is not account telemetry: it holds no log of "
        "requests, accounts or addresses."
    ),
    (
        "How a likeness arose. Answers that are alike can come from shared training data, a shared "
        "teacher, a shared base model or public text."
    ),
    (
        "Who did what, with what purpose, through which account, under which terms, in which "
        "country or on which date. Behaviour holds no such record; access logs, contracts and "
        "training records do."
    ),
    (
        "In which direction anything passed between two models. Likeness is the same seen from "
        "both sides."
    ),
    "Anything about other versions, settings, languages or dates than those recorded here.",
    "What a model says of itself. A model that names a maker may repeat text from the web.",
)


def blocks(material: Material) -> list[Block]:
    """Write the limitations."""
    return [
        Heading(own("Limitations of this comparison")),
        Points(tuple(_limitations(material))),
        Heading(own("What this does not show")),
        Points(tuple(own(item) for item in NOT_SHOWN)),
        *_confounders(material),
    ]


def _limitations(material: Material) -> list[Words]:
    comparison = material.comparison
    return [
        *(_absent(material)),
        *_recorded(material),
        *_measured_on(material),
        say(
            "The unit that counts is the independent model, not the probe. More probes sharpen a "
            "score; only more controls can show that it is rare. This panel has {n}.",
            n=len(comparison.controls),
        ),
        own(
            "Little likeness is weak evidence of independence: fine-tuning, other settings or "
            "masking can hide it. An inconclusive answer is no evidence for either statement."
        ),
        own(
            "Metrics are not independent of each other, and no correction is made for their "
            "number in the rank p-values."
        ),
        own(
            "The method is not generally accepted practice yet; its error rates are those measured "
            "for a stated protocol, and none are claimed where no calibration exists."
        ),
        *(material.said(_not_tested(item)) for item in comparison.verdict.untested),
    ]


def _recorded(material: Material) -> list[Words]:
    names = [name(run.model) for run in material.runs if run.capabilities.recorded is not None]
    if not names:
        return []
    return [
        say(
            "The answers of {models} were recorded by a third party. Which model gave them, and "
            "under which system prompt and settings, rests on the files alone and was not checked.",
            models=joined(names),
        )
    ]


def _measured_on(material: Material) -> list[Words]:
    """On which models the worth of scores was measured."""
    return [
        say(
            "What scores of {question} are worth was measured on pairs of known history ({title}). "
            "Error rates are those of such models. Whether they hold for models unlike those, "
            "larger or trained otherwise, was not measured.{here}",
            question=own(one.question),
            title=recorded(one.figures.title),
            here=_here(one),
        )
        for one in material.validated
    ]


def _here(known: Validated) -> Words:
    """Models of the case that are in the labelled pairs, too."""
    if not known.here:
        return ()
    return say(
        " Among them are models of this case: {names}. For a likelihood ratio all pairs with a "
        "family of the reference or the suspect were set aside; error rates count them.",
        names=joined(name(model) for model in known.here),
    )


def _not_tested(item: str) -> str:
    return item if "not tested" in item.lower() else f"Not tested: {item.rstrip('.')}."


def _absent(material: Material) -> list[Words]:
    lines = material.comparison.lines
    absent = [line for line in lines if line.suspect.centred.kind == "no score"]
    if not absent:
        return []
    if len(absent) == len(lines):
        return [own("No metric could be computed for the suspect, so nothing weighs either way.")]
    return [
        say(
            "{absent} of {all} metrics could not be computed for the suspect; the answer rests on "
            "the others alone.",
            absent=len(absent),
            all=len(lines),
        )
    ]


def _confounders(material: Material) -> list[Block]:
    rows = tuple(
        (name(pack.id), recorded(item)) for pack in material.packs for item in pack.confounders
    )
    if not rows:
        return []
    return [
        Heading(own("What else makes models answer alike")),
        Paragraph(own("Each pack states what its authors know to act besides lineage.")),
        Table(
            own("Confounders stated by the packs"),
            (Column(own("Pack"), "code", 1), Column(own("Besides lineage"), share=3)),
            rows,
        ),
    ]
