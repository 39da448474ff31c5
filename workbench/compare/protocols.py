"""How the question scores of a case are made: what a calibration of them is tied to."""

from collections.abc import Collection, Mapping, Sequence

from workbench.compare.recorded import text_packs
from workbench.digest import digest_of_text
from workbench.metrics import METRICS, Metric
from workbench.questions.measures import Measure
from workbench.records import Access, Decoding, DecodingUsed, Pack, Plan, Protocol

BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
READ = ("readings", "readings back")


def counted_packs(
    packs: Sequence[Pack], metrics: Sequence[Measure], counted: Mapping[str, Collection[str]]
) -> list[Pack]:
    """Packs whose answers a question's metrics take.

    Args:
        packs: What was asked.
        metrics: What is fused for the question.
        counted: Metric on distributions → addresses of the probes that it takes.
    """
    texts = text_packs(packs)
    probes = {probe for one in metrics for probe in counted.get(one.id, ())}
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
        return _of_recorded(packs, metrics, access)
    read = any(one.id in BY_ID and BY_ID[one.id].material in READ for one in metrics)
    return Protocol(
        access=access,
        metrics=tuple(one.id for one in metrics),
        packs={pack.id: pack.digest for pack in packs},
        prompts=(),
        decoding={pack.id: _used(pack.decoding) for pack in packs if pack.kind == "generate"},
        readings=plan.readings if read else 0,
    )


def _used(decoding: Decoding) -> DecodingUsed:
    return DecodingUsed(decoding.temperature, decoding.max_tokens, decoding.repeats)


def _of_recorded(packs: Sequence[Pack], metrics: Sequence[Measure], access: Access) -> Protocol:
    prompts = {digest_of_text(probe.prompt) for pack in packs for probe in pack.probes}
    repeats = max((pack.decoding.repeats for pack in packs), default=0)
    return Protocol(
        access=access,
        metrics=tuple(one.id for one in metrics),
        packs={},
        prompts=tuple(sorted(prompts)),
        decoding={"recorded": DecodingUsed(None, None, repeats)},
    )
