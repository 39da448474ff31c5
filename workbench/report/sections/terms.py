"""The glossary, and the works that the report follows."""

from workbench.report.blocks import Block, Heading, KeyValues, Material, Paragraph, Points
from workbench.report.glossary import GLOSSARY, REFERENCES
from workbench.report.wording import own, recorded


def blocks(_: Material) -> list[Block]:
    """Write glossary and references."""
    return [
        Heading(own("Words of this report")),
        KeyValues(tuple((own(term.word), own(term.meaning)) for term in GLOSSARY)),
        Heading(own("References")),
        Paragraph(
            own(
                "The order of this report and the form of its conclusions follow ISO 21043-5, "
                "the ENFSI guideline (2015), and what Rule 702 and Daubert ask of a method: "
                "that it can be tested, that its error rates are known, and that it keeps to "
                "standards. Nobody has assessed whether it conforms to them, and no such claim "
                "is made."
            )
        ),
        Points(tuple(recorded(reference) for reference in REFERENCES)),
    ]
