"""Plan and case → one comparison per suspect."""

from collections.abc import Callable, Sequence
from itertools import combinations

import torch

from workbench.compare.material import Material, embed_answers, gather
from workbench.compare.pairs import Values, counted_probes, pair_values
from workbench.compare.stacks import stack_floors
from workbench.digest import seed_from
from workbench.embed import Embedder
from workbench.errors import CaseError, NotEnoughEvidenceError
from workbench.evidence.panel import MIN_CONTROLS, centred, rank_p
from workbench.evidence.verdict import conclude
from workbench.metrics import METRICS, Metric
from workbench.metrics.embedding import mmd_p_value
from workbench.metrics.resample import mean_with_interval
from workbench.records import (
    AnyScore,
    Comparison,
    EvidenceLine,
    NoScore,
    PairScore,
    Plan,
    ProbeValue,
    Role,
    Score,
    StackFloor,
    to_json,
)
from workbench.store import CaseStore
from workbench.store.journal import CASE_JOURNAL

PERMUTATIONS = 9_999

Table = dict[frozenset[str], Values | NoScore]
"""Unordered pair of runs → its values by one metric."""


def compare_case(
    store: CaseStore, load_embedder: Callable[[str], Embedder], say: Callable[[str], None]
) -> tuple[Comparison, ...]:
    """Compare every suspect of a case and append what is new to the case's journal.

    Args:
        store: A case whose runs are all closed.
        load_embedder: Opens a sentence encoder by name.
        say: Called with a line of progress.

    Returns:
        One comparison per suspect, in the order of the plan.

    Raises:
        CaseError: If nothing, or not everything, has been recorded yet.
    """
    store.catch_up(CASE_JOURNAL)  # a comparison that was journaled just before the program died
    known = {found.digest for found in store.comparisons()}
    comparisons = recompute(store, load_embedder, say)
    fresh = [to_json(found) for found in comparisons if found.digest not in known]
    if fresh:
        store.record("case", "comparison", fresh)
    return comparisons


def recompute(
    store: CaseStore, load_embedder: Callable[[str], Embedder], say: Callable[[str], None]
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
    floors = _floors(store, plan, materials)
    return tuple(
        Comparison(
            case=plan.case,
            plan_digest=plan.digest,
            reference=plan.reference,
            suspect=suspect,
            controls=plan.controls,
            lines=(lines := _lines(store, plan, suspect, materials, say)),
            verdict=conclude(plan.reference, suspect, lines, len(plan.controls)),
            embedder=embedder.revision,
            embedding_digest=embedding_digest,
            run_heads=heads,
            observations={run_id: dict(item.outcomes) for run_id, item in materials.items()},
            stacks=floors,
        )
        for suspect in plan.suspects
    )


def _floors(store: CaseStore, plan: Plan, materials: dict[str, Material]) -> tuple[StackFloor, ...]:
    packs, by_id = store.packs(), {metric.id: metric for metric in METRICS}
    return stack_floors(
        store,
        plan,
        materials,
        lambda metric, one, other: pair_values(
            store, by_id[metric], one, other, counted_probes(packs, by_id[metric])
        ),
        lambda metric, values: _score(metric, plan, values),
    )


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


def _lines(
    store: CaseStore,
    plan: Plan,
    suspect: str,
    materials: dict[str, Material],
    say: Callable[[str], None],
) -> tuple[EvidenceLine, ...]:
    members = [
        f"reference-{plan.reference}",
        f"suspect-{suspect}",
        *(f"control-{name}" for name in plan.controls),
    ]
    chosen = [metric for metric in METRICS if metric.id in plan.metrics]
    lines = []
    packs = store.packs()
    for metric in chosen:
        say(f"{suspect}: {metric.title}")
        counted = counted_probes(packs, metric)
        table: Table = {
            frozenset((one, other)): pair_values(
                store, metric, materials[one], materials[other], counted
            )
            for one, other in combinations(members, 2)
        }
        lines.append(_line(metric, plan, table, members, materials))
    return tuple(lines)


def _line(
    metric: Metric,
    plan: Plan,
    table: Table,
    members: list[str],
    materials: dict[str, Material],
) -> EvidenceLine:
    reference, *panel = members
    pairs = [
        PairScore(
            model=materials[member].run.model,
            role=_role(materials[member]),
            raw=_raw(metric, plan, materials[reference], materials[member], table),
            centred=_centred(metric, plan, table, reference, member, panel),
            probes=_probes(table[frozenset((reference, member))]),
        )
        for member in panel
    ]
    p, above = _rank(pairs[0], pairs[1:])
    return EvidenceLine(
        metric=metric.id,
        title=metric.title,
        direction=metric.direction,
        unit=metric.unit,
        suspect=pairs[0],
        controls=tuple(pairs[1:]),
        rank_p=p,
        above_every_control=above,
    )


def _role(material: Material) -> Role:
    return material.run.role


def _probes(values: Values | NoScore) -> tuple[ProbeValue, ...]:
    if isinstance(values, NoScore):
        return ()
    return tuple(ProbeValue(address, value) for address, value in sorted(values.items()))


def _raw(
    metric: Metric, plan: Plan, reference: Material, member: Material, table: Table
) -> AnyScore:
    values = table[frozenset((reference.run.id, member.run.id))]
    if isinstance(values, NoScore):
        return values
    p = _p_value(plan, reference, member, list(values)) if metric.id == "mmd-squared" else None
    return _score(metric.id, plan, list(values.values()), p)


def _score(metric: str, plan: Plan, values: Sequence[float], p: float | None = None) -> Score:
    mean, low, high = mean_with_interval(
        torch.tensor(values, dtype=torch.float64), seed=seed_from(plan.seed, "interval", metric)
    )
    return Score(metric, mean, low, high, len(values), p)


def _p_value(plan: Plan, reference: Material, member: Material, probes: list[str]) -> float:
    seed = seed_from(plan.seed, "permutation", member.run.id)
    return mmd_p_value(
        [(reference.embeddings[probe], member.embeddings[probe]) for probe in probes],
        rounds=PERMUTATIONS,
        generator=torch.Generator().manual_seed(seed),
    )


def _centred(
    metric: Metric, plan: Plan, table: Table, reference: str, member: str, panel: list[str]
) -> AnyScore:
    if len(panel) - 1 < MIN_CONTROLS:
        return NoScore(metric.id, f"centring needs at least {MIN_CONTROLS} controls")
    alike: dict[frozenset[str], Values] = {}
    for pair, values in table.items():
        if isinstance(values, NoScore):
            return NoScore(metric.id, f"centring needs every pair of models: {values.reason}")
        sign = 1.0 if metric.direction == "similarity" else -1.0
        alike[pair] = {probe: sign * value for probe, value in values.items()}
    found = centred(alike, reference, member, panel)
    try:
        return _score(metric.id, plan, list(found.values()))
    except NotEnoughEvidenceError:
        return NoScore(metric.id, "too few probes that every model answered")


def _rank(suspect: PairScore, controls: list[PairScore]) -> tuple[float | None, bool | None]:
    if isinstance(suspect.centred, NoScore):
        return None, None
    others = [pair.centred.value for pair in controls if isinstance(pair.centred, Score)]
    if len(others) < len(controls):
        return None, None
    return (
        rank_p(suspect.centred.value, others),
        all(suspect.centred.value > other for other in others),
    )
