"""The report of one suspect: what goes in, how it looks, the files to take away, and the check."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from workbench.digest import digest_of_text
from workbench.records import Comparison
from workbench.report import Document, attachments
from workbench.report.attached import Attachments
from workbench.report.html import html_bytes
from workbench.report.pdf import attached_json, page_pictures, pdf_bytes
from workbench.report.selection import leave_out, optional_sections
from workbench.reported import report_on
from workbench.store import CaseStore
from workbench.store.copying import KEPT as KEPT_FOLDERS
from workbench.store.exports import Table, write_table
from workbench.ui import case_lines, signing, state, verifying, widgets

KEPT = 4
"""Drawn reports that are kept in memory."""
Stamps = tuple[tuple[str, int, int], ...]
"""Path, bytes and time of change of each file."""
Key = tuple[Stamps, str]
"""What a report changes with: the record, and the digest of the comparison."""
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
        key = (_stamps(store), comparison.digest)
        _report(key, store, comparison)
    else:
        st.info("There is no report yet: this suspect was not compared.")
        case_lines.link("run", "play_arrow", store.name)
    _tables(store)
    verifying.of_case(store)


def _report(key: Key, store: CaseStore, comparison: Comparison) -> None:
    st.header("What goes in", anchor=False)
    whole = _whole(key, store, comparison)
    sections, exhibits = state.left_out(
        optional_sections(whole), [shown.number for shown in whole.exhibits]
    )
    document, digest = _chosen(key, sections, exhibits, whole)
    if sections or exhibits:
        st.caption("The cover names what is left out; the attached evidence stays whole.")
    with st.container(horizontal=True):
        named = widgets.file_name(store.name, comparison.suspect)
        widgets.download("PDF", "picture_as_pdf", f"{named}.pdf", lambda: pdf_bytes(document))
        widgets.download("HTML", "html", f"{named}.html", lambda: html_bytes(document))
        widgets.download(
            "JSON", "data_object", f"{named}.json", lambda: attached_json(document).encode()
        )
    signing.draw(f"{named}-signed.pdf", digest, lambda: pdf_bytes(document))
    _preview(document, digest)


def _stamps(store: CaseStore) -> Stamps:
    """What changes whenever a record is added to the case, or any file of it is another."""
    files = [store.database]
    for folder in KEPT_FOLDERS:
        files += (path for path in (store.folder / folder).rglob("*") if path.is_file())
    found = ((path, path.stat()) for path in sorted(files))
    return tuple((str(path), about.st_size, about.st_mtime_ns) for path, about in found)


@st.cache_resource(max_entries=KEPT, show_spinner="Writing the report")
def _whole(key: Key, _store: CaseStore, _comparison: Comparison) -> Document:
    return report_on(_store, _comparison, _attachments(key[0], _store))


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _chosen(
    key: Key,  # noqa: ARG001 - the key, with what is left out
    sections: Sequence[str],
    exhibits: Sequence[int],
    _whole: Document,
) -> tuple[Document, str]:
    """A document without some of its parts, and the digest of what is attached to it."""
    document = leave_out(_whole, sections, exhibits)
    return document, digest_of_text(attached_json(document))


@st.cache_resource(max_entries=2, show_spinner="Gathering what the report carries")
def _attachments(stamps: Stamps, _store: CaseStore) -> Attachments:  # noqa: ARG001 - the key
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
