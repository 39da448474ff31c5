"""Recompute a case: chains, digests, database, distributions, and every number."""

import math
from collections.abc import Callable, Collection, Iterator

from workbench.backends import Question
from workbench.backends.again import differences
from workbench.collect import questions
from workbench.compare.material import check_tensors
from workbench.custody import Check, anchors, chain, sittings
from workbench.deciding.again import problems as problems_of_decisions
from workbench.digest import digest_of_text
from workbench.embed import Embedder
from workbench.errors import CustodyError
from workbench.importers.again import reread
from workbench.packs.variants import with_variants
from workbench.readings import Answers, readings, recorded_answers
from workbench.records import Run
from workbench.store import CaseStore
from workbench.store.archive import Kind
from workbench.store.audit import edited_rows
from workbench.store.embeddings import embedded_texts, strays
from workbench.store.migrations import EVIDENCE_TABLES
from workbench.store.raw import read_raw
from workbench.store.vocabularies import read_vocabulary
from workbench.verify.numbers import numbers
from workbench.verify.words import NOT_AT_HAND, TENSORS

EMBEDDING_TOLERANCE = 1e-4
"""Absolute, per coordinate of a unit vector computed again."""


def verify_case(
    store: CaseStore, load_embedder: Callable[[str], Embedder], say: Callable[[str], None]
) -> Iterator[Check]:
    """Check a case from its first record to its last number.

    Args:
        store: The case.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.

    Yields:
        One check after the other. If the chain is broken, or the database says something else,
        nothing after it can be trusted, so the later checks are left out.
    """
    for check in (chain(store), _database(store)):
        yield check
        if not check.passed:
            return
    yield from verify_records(store)
    if not store.comparisons():
        return
    yield _embeddings(store, load_embedder)
    yield numbers(store, load_embedder, say)


def verify_records(
    store: CaseStore, absent: Collection[Kind] = (), unpacked: int | None = None
) -> Iterator[Check]:
    """Check what a case recorded, all but its chain and its numbers.

    Args:
        store: The case.
        absent: Kinds of files of which some are not at hand; what needs them is named as unchecked.
        unpacked: Bytes that files of recorded answers may unpack to together; None: no such limit.
    """
    yield _plan(store)
    yield _observations(store)
    yield sittings(store)
    yield _tensors(store, absent)
    yield from _decisions(store)
    yield from _exchanges(store, absent)
    yield from _recordings(store, absent, unpacked)
    if (anchored := anchors(store)) is not None:
        yield anchored


def _plan(store: CaseStore) -> Check:
    plan = store.recorded_plan()
    problems = [] if plan == store.plan() else ["The database holds another plan."]
    packs = {pack.id: pack.digest for pack in store.packs()}
    problems += [
        f"Pack {item.id} is not the one that was planned."
        for item in plan.packs
        if packs.get(item.id) != item.digest
    ]
    problems += [
        f"Run {run.id} was made under another plan."
        for run in store.runs()
        if run.plan_digest != plan.digest
    ]
    return Check("Plan and packs", tuple(problems), f"plan {plan.digest}, packs: {len(packs)}")


def _observations(store: CaseStore) -> Check:
    problems, count, answers = [], 0, recorded_answers(store)
    for run in store.runs():
        planned = _questions(store, run, answers)
        for seen in store.observations(run.id):
            count += 1
            question = planned.pop((seen.probe_address, seen.repeat), None)
            if question is None or question.seed != seen.seed:
                problems.append(
                    f"{run.id} holds an answer that was not planned: {seen.probe_address}."
                )
        if planned and store.decided(run.id) is None:
            problems.append(f"{run.id} lacks {len(planned)} planned observations.")
    return Check("Observations against the plan", tuple(problems), f"{count} observations")


def _questions(
    store: CaseStore, run: Run, answers: Answers | None
) -> dict[tuple[str, int], Question]:
    """Everything that a run was to be asked, by address and repeat."""
    plan = store.plan()
    packs = with_variants(store.packs(), plan.other_temperature)
    asked = questions(plan.seed, packs, run.role, run.model)
    read = readings(store, run.role, run.model, answers) or ()
    return {(q.address, q.repeat): q for q in (*asked, *read)}


def _decisions(store: CaseStore) -> Iterator[Check]:
    """Suspects that were asked until decided, decided anew; nothing where none was."""
    found = list(problems_of_decisions(store))
    if not found:
        return
    decided = [one for run in store.runs() if (one := store.decided(run.id)) is not None]
    detail = ", ".join(f"{one.asked} of {one.planned} probes asked" for one in decided)
    problems = tuple(problem for problem in found if problem is not None)
    yield Check("When asking stopped", problems, detail or "no run was decided early")


def _tensors(store: CaseStore, absent: Collection[Kind]) -> Check:
    found = [problem for run in store.runs() for problem in check_tensors(store, run, absent)]
    problems = [problem for problem in found if problem is not None]
    for run in store.runs():
        if run.vocabulary_digest is not None:
            try:
                read_vocabulary(store.vocabulary_folder, run.vocabulary_digest)
            except CustodyError as error:
                problems.append(error.what)
    unchecked = tuple(NOT_AT_HAND[kind] for kind in absent if kind in TENSORS)
    return Check("Distributions", tuple(problems), f"{len(found)} tensor files", unchecked)


def _exchanges(store: CaseStore, absent: Collection[Kind]) -> Iterator[Check]:
    """What endpoints sent: every kept exchange, read again; nothing where no endpoint was asked."""
    runs = [run for run in store.runs() if run.capabilities.endpoint is not None]
    if not runs:
        return
    if "exchanges" in absent:
        yield Check("What endpoints sent", (), "not read again", (NOT_AT_HAND["exchanges"],))
        return
    problems: list[str] = []
    count, answers = 0, recorded_answers(store)
    for run in runs:
        asked = _questions(store, run, answers)
        for seen in store.observations(run.id):
            question = asked.get((seen.probe_address, seen.repeat))
            if seen.raw_digest is None or question is None:
                continue  # what was not planned is named with the observations
            count += 1
            try:
                content = read_raw(store.raw_folder(run.id), seen.raw_digest)
                said = (question.kind, question.prompt, question.continuation)
                problems += differences(seen, content, *said)
            except CustodyError as error:
                problems.append(error.what)
    yield Check("What endpoints sent", tuple(problems), f"{count} exchanges read again")


def _recordings(
    store: CaseStore, absent: Collection[Kind], unpacked: int | None
) -> Iterator[Check]:
    """Files in which others recorded answers, read again; nothing where every model was asked."""
    if "recordings" in absent:
        yield Check("What others recorded", (), "not read again", (NOT_AT_HAND["recordings"],))
        return
    found = reread(store, unpacked)
    if found is None:
        return
    detail = f"{found.observations} observations against {found.files} kept files"
    if found.not_kept:
        detail += f"; {found.not_kept} files were not kept, so their answers cannot be checked"
    yield Check("What others recorded", tuple(found.problems), detail)


def _database(store: CaseStore) -> Check:
    tables = f"every row of {len(EVIDENCE_TABLES)} tables"
    return Check("Database against the journals", tuple(edited_rows(store)), tables)


def _embeddings(store: CaseStore, load_embedder: Callable[[str], Embedder]) -> Check:
    embedder = load_embedder(store.plan().embedder)
    known = {embedder.revision, *(item.embedder for item in store.comparisons())}
    stray = strays(store, known)
    problems = [f"Table embedding holds a row that no answer needs: {row}." for row in stray]
    texts = embedded_texts(store, embedder.revision)
    rows = embedder.embed([text for text, _ in texts]).tolist() if texts else []
    worst = 0.0
    for again, (text, kept) in zip(rows, texts, strict=True):
        off = _distance(again, kept)
        worst = max(worst, off)
        if off > EMBEDDING_TOLERANCE:
            row = digest_of_text(text)
            problems.append(f"Table embedding, text {row}: computed again it differs by {off:.1e}.")
    detail = f"{len(texts)} texts embedded again, largest difference {worst:.1e}"
    return Check("Embeddings", tuple(problems), detail)


def _distance(one: list[float], other: list[float]) -> float:
    """Largest difference of a coordinate; infinite where there are not equally many, or a NaN."""
    if len(one) != len(other):
        return math.inf
    worst = max((abs(a - b) for a, b in zip(one, other, strict=True)), default=0.0)
    return worst if math.isfinite(sum(other)) else math.inf
