"""What was asked and how far it goes, who asked, and who did the work."""

from workbench.evidence.wording import QUESTION_WORDS
from workbench.report.blocks import Block, KeyValues, Material, Paragraph
from workbench.report.contents import at
from workbench.report.numbers import counted, moment
from workbench.report.wording import Words, joined, name, own, say


def blocks(material: Material) -> list[Block]:
    """Write question, scope and parties."""
    return [
        KeyValues(
            (
                (own("Question"), _question(material)),
                (own("Scope"), _scope(material)),
                (own("Outside the scope"), own(_outside())),
                (own("Dates"), _dates(material)),
                (own("Asked by"), own("Not recorded in the case.")),
                (own("Done by"), _done_by(material)),
            )
        ),
        Paragraph(
            own(
                "The case names no person. Whoever asked, and whoever did the work and answers "
                "for it, must be named by the letter that this report comes with, or by its "
                "signature."
            )
        ),
    ]


def _question(material: Material) -> Words:
    opinions = material.comparison.verdict.opinions
    if opinions:
        return own(" ".join(QUESTION_WORDS[opinion.question] for opinion in opinions))
    return say(
        "Does the behaviour of {suspect} come from {reference}?",
        suspect=material.comparison.suspect,
        reference=material.comparison.reference,
    )


def _scope(material: Material) -> Words:
    plan = material.plan
    return say(
        "Recorded answers of the reference {reference}, the suspect {suspect} and {controls} to "
        "{packs}, under the settings of {methods}; {metrics}.",
        reference=material.comparison.reference,
        suspect=material.comparison.suspect,
        controls=own(counted(len(material.comparison.controls), "control")),
        packs=own(counted(len(plan.packs), "pack")),
        methods=own(at("methods")),
        metrics=own(counted(len(material.comparison.lines), "metric")),
    )


def _outside() -> str:
    return (
        "How anybody had access to a model, what was agreed, what anybody meant, and when anything "
        f"happened: see {at('limits')}."
    )


def _dates(material: Material) -> Words:
    began = sorted(run.started_at for run in material.runs)
    words = own(f"The plan was fixed on {moment(material.plan.created_at)}")
    if not began:
        return words + own("; no run is recorded.")
    return words + own(f"; runs began from {moment(began[0])} to {moment(began[-1])}.")


def _done_by(material: Material) -> Words:
    versions = dict.fromkeys([material.plan.software])
    return say(
        "Model workbench {versions}, run by a person whom the case does not name",
        versions=joined(name(version) for version in versions),
    )
