"""Which languages a report is written in, and why in no others; `LANGUAGES` is the only list."""

from workbench.errors import ReportError
from workbench.records import LANGUAGES, Language


def language_of(text: str) -> Language:
    """Take what a reader asked for as a language of a report.

    Raises:
        ReportError: If no report is written in it.
    """
    found = next((one for one in LANGUAGES if one == text), None)
    if found is None:
        raise ReportError(
            f"A report is written in English only, and {text!r} was asked for.",
            fix="Use --lang en; no machine translation is offered, because the wording of a "
            "conclusion is checked word by word against refused phrases, and those are English "
            "(workbench/report/wording.py).",
        )
    return found
