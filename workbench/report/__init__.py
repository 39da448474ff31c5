"""What a comparison says, in words, exhibits and a PDF; opens without torch and without a model."""

from workbench.report.attachments import attachments
from workbench.report.blocks import Document
from workbench.report.document import build_document, document_json
from workbench.report.exhibits import Exhibit, exhibits
from workbench.report.pdf import write_pdf

__all__ = [
    "Document",
    "Exhibit",
    "attachments",
    "build_document",
    "document_json",
    "exhibits",
    "write_pdf",
]
