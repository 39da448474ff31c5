"""What follows a report in its file, if that is a signature."""

from workbench.custody import Check
from workbench.errors import ReportError
from workbench.report.signature import check_signature


def signature(content: bytes, length: int) -> Check | None:  # noqa: ARG001 - as `Appended` has it
    """Check the signatures of a report.

    Args:
        content: The whole file.
        length: Bytes of the report that it begins with.

    Returns:
        What the signatures say and what does not hold; None if there is none.
    """
    try:
        found = check_signature(content)
    except ReportError as error:
        return Check("Signature", (error.what,), "not checked")
    if not (found.signatures or found.problems):
        return None
    return Check("Signature", tuple(found.problems), " ".join(found.sentences()))
