"""Plan and case → one comparison per suspect."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from workbench.calibrations import keep
from workbench.compare.lines import Lines
from workbench.compare.material import Material, embed_answers, gather
from workbench.compare.opinions import opinions
from workbench.compare.profiles import passage_profiles
from workbench.compare.questions import Questions
from workbench.compare.shown import Shown
from workbench.compare.stacks import stack_floors
from workbench.compare.taken import EMBEDDINGS, NOTHING_TAKEN, Taken
from workbench.compare.values import EveryTwo
from workbench.embed import Embedder
from workbench.errors import CaseError
from workbench.evidence.verdict import conclude
from workbench.evidence.weighing import Calibration
from workbench.records import Comparison, to_json
from workbench.store import CaseStore
from workbench.store.journal import CASE_JOURNAL


def compare_case(
    store: CaseStore,
    load_embedder: Callable[[str], Embedder],
    say: Callable[[str], None],
    calibrations: Sequence[Calibration] = (),
) -> tuple[Comparison, ...]:
    """Compare every suspect of a case and append what is new to the case's journal.

    Args:
        store: A case whose runs are all closed.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.
        calibrations: Those at hand. The case keeps them, so that anybody can compute it again.

    Returns:
        One comparison per suspect, in the order of the plan.

    Raises:
        CaseError: If nothing, or not everything, has been recorded yet.
    """
    store.catch_up(CASE_JOURNAL)  # a comparison that was journaled just before the program died
    known = {found.digest for found in store.comparisons()}
    comparisons = recompute(store, load_embedder, say, calibrations)
    keep(calibrations, store.calibration_folder)
    fresh = [to_json(found) for found in comparisons if found.digest not in known]
    if fresh:
        store.record("case", "comparison", fresh)
    return comparisons


def recompute(
    store: CaseStore,
    load_embedder: Callable[[str], Embedder],
    say: Callable[[str], None],
    calibrations: Sequence[Calibration] = (),
    taken: Taken = NOTHING_TAKEN,
) -> tuple[Comparison, ...]:
    """Compute every comparison of a case from its record, keeping nothing but embeddings.

    Args:
        store: A case whose runs are all closed.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.
        calibrations: Those at hand.
        taken: What cannot be computed because what it rests on is not at hand.

    Raises:
        CaseError: If nothing, or not everything, has been recorded yet.
        CustodyError: If a file of the record is missing or was changed.
    """
    _require_recorded(store)
    plan = store.plan()
    say("Reading the record")
    materials = {run.id: gather(store, run) for run in store.runs()}
    revision, embedding_digest = _embedded(store, materials.values(), load_embedder, say, taken)
    heads = {
        record.body["run_id"]: record.body["head"]
        for record in store.records("case")
        if record.kind == "close"
    }
    packs = store.packs()
    metrics = taken.metrics(plan)
    reach = replace(plan, metrics=tuple(metric.id for metric in metrics))
    shown = Shown(store, {probe.address: probe.prompt for pack in packs for probe in pack.probes})
    values = EveryTwo(packs, metrics, materials, shown, say)
    lines = Lines(plan, materials, values, shown)
    questions = Questions(reach, packs, materials, values)
    floors = stack_floors(store, reach, materials, values)
    comparisons = []
    for suspect in plan.suspects:
        say(f"Scoring {suspect}")
        own = taken.lines(plan, suspect, [lines.line(metric, suspect) for metric in metrics])
        asked = taken.questions(suspect, questions.about(suspect))
        controls = plan.controls_of(suspect)
        said = opinions(plan.reference, suspect, asked, calibrations)
        comparisons.append(
            Comparison(
                case=plan.case,
                plan_digest=plan.digest,
                reference=plan.reference,
                suspect=suspect,
                controls=controls,
                lines=own,
                verdict=conclude(plan.reference, suspect, own, len(controls), said),
                embedder=revision,
                embedding_digest=embedding_digest,
                run_heads=heads,
                observations={run_id: dict(item.outcomes) for run_id, item in materials.items()},
                stacks=taken.stacks(suspect, floors),
                profiles=taken.profiles(
                    suspect, lambda of: passage_profiles(shown, plan, packs, materials, of)
                ),
                questions=asked,
                calibrations=tuple(one.digest for one in calibrations),
                decided=store.decided(f"suspect-{suspect}"),
            )
        )
    return tuple(comparisons)


def _embedded(
    store: CaseStore,
    materials: Iterable[Material],
    load_embedder: Callable[[str], Embedder],
    say: Callable[[str], None],
    taken: Taken,
) -> tuple[str, str]:
    """Embed every answer; name of the encoder, and digest over the embeddings."""
    if taken.lacking & EMBEDDINGS:
        kept = next(iter(taken.stated.values()))
        return kept.embedder, kept.embedding_digest
    say("Embedding answers")
    embedder = load_embedder(store.plan().embedder)
    return embedder.revision, embed_answers(store, materials, lambda: embedder, embedder.revision)


def _require_recorded(store: CaseStore) -> None:
    match store.state():
        case "planned":
            raise CaseError(
                f"Case {store.name!r} is empty: no model has been asked yet.",
                fix=f"Ask the models first with `workbench run {store.name}`.",
            )
        case "recording":
            raise CaseError(
                f"Case {store.name!r} is not recorded in full yet.",
                fix=f"Finish it with `workbench run {store.name}`; it goes on where it stopped.",
            )
