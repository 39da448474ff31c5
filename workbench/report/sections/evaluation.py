"""What the scores are worth, one question at a time."""

from workbench.evidence.verdict import common_reasons
from workbench.evidence.wording import QUESTION_WORDS
from workbench.records import Opinion
from workbench.report.blocks import Block, Heading, Material, Paragraph, Points
from workbench.report.exhibits import exhibit_of
from workbench.report.sections import opinions, sensitivity, weighed
from workbench.report.wording import own


def blocks(material: Material) -> list[Block]:
    """Write the evaluation."""
    verdict = material.comparison.verdict
    return [
        Paragraph(
            own(
                "A likelihood ratio says how many times more probable the findings are if one "
                "statement is true than if another is. Two questions are asked, and neither speaks "
                "for the other. Each answer is weighed against every alternative that a calibration "
                "can stand for; the least favourable one counts, read at the limit of its interval "
                "that is nearer to 1."
            )
        ),
        *_of_both(material),
        *(block for opinion in verdict.opinions for block in _question(material, opinion)),
        Heading(own("The scale")),
        weighed.scale(),
        Paragraph(
            own(
                "After the scale of the Association of Forensic Science Providers (2009) as the ENFSI "
                "guideline (2015) gives it. Other tables draw the upper bands elsewhere, so read the "
                "numbers. Support for an alternative needs as many recipes of derivatives as support "
                "for derivation needs families."
            ),
            weight="small",
        ),
    ]


def _of_both(material: Material) -> list[Block]:
    verdict = material.comparison.verdict
    if not verdict.opinions:
        return [Paragraph(material.said(verdict.wording), weight="answer")]
    general = tuple(material.said(reason) for reason in common_reasons(verdict))
    return (
        [Paragraph(own("For both questions:"), weight="lead"), Points(general)] if general else []
    )


def _question(material: Material, opinion: Opinion) -> list[Block]:
    return [
        Heading(own(QUESTION_WORDS[opinion.question])),
        *opinions.blocks(
            material.comparison,
            opinion,
            exhibit_of(material.exhibits, opinion.question),
            material.said,
        ),
        *sensitivity.blocks(material.comparison, opinion, material.plan),
    ]
