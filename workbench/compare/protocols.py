"""How the question scores of a case are made: what a calibration of them is tied to."""

from collections.abc import Collection, Mapping, Sequence

from workbench.metrics import METRICS, Metric
from workbench.packs.uses import text_packs
from workbench.questions.measures import Measure
from workbench.questions.protocols import protocol_of_asked, protocol_of_recorded
from workbench.records import Access, Pack, Plan, Protocol

BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
READ = ("readings", "readings back")


def counted_packs(
    packs: Sequence[Pack], metrics: Sequence[Measure], counted: Mapping[str, Collection[str]]
) -> list[Pack]:
    """Packs whose answers a question's metrics take.

    Args:
        packs: What was asked.
        metrics: What is fused for the question.
        counted: Metric → addresses of the probes that it takes; a metric on texts takes its own packs.
    """
    texts = text_packs(packs)
    beyond = [one for one in metrics if one.access != "text"]
    probes = {probe for one in beyond for probe in counted.get(one.id, ())}
    return [
        pack
        for pack in packs
        if pack in texts or any(probe.address in probes for probe in pack.probes)
    ]


def protocol_of(
    plan: Plan, packs: Sequence[Pack], metrics: Sequence[Measure], access: Access, *, recorded: bool
) -> Protocol:
    """Say how one question's scores are made.

    Args:
        plan: The case's plan.
        packs: Packs whose answers count, as from `counted_packs`.
        metrics: What is fused.
        access: What of each model goes in.
        recorded: Whether somebody else asked every model. Then it is the prompts that count, as in
            files of answers.
    """
    if recorded:
        return protocol_of_recorded(access, metrics, packs)
    read = any(one.id in BY_ID and BY_ID[one.id].material in READ for one in metrics)
    return protocol_of_asked(access, metrics, packs, plan.readings if read else 0)
