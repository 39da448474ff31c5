"""What is weighed against what, and what is taken for granted while it is."""

from workbench.evidence.propositions import ALTERNATIVES, DERIVED
from workbench.evidence.wording import QUESTION_WORDS
from workbench.records import Opinion
from workbench.report.blocks import Block, Column, Heading, Material, Paragraph, Points, Table
from workbench.report.contents import at
from workbench.report.wording import Words, own, say


def blocks(material: Material) -> list[Block]:
    """Write propositions and assumptions."""
    opinions = material.comparison.verdict.opinions
    return [
        *([block for one in opinions for block in _of(material, one)] or _as_it_stands(material)),
        Heading(own("Background assumptions")),
        Paragraph(own("All that follows holds if these do. None of them was tested here.")),
        Points(tuple(_assumptions(material))),
    ]


def _as_it_stands(material: Material) -> list[Block]:
    verdict = material.comparison.verdict
    return [
        Paragraph(own("Two statements are weighed against each other:"), weight="lead"),
        Points((material.said(verdict.proposition), material.said(verdict.alternative))),
    ]


def _of(material: Material, opinion: Opinion) -> list[Block]:
    reference, suspect = material.comparison.reference, material.comparison.suspect
    derived = DERIVED[opinion.question]
    weighed = {item.alternative for item in opinion.weighings if item.ratio is not None}
    return [
        Heading(own(QUESTION_WORDS[opinion.question])),
        Table(
            own("H_R is weighed against each of the others, where a calibration can stand for it"),
            (Column(own("Sign")), Column(own("Statement"), share=1), Column(own("Weighed"))),
            (
                (
                    own("H_R"),
                    _stated(derived.words, reference, suspect),
                    own("yes" if weighed else "no"),
                ),
                *(
                    (
                        own(item.symbol),
                        _stated(item.words, reference, suspect),
                        own("yes" if item.key in weighed else "no"),
                    )
                    for item in ALTERNATIVES
                ),
            ),
        ),
    ]


def _stated(words: str, reference: str, suspect: str) -> Words:
    return say(words, reference=reference, suspect=suspect)


def _assumptions(material: Material) -> list[Words]:
    controls = material.comparison.controls
    known = [run for run in material.runs if run.weights_digest is not None]
    return [
        say(
            "The {n} controls are independent of the reference and of each other, as the plan "
            "declares them to be.",
            n=len(controls),
        )
        if controls
        else own("There are no controls, so nothing is assumed of any."),
        own(
            "Each model is the one that its name and source say. For "
            f"{len(known)} of {len(material.runs)} runs the weights were seen and have a digest in "
            f"{at('integrity')}; of the others only answers are known."
        ),
        own("What answered stayed the same within each run, unless a change is noted."),
        own(
            "No model was given the probes, or answers to them, in order to change what this "
            "report finds."
        ),
        own(
            "Where a calibration is used, its pairs have the history that their labels state, "
            "and its families stand for those that could have come into question here."
        ),
        own(
            "No assumption is made of how probable derivation was before these findings; that "
            "is for the reader to judge."
        ),
    ]
