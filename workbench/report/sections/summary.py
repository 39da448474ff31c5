"""Section 1: the question, the answer and its main limits, on one page, in plain language."""

from workbench.report.blocks import Block, Heading, Material, Paragraph, Points
from workbench.report.numbers import counted
from workbench.report.wording import Words, joined, name, own, recorded, say


def blocks(material: Material) -> list[Block]:
    """Write the summary."""
    verdict = material.comparison.verdict
    return [
        Heading(own("The question")),
        Paragraph(_question(material)),
        Heading(own("The answer")),
        Paragraph(material.said(verdict.wording), weight="answer"),
        *(
            [Points(tuple(material.said(reason) for reason in verdict.reasons))]
            * bool(verdict.reasons)
        ),
        Heading(own("What the answer rests on")),
        Paragraph(_basis(material)),
        Paragraph(_found(material)),
        Heading(own("Three limits to keep in mind")),
        Points(
            (_few_controls(material), _untested(material), _no_history(material)), numbered=True
        ),
    ]


def _question(material: Material) -> Words:
    comparison = material.comparison
    return say(
        "Does the behaviour of the suspect model {suspect} come from the reference model "
        "{reference}, or would a model that has nothing to do with {reference} behave like this, "
        "too? Two statements are weighed against each other: “{proposition}” and “{alternative}”.",
        suspect=comparison.suspect,
        reference=comparison.reference,
        proposition=material.said(comparison.verdict.proposition.rstrip(".")),
        alternative=material.said(comparison.verdict.alternative.rstrip(".")),
    )


def _basis(material: Material) -> Words:
    packs = material.plan.packs
    probes, questions = sum(p.probes for p in packs), sum(p.questions for p in packs)
    return say(
        "The reference, the suspect and {controls} were asked the same {probes} from {packs}: "
        "{questions} for each model, repeats included. Controls are models declared to be "
        "independent of the reference; they show how alike unrelated models are anyway. What to "
        "ask and how to measure was fixed before the first question, and every answer was "
        "recorded, also the failed ones.",
        controls=own(counted(len(material.comparison.controls), "control model")),
        probes=own(counted(probes, "probe")),
        packs=own(counted(len(packs), "pack")),
        questions=own(counted(questions, "question")),
    ) + _recorded(material)


def _recorded(material: Material) -> Words:
    names = [name(run.model) for run in material.runs if run.capabilities.recorded is not None]
    if not names:
        return ()
    return say(
        " In place of asking {models}, answers were taken that a third party had recorded before; "
        "for them, nothing but the choice among those answers was fixed beforehand.",
        models=joined(names),
    )


def _found(material: Material) -> Words:
    lines = material.comparison.lines
    ranked = [line for line in lines if line.above_every_control is not None]
    above = [line for line in ranked if line.above_every_control]
    if not ranked:
        return own(
            "No metric could rank the suspect among the controls; section 4 gives the reasons."
        )
    missing = len(lines) - len(ranked)
    return say(
        "{metrics} could rank the suspect among the controls. The suspect was more like the "
        "reference than every control by {above} of them{names}.{missing}",
        metrics=own(counted(len(ranked), "metric")),
        above=len(above),
        names=say(" ({list})", list=joined(recorded(line.title) for line in above))
        if above
        else own(""),
        missing=own(
            f" {counted(missing, 'further metric')} could not; section 4 gives the reasons."
            if missing
            else ""
        ),
    )


def _few_controls(material: Material) -> Words:
    count = len(material.comparison.controls)
    if not count:
        return own("There were no controls, so nothing shows how alike unrelated models are.")
    return say(
        "The panel limits what can be said. With {controls}, a model that has nothing to do with "
        "the reference comes first by one metric in 1 of {places} cases by luck alone, and luck "
        "has as many tries as there are metrics.",
        controls=own(counted(count, "control")),
        places=count + 1,
    )


def _untested(material: Material) -> Words:
    untested = material.comparison.verdict.untested
    if not untested:
        return own("The answer holds against the alternatives named in section 5, and no others.")
    accounts = [item.split(". ")[0].rstrip(".") for item in untested]
    return say(
        "Other explanations were not tested: {list}. Any of them can make two models alike.",
        list=joined((material.said(account) for account in accounts), "; "),
    )


def _no_history(_: Material) -> Words:
    return own(
        "Likeness has no history. The findings concern recorded answers to these probes; they do "
        "not say how a likeness arose, which model came first, who did what, or when."
    )
