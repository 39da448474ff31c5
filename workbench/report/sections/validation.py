"""What is known of the errors of this protocol: the calibration set, its error rates, its exhibits."""

from workbench.evidence.propositions import account
from workbench.evidence.ratios import interval_words
from workbench.evidence.wording import QUESTION_WORDS
from workbench.records import Figure, NoScore, Opinion, SystemFigures, Validated
from workbench.report.blocks import Block, Heading, KeyValues, Material, Paragraph
from workbench.report.blocks import Figure as Shown
from workbench.report.contents import at
from workbench.report.numbers import counted, number
from workbench.report.sections import weighed
from workbench.report.wording import Words, name, own, recorded, say

NONE = (
    "No calibration of this protocol was at hand, so no error rate of this protocol is known "
    "and none is claimed. Error rates of other protocols do not speak for this one."
)


def blocks(material: Material) -> list[Block]:
    """Write the validation."""
    opinions = material.comparison.verdict.opinions
    calibrated = [one for one in opinions if one.calibration is not None]
    if not calibrated:
        return [Paragraph(own(NONE))]
    return [
        Paragraph(
            own(
                "What a score is worth was measured on pairs of models whose history is known, "
                "scored as the pair in question is. Every labelled pair is judged without all "
                "pairs that share a family with it, so the error rates are those of what is "
                "done in a case, not of a fit to itself."
            )
        ),
        *(block for one in opinions for block in _question(material, one)),
    ]


def _question(material: Material, opinion: Opinion) -> list[Block]:
    head = Heading(own(QUESTION_WORDS[opinion.question]))
    if opinion.calibration is None:
        return [head, Paragraph(own(NONE))]
    known = next((one for one in material.validated if one.question == opinion.question), None)
    return [
        head,
        *(_set(known) if known else [_absent(opinion)]),
        *(weighed.errors(opinion) or [_no_rates(opinion)]),
        *(
            Shown(exhibit)
            for exhibit in material.exhibits
            if exhibit.validates and exhibit.question == opinion.question
        ),
        *_no_curves(known),
    ]


def _absent(opinion: Opinion) -> Paragraph:
    return Paragraph(
        say(
            "The calibration {name} was not at hand when this report was written; its digest "
            "stands in {evaluation}.",
            name=opinion.calibration or "",
            evaluation=own(at("evaluation")),
        )
    )


def _no_rates(opinion: Opinion) -> Paragraph:
    why = (
        "no level of the scale lies within the bounds of its ratios"
        if opinion.errors
        else "no opinion is given on this question"
    )
    return Paragraph(own(f"Error rates are not listed: {why}."))


def _no_curves(known: Validated | None) -> list[Block]:
    if known is None or not isinstance(known.curves, NoScore):
        return []
    return [Paragraph(say("No curves are drawn: {reason}.", reason=recorded(known.curves.reason)))]


def _set(known: Validated) -> list[Block]:
    figures = known.figures
    system = figures.system(known.question, known.alternative)
    return [
        KeyValues(
            (
                (own("Calibration"), say("{name}: ", name=figures.name) + recorded(figures.title)),
                (own("Labelled scores"), name(figures.scores_digest)),
                (own("Made with"), say("Model workbench {version}", version=figures.software)),
                (own("Alternative shown"), own(account(known.alternative).noun)),
                (own("Derived pairs"), own(_derived(system))),
                (own("Pairs of it"), own(_other(system))),
                *_costs(system),
                (
                    own("Smallest controls"),
                    own(f"made with at least {counted(figures.fewest_controls, 'control')} a pair"),
                ),
            )
        )
    ]


def _derived(system: SystemFigures) -> str:
    return (
        f"{system.derived_pairs} of {counted(system.derived_units, 'recipe')}; "
        f"{system.derived_left_out} more could not be judged apart from their kin"
    )


def _other(system: SystemFigures) -> str:
    return (
        f"{system.other_pairs} of {counted(system.other_families, 'family', 'families')}; "
        f"{system.other_left_out} more could not be judged apart from their kin"
    )


def _costs(system: SystemFigures) -> list[tuple[Words, Words]]:
    rows: list[tuple[Words, Words]] = []
    if system.cllr is not None:
        lost = (
            "" if system.cllr_cal is None else f"; {number(system.cllr_cal, 2)} lost by calibration"
        )
        rows.append(
            (own("Cllr"), own(f"{_figure(system.cllr)}{lost}; 0 is perfect, 1 says nothing"))
        )
    if system.least is not None and system.most is not None:
        rows.append((own("Bounds"), own(interval_words(system.least, system.most))))
    return rows


def _figure(figure: Figure) -> str:
    value = number(figure.value, 2)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({number(figure.low, 2)} to {number(figure.high, 2)})"
