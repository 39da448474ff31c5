"""`workbench export`: what a report says, in other forms than PDF."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.case import document_on
from workbench.cli.output import AsJson, CaseName, case_folder, print_json
from workbench.durable import write_whole
from workbench.errors import ReportError
from workbench.store import open_case

if TYPE_CHECKING:
    from workbench.report import Document


class Format(StrEnum):
    """What a report can be written as; a PDF is written by `workbench report`."""

    HTML = "html"
    JSON = "json"


def export(
    case: CaseName,
    *,
    form: Annotated[Format, typer.Option("--format", help="One HTML file, or JSON.")] = Format.HTML,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write; evidence.FORMAT if not said."),
    ] = None,
    suspect: Annotated[
        str | None, typer.Option(help="Which suspect, if there are several.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what the report on one suspect says as one static HTML file, or as JSON."""
    path = output or Path(f"evidence.{form}")
    content = _content(document_on(open_case(case_folder(case)), suspect), form)
    try:
        write_whole(path, content)
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {path}: {error.strerror}.",
            fix="Choose a folder that exists and that you may write to.",
        ) from error
    if as_json:
        print_json({"path": str(path)})
        return
    typer.echo(f"Wrote {path}")


def _content(document: "Document", form: Format) -> bytes:
    from workbench.report.html import html_bytes
    from workbench.report.pdf import attached_json

    return html_bytes(document) if form is Format.HTML else attached_json(document).encode()
