"""Serving-stack control: the reference beside its own weights, served another way."""

from collections.abc import Mapping

from workbench.compare.lines import Tables, scored
from workbench.compare.material import Material
from workbench.compare.tables import MIN_PROBES
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import Bounded
from workbench.metrics.distribution import mean_log_difference
from workbench.records import USABLE, AnyScore, NoScore, Observation, Plan, StackFloor
from workbench.store import CaseStore

DIFFERENCE = "logprob-difference"


def stack_floors(
    store: CaseStore,
    plan: Plan,
    materials: Mapping[str, Material],
    tables: Tables,
) -> tuple[StackFloor, ...]:
    """Measure what each other serving stack of the reference's weights changes.

    Args:
        store: The case.
        plan: Its plan; metrics come in its order.
        materials: Run → what it gave.
        tables: Values of every two runs.
    """
    reference = materials[f"reference-{plan.reference}"]
    floors = []
    for name in plan.stacks:
        stack = materials[f"stack-{name}"]
        pair = (reference.run.id, stack.run.id)
        found = ((metric, tables(metric, stack.run.id)[pair]) for metric in plan.metrics)
        scores = tuple(
            values if isinstance(values, NoScore) else scored(metric, plan, list(values.values()))
            for metric, values in found
        )
        floors.append(StackFloor(name, _difference(store, plan, reference, stack), scores))
    return tuple(floors)


def _difference(store: CaseStore, plan: Plan, reference: Material, stack: Material) -> AnyScore:
    ours, theirs = _next_tokens(store, reference), _next_tokens(store, stack)
    found = []
    for probe in sorted(ours.keys() & theirs.keys()):
        try:
            difference = mean_log_difference(ours[probe], theirs[probe])
            found.append(Bounded.exact(difference))
        except NotEnoughEvidenceError:
            continue  # nothing shared among the best: this probe is left out and counted
    if len(found) < MIN_PROBES:
        reason = f"only {len(found)} next-token probes were read on both sides"
        return NoScore(DIFFERENCE, reason)
    return scored(DIFFERENCE, plan, found)


def _next_tokens(store: CaseStore, material: Material) -> dict[str, dict[str, float]]:
    """`next_token` probe → token → log-probability."""
    seen: list[Observation] = store.observations(material.run.id)
    counted = {p.address for k in store.packs() if k.kind == "next_token" for p in k.probes}
    return {
        item.probe_address: dict(zip(item.top[0].tokens, item.top[0].logprobs, strict=True))
        for item in seen
        if item.probe_address in counted and item.top and item.outcome in USABLE
    }
