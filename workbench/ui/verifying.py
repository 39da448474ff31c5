"""Having a case, or a report from elsewhere, checked in a process of its own."""

from pathlib import Path

import streamlit as st

from workbench import errand
from workbench.digest import digest_of_bytes
from workbench.durable import write_whole
from workbench.paths import cache_folder
from workbench.store import CaseStore
from workbench.ui import errands, tables, widgets
from workbench.ui.errands import Task

MOST_MEGABYTES = 200
"""Of a report to be checked."""


def of_case(store: CaseStore) -> None:
    """Let the reader have a case checked."""
    st.header("Verify", anchor=False)
    st.caption(
        "Recomputes the chain of records, every digest and every number of this case from its "
        "journals, in a process of its own. The same on the command line:"
    )
    widgets.command("workbench", "verify", store.name)
    place = errands.place_of(store.folder, "verify")
    _check(place, str(store.folder.absolute()), "Verify this case", "verify")


def of_report() -> None:
    """Let the reader have a PDF checked, whoever wrote it, with nothing but what it carries."""
    st.header("Verify a report", anchor=False)
    st.caption(
        "A report carries the case that it was written from. Choose one, from here or from elsewhere: "
        "every number is computed again, and each that differs is named. On the command line:"
    )
    widgets.command("workbench", "verify", "evidence.pdf")
    given = st.file_uploader(
        "Report (PDF)", type="pdf", max_upload_size=MOST_MEGABYTES, key="report-to-verify"
    )
    if given is None:
        return
    content = given.getvalue()
    digest = digest_of_bytes(content).partition(":")[2][:16]
    # Its own name never becomes a path.
    folder = cache_folder() / "reports" / digest
    path = folder / "report.pdf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    _check(folder / "verify", str(path), "Verify this report", "verify-report")


def _check(place: Path, what: str, label: str, key: str) -> None:
    ended = errands.draw(Task(place, ("verify", what, "--json"), label, "fact_check", key))
    if ended is None:
        return
    checks = errand.said(place)
    if checks:
        widgets.table(tables.check_rows(checks), alt="What was checked, and what came of it")
    if not ended.failed:
        widgets.plain(f"Nothing differs, as of {ended.ended_at:%Y-%m-%d %H:%M} UTC.")
