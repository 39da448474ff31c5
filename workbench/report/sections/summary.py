"""The question, the answer and its main limits, on one page, in plain language."""

from collections.abc import Sequence

from workbench.evidence.propositions import ALTERNATIVES
from workbench.records import Opinion
from workbench.report.blocks import Block, Heading, Material, Paragraph, Points
from workbench.report.contents import at
from workbench.report.numbers import counted
from workbench.report.sections import answers
from workbench.report.wording import Words, joined, name, own, plain, recorded, say


def blocks(material: Material) -> list[Block]:
    """Write the summary."""
    return [
        Heading(own("The question")),
        Paragraph(_question(material)),
        Heading(own("The answer")),
        *_answer(material),
        Heading(own("What the answer rests on")),
        Paragraph(_basis(material)),
        Paragraph(_found(material)),
        Heading(own("Limits to keep in mind")),
        Points(
            (
                _few_controls(material),
                *_measured_on(material),
                _untested(material),
                _no_history(material),
            ),
            numbered=True,
        ),
    ]


def _answer(material: Material) -> list[Block]:
    """One answer per question; without any question, the verdict as it stands."""
    verdict = material.comparison.verdict
    if verdict.opinions:
        return [block for one in verdict.opinions for block in answers.blocks(material, one)]
    reasons = tuple(material.said(reason) for reason in verdict.reasons)
    return [
        Paragraph(material.said(verdict.wording), weight="answer"),
        *([Points(reasons)] * bool(reasons)),
    ]


def _question(material: Material) -> Words:
    comparison = material.comparison
    if comparison.verdict.opinions:
        return say(
            "Two things are asked of the suspect model {suspect}, and neither answer speaks for "
            "the other: whether it comes from the weights of the reference model {reference}, "
            "and whether it learned from what {reference} wrote. {evaluation} weighs each "
            "against other explanations.",
            evaluation=own(at("evaluation").capitalize()),
            suspect=comparison.suspect,
            reference=comparison.reference,
        )
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
    return (
        say(
            "The reference, the suspect and {controls} were asked the same {probes} from {packs}: "
            "{questions} for each model, repeats included. Controls are models declared to be "
            "independent of the reference; they show how alike unrelated models are anyway. What to "
            "ask and how to measure was fixed before the first question, and every answer was "
            "recorded, also the failed ones.",
            controls=own(counted(len(material.comparison.controls), "control model")),
            probes=own(counted(probes, "probe")),
            packs=own(counted(len(packs), "pack")),
            questions=own(counted(questions, "question")),
        )
        + _asked_again(material)
        + _recorded(material)
    )


def _asked_again(material: Material) -> Words:
    if material.plan.other_temperature is None:
        return ()
    return own(
        " Some questions were also asked under other settings, to see what the answer hangs on; that "
        "counts in no score."
    )


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
            "No metric could rank the suspect among the controls; "
            f"{at('results')} gives the reasons."
        )
    missing = len(lines) - len(ranked)
    return say(
        "{metrics} could rank the suspect among the controls. The suspect was more like the "
        "reference than every control by {above} of them.{missing}",
        metrics=own(counted(len(ranked), "metric")),
        above=len(above),
        missing=own(
            f" {counted(missing, 'further metric')} could not; {at('results')} gives the reasons."
            if missing
            else ""
        ),
    )


def _few_controls(material: Material) -> Words:
    count = len(material.comparison.controls)
    if not count:
        return own("There were no controls, so nothing shows how alike unrelated models are.")
    return say(
        "With {controls}, a model that has nothing to do with the reference comes first by one "
        "metric in 1 of {places} cases by luck alone, and luck has a try with every metric.",
        controls=own(counted(count, "control")),
        places=count + 1,
    )


def _measured_on(material: Material) -> list[Words]:
    """Where there is a calibration: on which models the worth of likeness was measured."""
    opinions = material.comparison.verdict.opinions
    names = dict.fromkeys(one.calibration for one in opinions if one.calibration is not None)
    if not names:
        return []
    titles = {one.figures.name: one.figures.title for one in material.validated}
    listed = [recorded(titles[it]) if it in titles else name(it) for it in names]
    return [
        say(
            "What likeness is worth was measured on pairs of known history ({on}), and may differ "
            "here.",
            on=joined(listed, "; "),
        )
    ]


def _untested(material: Material) -> Words:
    verdict = material.comparison.verdict
    if verdict.opinions:
        listed = own(", ".join(_never_weighed(verdict.opinions)))
    else:
        accounts = [item.split(". ")[0].rstrip(".") for item in verdict.untested]
        listed = joined((material.said(account) for account in accounts), "; ")
    if not listed or not plain(listed):
        return own(
            f"The answer holds against the alternatives of {at('propositions')}, and no others."
        )
    return say(
        "Other explanations were not tested: {list}. Any of them can make two models alike.",
        list=listed,
    )


def _never_weighed(opinions: Sequence[Opinion]) -> list[str]:
    """Alternatives beside independence that no question could be weighed against."""
    weighed = {item.alternative for one in opinions for item in one.weighings if item.ratio}
    return [item.noun for item in ALTERNATIVES[1:] if item.key not in weighed]


def _no_history(_: Material) -> Words:
    return own(
        "Likeness has no history: the findings do not say how it arose, which model came first, "
        "who did what, or when."
    )
