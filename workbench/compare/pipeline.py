"""Plan and case → one comparison per suspect."""

from collections.abc import Callable, Sequence

from workbench.calibrations import keep
from workbench.compare.lines import Lines
from workbench.compare.material import embed_answers, gather
from workbench.compare.opinions import opinions
from workbench.compare.profiles import passage_profiles
from workbench.compare.questions import Questions
from workbench.compare.shown import Shown
from workbench.compare.stacks import stack_floors
from workbench.compare.values import EveryTwo
from workbench.embed import Embedder
from workbench.errors import CaseError
from workbench.evidence.verdict import conclude
from workbench.evidence.weighing import Calibration
from workbench.metrics import METRICS
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
) -> tuple[Comparison, ...]:
    """Compute every comparison of a case from its record, keeping nothing but embeddings."""
    _require_recorded(store)
    plan = store.plan()
    say("Reading the record")
    materials = {run.id: gather(store, run) for run in store.runs()}
    say("Embedding answers")
    embedder = load_embedder(plan.embedder)
    embedding_digest = embed_answers(store, materials.values(), lambda: embedder, embedder.revision)
    heads = {
        record.body["run_id"]: record.body["head"]
        for record in store.records("case")
        if record.kind == "close"
    }
    packs = store.packs()
    metrics = [metric for metric in METRICS if metric.id in plan.metrics]
    shown = Shown(store, {probe.address: probe.prompt for pack in packs for probe in pack.probes})
    values = EveryTwo(packs, metrics, materials, shown, say)
    lines = Lines(plan, materials, values, shown)
    questions = Questions(plan, packs, materials, values)
    floors = stack_floors(store, plan, materials, values)
    comparisons = []
    for suspect in plan.suspects:
        say(f"Scoring {suspect}")
        own = tuple(lines.line(metric, suspect) for metric in metrics)
        asked = questions.about(suspect)
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
                embedder=embedder.revision,
                embedding_digest=embedding_digest,
                run_heads=heads,
                observations={run_id: dict(item.outcomes) for run_id, item in materials.items()},
                stacks=floors,
                profiles=passage_profiles(shown, plan, packs, materials, suspect),
                questions=asked,
                calibrations=tuple(one.digest for one in calibrations),
                decided=store.decided(f"suspect-{suspect}"),
            )
        )
    return tuple(comparisons)


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
