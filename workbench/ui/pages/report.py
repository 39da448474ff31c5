"""The report of one suspect: what goes in, how it looks, the files to take away, and the check."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from workbench.digest import digest_of_text
from workbench.report import Document, attachments
from workbench.report.attached import Attachments
from workbench.report.html import html_bytes
from workbench.report.pdf import attached_json, page_pictures, pdf_bytes
from workbench.report.selection import leave_out, optional_sections
from workbench.reported import report_on
from workbench.store import CaseStore
from workbench.store.exports import Table, write_table
from workbench.ui import case_lines, signing, state, verifying, widgets

KEPT = 4
"""Drawn reports that are kept in memory."""
TABLES: tuple[tuple[Table, str], ...] = (
    ("answers", "Every observation"),
    ("scores", "Scores"),
    ("values", "Values at each probe"),
)


def render() -> None:
    """Draw the report of the chosen suspect and what can be taken away."""
    st.title("Report")
    with widgets.errors_shown():
        opened = state.opened_case()
        if opened is not None:
            _of_case(*opened)
    verifying.of_report()


def _of_case(store: CaseStore, suspect: str) -> None:
    comparison = state.comparison_of(store, suspect)
    if comparison is not None:
        whole = report_on(store, comparison, _attachments(_stamps(store), store))
        _report(store, suspect, whole)
    else:
        st.info("There is no report yet: this suspect was not compared.")
        case_lines.link("run", "play_arrow", store.name)
    _tables(store)
    verifying.of_case(store)


def _report(store: CaseStore, suspect: str, whole: Document) -> None:
    st.header("What goes in", anchor=False)
    sections, exhibits = state.left_out(
        optional_sections(whole), [shown.number for shown in whole.exhibits]
    )
    document = leave_out(whole, sections, exhibits)
    if document is not whole:
        st.caption("The cover names what is left out; the attached evidence stays whole.")
    with st.container(horizontal=True):
        named = widgets.file_name(store.name, suspect)
        widgets.download("PDF", "picture_as_pdf", f"{named}.pdf", lambda: pdf_bytes(document))
        widgets.download("HTML", "html", f"{named}.html", lambda: html_bytes(document))
        widgets.download(
            "JSON", "data_object", f"{named}.json", lambda: attached_json(document).encode()
        )
    digest = digest_of_text(attached_json(document))
    signing.draw(f"{named}-signed.pdf", digest, lambda: pdf_bytes(document))
    _preview(document, digest)


def _stamps(store: CaseStore) -> tuple[tuple[str, int, int], ...]:
    """What changes whenever a record is added to the case."""
    found = (
        (store.journal_path(name), store.journal_path(name).stat()) for name in store.journals()
    )
    return tuple((str(path), about.st_size, about.st_mtime_ns) for path, about in found)


@st.cache_resource(max_entries=2, show_spinner="Gathering what the report carries")
def _attachments(
    stamps: tuple[tuple[str, int, int], ...],  # noqa: ARG001 - the key
    _store: CaseStore,
) -> Attachments:
    return attachments(_store)


def _preview(document: Document, digest: str) -> None:
    st.header("Preview", anchor=False)
    pages = _pictures(digest, document)
    page = st.pagination(len(pages), key="report-page") if len(pages) > 1 else 1
    widgets.picture(pages[page - 1], alt=f"Page {page} of the report, as the PDF has it")
    widgets.plain(f"Page {page} of {len(pages)}. The PDF itself holds text, tags and the evidence.")


@st.cache_data(max_entries=KEPT, show_spinner="Setting the pages")
def _pictures(digest: str, _document: Document) -> tuple[bytes, ...]:  # noqa: ARG001 - the key
    return page_pictures(_document)


def _tables(store: CaseStore) -> None:
    st.header("Tables", anchor=False)
    st.caption(
        "Parquet holds every text as recorded. In CSV a text that a spreadsheet would run as a "
        "formula begins with an apostrophe."
    )
    for table, title in TABLES:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(title, width=130)
            for form, icon in (("csv", "table"), ("parquet", "database")):
                name = f"{widgets.file_name(store.name, table)}.{form}"
                widgets.download(
                    form.upper() if form == "csv" else "Parquet",
                    icon,
                    name,
                    partial(_table_bytes, store, table, name),
                )


def _table_bytes(store: CaseStore, table: Table, name: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write_table(store, table, Path(folder) / name).read_bytes()


if __name__ == "__main__":
    render()
