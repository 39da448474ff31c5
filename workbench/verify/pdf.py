"""Check a report with nothing but its file: what it carries is made a case, and that is checked."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.compare.taken import DISTRIBUTIONS, EMBEDDINGS, LIKELIHOODS
from workbench.custody import Check, chain
from workbench.embed import Embedder
from workbench.errors import CaseError, CustodyError, ModelError, ReportError
from workbench.metrics import Material
from workbench.records import from_json
from workbench.report.attached import CASE, EVIDENCE
from workbench.report.extract import Given, read_pdf
from workbench.report.schema import Evidence
from workbench.store import CaseStore
from workbench.store.archive import Kind, named_files, unpack_case
from workbench.verify import attached
from workbench.verify.case import verify_records
from workbench.verify.numbers import numbers
from workbench.verify.rewritten import Appended, rewritten
from workbench.verify.signed import signature
from workbench.verify.words import NOT_AT_HAND

APPENDED: tuple[Appended, ...] = (signature,)
"""What may follow a report in its file: checks of signatures."""
MOST_UNPACKED = 4 << 30
"""Bytes that the recorded files in a report may unpack to together: as much as the case around them.
A report that is made without saying otherwise carries 64 MB of them, compressed."""
NEEDED: dict[Kind, frozenset[Material]] = {
    "likelihoods": LIKELIHOODS,
    "distributions": DISTRIBUTIONS,
}
"""Files of a kind → what metrics take of them."""


def verify_pdf(
    path: Path, load_embedder: Callable[[str], Embedder], say: Callable[[str], None]
) -> Iterator[Check]:
    """Check a report from its first byte to its last number.

    Args:
        path: The PDF, not to be trusted.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.

    Yields:
        One check after the other. If the attached case cannot be opened or its chain is broken, nothing
        after it can be checked, so the later checks are left out.

    Raises:
        ReportError: If the file cannot be read, is no report, or is too broken to be read as one.
    """
    given = read_pdf(path)
    evidence = _evidence(given)
    yield attached.digests(given, evidence)
    with TemporaryDirectory(prefix="workbench-") as name:
        say("Unpacking the attached case")
        try:
            store = unpack_case(given.files.get(CASE, b""), Path(name) / "attached")
        except (CaseError, CustodyError) as error:
            yield Check("Chain of records", (error.what,), "not checked any further")
            return
        links = chain(store)
        yield links
        if not links.passed:
            return
        absent = _absent(store)
        yield from verify_records(store, absent, MOST_UNPACKED)
        yield attached.tables(given, store)
        yield attached.texts(given, store)
        if not store.comparisons():
            yield Check("Scores and verdicts", ("The attached case has no comparison.",), "none")
            return
        yield numbers(store, load_embedder, say, _lacking(store, absent, load_embedder))
        say("Writing the report anew")
        yield from rewritten(given, evidence, store, absent, APPENDED)


def _evidence(given: Given) -> Evidence:
    if EVIDENCE in given.damaged:
        raise _misfit(given, "it was damaged")
    try:
        return from_json(Evidence, json.loads(given.files[EVIDENCE]))
    except (ValueError, RecursionError) as error:
        raise _misfit(given, str(error)[:200]) from error


def _misfit(given: Given, why: str) -> ReportError:
    return ReportError(
        f"The {EVIDENCE} that {given.name} carries cannot be read as that of a report ({why}).",
        fix="Ask for another copy, or check it with the version of this program that wrote it.",
    )


def _absent(store: CaseStore) -> dict[Kind, int]:
    """Kinds of files that the attached record names and the archive does not hold → how many."""
    missing = {
        kind: sum(not path.is_file() for path in files.values())
        for kind, files in named_files(store).items()
    }
    return {kind: count for kind, count in missing.items() if count}


def _lacking(
    store: CaseStore, absent: dict[Kind, int], load_embedder: Callable[[str], Embedder]
) -> dict[Material, str]:
    """What metrics take that is not at hand → why."""
    found: dict[Material, str] = {
        material: NOT_AT_HAND[kind] for kind in absent for material in NEEDED.get(kind, ())
    }
    try:
        revision = load_embedder(store.plan().embedder).revision
    except ModelError as error:
        return found | dict.fromkeys(EMBEDDINGS, error.what)
    if any(one.embedder != revision for one in store.comparisons()):
        why = "The sentence encoder on this machine is another one."
        return found | dict.fromkeys(EMBEDDINGS, why)
    return found
