"""Serving-stack control: the reference beside its own weights, served another way."""

from collections.abc import Callable, Mapping, Sequence

from workbench.compare.material import Material
from workbench.compare.pairs import MIN_PROBES, Values
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.distribution import mean_log_difference
from workbench.records import USABLE, AnyScore, NoScore, Observation, Plan, Score, StackFloor
from workbench.store import CaseStore

DIFFERENCE = "logprob-difference"

Scored = Callable[[str, Sequence[float]], Score]
"""Metric id and values over probes → score with its interval."""
PairValues = Callable[[str, Material, Material], Values | NoScore]
"""Metric id and two runs → value per probe."""


def stack_floors(
    store: CaseStore,
    plan: Plan,
    materials: Mapping[str, Material],
    values: PairValues,
    scored: Scored,
) -> tuple[StackFloor, ...]:
    """Measure what each other serving stack of the reference's weights changes.

    Args:
        store: The case.
        plan: Its plan; metrics come in its order.
        materials: Run → what it gave.
        values: Compares two runs by one metric.
        scored: Turns values over probes into a score.
    """
    reference = materials[f"reference-{plan.reference}"]
    floors = []
    for name in plan.stacks:
        stack = materials[f"stack-{name}"]
        scores: list[AnyScore] = []
        for metric in plan.metrics:
            found = values(metric, reference, stack)
            scores.append(
                found if isinstance(found, NoScore) else scored(metric, list(found.values()))
            )
        floors.append(StackFloor(name, _difference(store, reference, stack, scored), tuple(scores)))
    return tuple(floors)


def _difference(store: CaseStore, reference: Material, stack: Material, scored: Scored) -> AnyScore:
    ours, theirs = _next_tokens(store, reference), _next_tokens(store, stack)
    found = []
    for probe in sorted(ours.keys() & theirs.keys()):
        try:
            found.append(mean_log_difference(ours[probe], theirs[probe]))
        except NotEnoughEvidenceError:
            continue  # nothing shared among the best: this probe is left out and counted
    if len(found) < MIN_PROBES:
        reason = f"only {len(found)} next-token probes were read on both sides"
        return NoScore(DIFFERENCE, reason)
    return scored(DIFFERENCE, found)


def _next_tokens(store: CaseStore, material: Material) -> dict[str, dict[str, float]]:
    """Probe → token → log-probability, where exactly one position was read."""
    seen: list[Observation] = store.observations(material.run.id)
    return {
        item.probe_address: dict(zip(item.top[0].tokens, item.top[0].logprobs, strict=True))
        for item in seen
        if len(item.top) == 1 and item.outcome in USABLE
    }
