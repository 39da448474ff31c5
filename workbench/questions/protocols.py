"""How a question's scores are made where packs are asked, said in full before and after it is done."""

from collections.abc import Sequence

from workbench.digest import digest_of_text
from workbench.questions.measures import Measure
from workbench.records import Access, Decoding, DecodingUsed, Pack, Protocol


def protocol_of_asked(
    access: Access, metrics: Sequence[Measure], packs: Sequence[Pack], readings: int
) -> Protocol:
    """Of scores from answers that this program asked for.

    Args:
        access: What of each model goes in.
        metrics: Those that are fused.
        packs: Those whose answers they take, as asked.
        readings: Probes of each pack whose answers every model reads; 0 if no metric takes them.
    """
    return Protocol(
        access=access,
        metrics=tuple(one.id for one in metrics),
        packs={pack.id: pack.digest for pack in packs},
        prompts=(),
        decoding={pack.id: _used(pack.decoding) for pack in packs if pack.kind == "generate"},
        readings=readings,
    )


def protocol_of_recorded(
    access: Access, metrics: Sequence[Measure], packs: Sequence[Pack]
) -> Protocol:
    """Of scores from answers that others asked for: the prompts count, as in files of answers."""
    prompts = {digest_of_text(probe.prompt) for pack in packs for probe in pack.probes}
    repeats = max((pack.decoding.repeats for pack in packs), default=0)
    return Protocol(
        access=access,
        metrics=tuple(one.id for one in metrics),
        packs={},
        prompts=tuple(sorted(prompts)),
        decoding={"recorded": DecodingUsed(None, None, repeats)},
    )


def _used(decoding: Decoding) -> DecodingUsed:
    return DecodingUsed(decoding.temperature, decoding.max_tokens, decoding.repeats)
