"""The report on one suspect of a case, as command line, pages and verification all write it."""

from collections.abc import Mapping

from workbench.records import Comparison
from workbench.report.attached import Attachments
from workbench.report.blocks import Document
from workbench.report.document import build_document
from workbench.store import CaseStore
from workbench.store.views import served


def document_of(
    store: CaseStore,
    comparison: Comparison,
    attachments: Attachments,
    made_with: Mapping[str, str] | None = None,
) -> Document:
    """Write the report of one comparison of a case.

    Args:
        store: The case.
        comparison: One of its comparisons.
        attachments: What the report carries; `attachments(store)` gathers it.
        made_with: What sets its pages; this machine's if None.

    Raises:
        ReportError: If the comparison is of another plan, or a sentence holds a refused phrase.
    """
    return build_document(
        comparison,
        store.plan(),
        store.runs(),
        store.packs(),
        served(store),
        attachments=attachments,
        made_with=made_with,
    )
