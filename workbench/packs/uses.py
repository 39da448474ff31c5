"""What the answers to a pack are used for."""

from collections.abc import Iterator, Sequence

from workbench.records import Pack, Plan


def text_packs(packs: Sequence[Pack]) -> list[Pack]:
    """Packs whose answers are compared as texts.

    A pack that counts for nothing, or was made for metrics that it names, is left out.
    """
    return [p for p in packs if p.kind == "generate" and p.weak is None and not p.metrics]


def read_probes(packs: Sequence[Pack], count: int) -> Iterator[tuple[Pack, str, str]]:
    """Probes whose answers are read: pack, address and prompt, spread evenly over each pack."""
    for pack in packs:
        if pack.kind != "generate" or pack.weak is not None:
            continue
        chosen = min(count, len(pack.probes))
        for number in range(chosen):
            probe = pack.probes[number * len(pack.probes) // chosen]
            yield pack, probe.address, probe.prompt


def planned_readings(plan: Plan, packs: Sequence[Pack]) -> int:
    """Most readings that the models of a plan can be given, all together."""
    models = sum(role != "stack" for role, _ in plan.models)
    probes = [pack for pack, _, _ in read_probes(packs, plan.readings)]
    of_its_own = sum(pack.decoding.repeats - 1 for pack in probes)
    return models * models * len(probes) + of_its_own
