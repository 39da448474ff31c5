"""What was asked and how far it goes, who asked, and who did the work."""

from workbench.evidence.wording import QUESTION_WORDS
from workbench.parties import cut
from workbench.records import Plan
from workbench.report.blocks import Block, KeyValues, Material, Paragraph
from workbench.report.contents import at
from workbench.report.numbers import counted, moment
from workbench.report.wording import Words, own, recorded, say

NAMED = (
    "A name here is what whoever planned the comparison wrote. It was fixed in the plan before any "
    "model was asked, and the program did not check it."
)
ANSWERS = "did the work and answers for it"
ELSEWHERE = "must be named by the letter that this report comes with, or by its signature."


def blocks(material: Material) -> list[Block]:
    """Write question, scope and parties."""
    return [
        KeyValues(
            (
                (own("Question"), _question(material)),
                (own("Scope"), _scope(material)),
                (own("Outside the scope"), own(_outside())),
                (own("Dates"), _dates(material)),
                (own("Asked by"), _asked_by(material.plan)),
                (own("Done by"), _done_by(material.plan)),
            )
        ),
        Paragraph(own(_standing(material.plan))),
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


def _asked_by(plan: Plan) -> Words:
    return recorded(cut(plan.asked_by)) if plan.asked_by else own("Not recorded in the case.")


def _done_by(plan: Plan) -> Words:
    nobody = own("a person whom the case does not name")
    return say(
        "Model workbench {version}, run by {who}",
        version=plan.software,
        who=recorded(cut(plan.done_by)) if plan.done_by else nobody,
    )


def _standing(plan: Plan) -> str:
    """What a name above is worth, and what has to name whoever is not named there."""
    match bool(plan.asked_by), bool(plan.done_by):
        case True, True:
            return NAMED
        case True, False:
            return f"{NAMED} Whoever {ANSWERS} {ELSEWHERE}"
        case False, True:
            return f"{NAMED} Whoever asked {ELSEWHERE}"
        case _:
            return f"The case names no person. Whoever asked, and whoever {ANSWERS}, {ELSEWHERE}"
