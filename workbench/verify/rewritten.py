"""The report written anew from the case in its attachments: the same words, the same bytes?"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from workbench.custody import Check
from workbench.digest import digest_of_bytes
from workbench.errors import ReportError
from workbench.records import Comparison
from workbench.report.attached import EVIDENCE
from workbench.report.attachments import FILES, carried
from workbench.report.blocks import Document
from workbench.report.document import document_json
from workbench.report.extract import Given, places, printed
from workbench.report.made_with import setting_versions
from workbench.report.pdf import attached_json, pdf_bytes
from workbench.report.schema import Evidence
from workbench.report.selection import leave_out
from workbench.reported import report_on
from workbench.store import CaseStore
from workbench.store.archive import Kind, journal_heads
from workbench.store.journal import CASE_JOURNAL
from workbench.verify.attached import json_differences
from workbench.verify.numbers import numbers_in

Appended = Callable[[bytes, int], Check | None]
"""Looks at a whole PDF and the length of the report that it begins with, 0 if it begins with another;
says whether what follows is what it may be, a signature say, or None if that is not its business."""


def rewritten(
    given: Given,
    evidence: Evidence,
    store: CaseStore,
    absent: dict[Kind, int],
    appended: Sequence[Appended],
) -> Iterator[Check]:
    """Write the report anew and compare it with the one that was given.

    Args:
        given: The report.
        evidence: What its `evidence.json` states.
        store: The case that its attachments hold.
        absent: Kinds of files that are not attached → how many.
        appended: What may follow the report in its file.

    Yields:
        Whether it says the same, whether its file holds the same bytes, and what of `appended` has to
        say of the bytes behind it.
    """
    stated = evidence.records.comparison
    kept = next((one for one in store.comparisons() if one.suspect == stated.suspect), None)
    if kept is None:
        why = f"The attached case has no comparison of {stated.suspect!r}."
        yield Check("What the report says", (why,), "not written anew")
        return
    try:
        document = _document(given, evidence, store, kept, absent)
        again = pdf_bytes(document)
    except ReportError as error:
        yield Check("What the report says", (error.what,), "not written anew")
        return
    yield _says(given, document)
    yield from _file(given, evidence, again, appended)


def _document(
    given: Given,
    evidence: Evidence,
    store: CaseStore,
    kept: Comparison,
    absent: dict[Kind, int],
) -> Document:
    """The report on the attached case; what is attached is taken as it is, and was compared before."""
    contents = {name: given.files.get(name, b"") for name in FILES}
    head = journal_heads(store)[CASE_JOURNAL]["head"]
    files = carried(contents, absent, head)
    whole = report_on(store, kept, files, evidence.made_with, evidence.language)
    return leave_out(whole, evidence.left_out.sections, evidence.left_out.exhibits)


def _says(given: Given, document: Document) -> Check:
    """Compare `evidence.json`, which holds every word and number of the report."""
    content = given.files.get(EVIDENCE, b"")
    again = document_json(document)
    problems: list[str] = []
    if content != attached_json(document).encode():
        problems = json_differences(EVIDENCE, content, again)
    detail = f"{numbers_in(again)} numbers, and every sentence, of {EVIDENCE}"
    return Check("What the report says", tuple(problems), detail)


def _file(
    given: Given, evidence: Evidence, again: bytes, appended: Sequence[Appended]
) -> Iterator[Check]:
    length = len(again) if given.content.startswith(again) else 0
    spoken = [check for look in appended if (check := look(given.content, length)) is not None]
    yield _same_bytes(given, evidence, again, accounted=bool(spoken))
    yield from spoken


def _same_bytes(given: Given, evidence: Evidence, again: bytes, *, accounted: bool) -> Check:
    title = "The file itself"
    here = setting_versions()
    if not given.content.startswith(again) and evidence.made_with != here:
        return _not_set_alike(given, evidence, here)
    if not given.content.startswith(again):
        return Check(title, (_first_difference(given, again),), f"{len(again):,} bytes set anew")
    detail = f"{len(again):,} bytes set anew, all the same"
    behind = len(given.content) - len(again)
    if not behind or accounted:
        return Check(title, (), detail)
    problem = (
        f"{behind:,} bytes follow the report that are no part of it, and may change its pages."
    )
    return Check(title, (problem,), detail)


def _not_set_alike(given: Given, evidence: Evidence, here: dict[str, str]) -> Check:
    """Pages that this machine would set in other bytes: what can be told all the same."""
    digest = digest_of_bytes(given.files.get(EVIDENCE, b""))
    problems = [] if digest in printed(given) else [f"The pages do not print {EVIDENCE}'s digest."]
    others = sorted(
        f"{part} {evidence.made_with.get(part, 'unknown')[:40]}"
        for part, version in here.items()
        if evidence.made_with.get(part) != version
    )
    unchecked = (
        f"The pages were set with {', '.join(others)}, which are not the versions here: other versions "
        f"may set the same words in other bytes, so the file was not compared byte by byte."
    )
    return Check("The file itself", tuple(problems), "digest on its pages", (unchecked,))


def _first_difference(given: Given, again: bytes) -> str:
    """Where the given file first differs from the one that was set anew, and what lies there."""
    length = min(len(given.content), len(again))
    one = np.frombuffer(given.content, np.uint8, length)
    other = np.frombuffer(again, np.uint8, length)
    differing = np.flatnonzero(one != other)
    if not len(differing):
        return f"The file ends after {length:,} bytes, and the report has {len(again):,}."
    at = int(differing[0])
    number = again.rfind(b" 0 obj", 0, at + 1)
    start = again.rfind(b"\n", 0, number) + 1
    spelled = again[start:number].decode("ascii", "replace")
    holds = places(again).get(int(spelled)) if spelled.isdigit() else None
    where = (
        f"in the attached {holds}" if holds else f"in its object {spelled}, not an attached file"
    )
    return (
        f"Byte {at:,} of the file is the first that differs ({int(one[at]):#04x} instead of "
        f"{int(other[at]):#04x}), {where}; {len(differing):,} bytes differ in all."
    )
