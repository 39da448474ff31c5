"""Pairs of the runs of one case, whatever their roles, scored by declared lineage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import pandas as pd

from workbench.compare.material import Material, gather
from workbench.compare.pairs import counted_probes
from workbench.compare.protocols import BY_ID, counted_packs, protocol_of
from workbench.compare.recorded import likeness_of, source_of
from workbench.compare.shown import Shown
from workbench.compare.values import EveryTwo
from workbench.errors import EvaluationError
from workbench.evaluate.material import require_listed
from workbench.evaluate.pairs import Embed, Evaluated, Further, evaluate
from workbench.evaluate.protocols import Fused, Protocols
from workbench.evidence.weighing import Calibration
from workbench.metrics import METRICS
from workbench.questions.further import ByProbe
from workbench.questions.kin import Kin
from workbench.questions.measures import MEASURES
from workbench.questions.source import Source
from workbench.records import Access
from workbench.store import CaseStore

FURTHER = tuple(one.id for one in MEASURES if one.access == "logits")


def evaluate_case(
    store: CaseStore,
    models: pd.DataFrame,
    *,
    access: Access = "text",
    pairs: pd.DataFrame | None = None,
    embed: Embed | None = None,
    embedder: str | None = None,
    calibrations: Sequence[Calibration] = (),
    controls: int | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Evaluated:
    """Score pairs of models of a recorded case as pairs from files are scored.

    Every model is a candidate and a control of others alike; only the table of models says who is
    whose relative. Stacks are left out. A metric on distributions counts where half of the models or
    more have it, and a pair without it has no score.

    Args:
        store: A case; runs that are not finished count with what they have.
        models: Declared lineage, as `declared_kin` takes it, with a row for every model.
        access: `text`, or `logits` for what distributions and likelihoods add.
        pairs: `reference`, `suspect` and any further columns; every two models, by name, if left out.
        embed: As in `evaluate`.
        embedder: As in `evaluate`.
        calibrations: As in `evaluate`.
        controls: As in `evaluate`.
        report: Called with a line whenever something begins.

    Returns:
        As `evaluate`.

    Raises:
        EvaluationError: If a model has no row, or was asked twice in two roles.
        CustodyError: If a file of the record is missing or was changed.
    """
    materials = _materials(store)
    require_listed(materials, models)
    source = source_of(store.plan().case, store.packs(), materials)
    if pairs is None:
        pairs = pd.DataFrame(combinations(source.models, 2), columns=["reference", "suspect"])

    return evaluate(
        [source],
        pairs,
        models,
        embed=embed,
        embedder=embedder,
        further=_further(store, materials, report) if access == "logits" else None,
        stated=lambda fused: _stated(store, materials.values(), access, fused, embedder),
        calibrations=calibrations,
        controls=controls,
        report=report,
    )


def _stated(
    store: CaseStore,
    materials: Iterable[Material],
    access: Access,
    fused: Fused,
    embedder: str | None,
) -> Protocols:
    """How each question's scores of a case are made."""
    plan, packs = store.plan(), store.packs()
    recorded = all(material.run.capabilities.recorded for material in materials)
    counted = {one: counted_probes(packs, BY_ID[one]) for one in FURTHER}
    found = {}
    for question, metrics in fused.items():
        own = counted_packs(packs, metrics, counted)
        made = protocol_of(plan, own, metrics, access, recorded=recorded)
        meant = any(one.id == "paired-embedding" for one in metrics)
        found[question] = replace(made, embedder=embedder if meant else None)
    return found


def _materials(store: CaseStore) -> dict[str, Material]:
    """Model → what it gave, of all that answered anything."""
    found: dict[str, Material] = {}
    for run in store.runs():
        if run.role == "stack":
            continue
        if run.model in found:
            raise EvaluationError(
                f"{run.model} was asked twice in case {store.name!r}, in two roles.",
                fix="Record a case in which each model has one role.",
            )
        found[run.model] = gather(store, run)
    return {model: material for model, material in found.items() if material.answers}


def _further(
    store: CaseStore, materials: Mapping[str, Material], report: Callable[[str], None]
) -> Further:
    """Values of every two models, computed once for any choice of them."""
    packs = store.packs()
    metrics = [metric for metric in METRICS if metric.id in FURTHER]
    by_run = {material.run.id: material for material in materials.values()}
    shown = Shown(store, {probe.address: probe.prompt for pack in packs for probe in pack.probes})
    values = EveryTwo(packs, metrics, by_run, shown, report)

    def further(source: Source, kin: Kin) -> dict[str, ByProbe]:
        runs = [materials[model].run.id for model in source.models]
        return {
            metric.id: likeness_of(metric, values.among(metric.id, runs, kin), runs)
            for metric in metrics
        }

    return further
