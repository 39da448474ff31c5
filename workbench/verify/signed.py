"""What follows a report in its file, if that is a signature."""

from workbench.custody import Check
from workbench.errors import ReportError
from workbench.report.behind import only_signatures
from workbench.report.signature import check_signature

MORE = "What follows the report is more than a signature, and may change what its pages show."


def signature(content: bytes, length: int) -> Check | None:
    """Check the signatures of a report, and that they are all that was appended to it.

    Args:
        content: The whole file.
        length: Bytes of the report that it begins with; 0 if it begins with another.

    Returns:
        What the signatures say and what does not hold; None if there is none.
    """
    try:
        found = check_signature(content)
        alone = not found.signatures or not length or only_signatures(content, length)
    except ReportError as error:
        return Check("Signature", (error.what,), "not checked")
    if not (found.signatures or found.problems):
        return None
    problems = found.problems if alone else (*found.problems, MORE)
    return Check("Signature", problems, " ".join(found.sentences()))
