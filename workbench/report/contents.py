"""The parts of a report in their order, and how sentences refer to them.

Source: The order follows ISO 21043-5 on reporting, the ENFSI guideline for evaluative reporting (2015)
    and practice under Federal Rule of Evidence 702; conformity with none of them is claimed.
"""

from typing import Literal, get_args

Part = Literal[
    "summary",
    "question",
    "items",
    "propositions",
    "methods",
    "validation",
    "results",
    "examples",
    "evaluation",
    "limits",
    "integrity",
    "glossary",
    "appendix",
]
TITLES: dict[Part, str] = {
    "summary": "Summary",
    "question": "Question, scope, and who did what",
    "items": "Items examined",
    "propositions": "Propositions and background assumptions",
    "methods": "Methods",
    "validation": "Validation",
    "results": "Results with controls",
    "examples": "Examples",
    "evaluation": "Evaluation",
    "limits": "Limitations and what this does not show",
    "integrity": "Integrity",
    "glossary": "Glossary and references",
    "appendix": "Appendix: full tables",
}
PARTS: tuple[Part, ...] = get_args(Part)


def at(part: Part) -> str:
    """Where a part stands: `section 7`."""
    return f"section {PARTS.index(part) + 1}"
