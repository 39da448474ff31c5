"""Packs, models and seed → a plan, fixed and digested before anything is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from workbench import __version__
from workbench.embed import EMBEDDED_DEFAULT
from workbench.errors import PlanError
from workbench.extent import Extent, asked_packs, problems
from workbench.metrics import METRICS
from workbench.models.catalogue import find_model
from workbench.parties import Parties
from workbench.records import ModelEntry, Pack, Plan, PlannedPack

DEFAULT_SEED = 20_260_101
NOBODY = Parties()


def make_plan(  # noqa: PLR0913 - everything that a plan fixes
    case: str,
    reference: str,
    suspects: Sequence[str],
    controls: Sequence[str],
    packs: Sequence[Pack],
    catalogue: Mapping[str, ModelEntry],
    *,
    now: datetime,
    extent: Extent | None = None,
    stacks: Sequence[str] = (),
    seed: int = DEFAULT_SEED,
    parties: Parties = NOBODY,
) -> tuple[Plan, tuple[Pack, ...]]:
    """Fix what will be asked of whom.

    Args:
        case: Name of the case.
        reference: The known model whose reuse is alleged.
        suspects: Models under examination, each compared on its own.
        controls: Models known to be independent, one per family.
        packs: What to ask from, each as its file has it.
        catalogue: Known models.
        now: When the plan was made.
        extent: How much of the packs to ask; the open part, in full, unless said otherwise.
        stacks: Endpoints that serve the reference's own weights; they are no candidates.
        seed: Everything random follows from it.
        parties: Who asked for it and who does the work.

    Returns:
        The plan, and the packs as they will be asked.

    Raises:
        ModelError: If a model is unknown.
        PlanError: If the models cannot play these parts, all reasons at once; or if nothing is left
            to ask.
    """
    extent = extent or Extent()
    names = (reference, *suspects, *controls, *stacks)
    entries = {name: find_model(name, catalogue) for name in names}
    found = problems(entries, reference, suspects, controls, stacks, packs, extent)
    if found:
        raise PlanError(
            f"This comparison cannot be planned: {'; '.join(found)}.",
            fix="Change the models, packs or options named; `workbench models list` shows families "
            "and parents.",
        )
    asked = asked_packs(packs, extent)
    library = {pack.id: pack for pack in packs}
    plan = Plan(
        case=case,
        reference=reference,
        suspects=tuple(suspects),
        controls=tuple(controls),
        packs=tuple(_planned(pack, library[pack.id]) for pack in asked),
        metrics=tuple(metric.id for metric in METRICS),
        embedder=EMBEDDED_DEFAULT,
        seed=seed,
        created_at=now,
        software=__version__,
        part=extent.part,
        budget=extent.budget,
        stacks=tuple(stacks),
        readings=extent.readings,
        asked_by=parties.asked_by,
        done_by=parties.done_by,
        other_temperature=extent.other_temperature,
    )
    return plan, asked


def _planned(pack: Pack, library: Pack) -> PlannedPack:
    return PlannedPack(
        id=pack.id,
        version=pack.version,
        digest=pack.digest,
        library_digest=library.digest,
        probes=len(pack.probes),
        left_out=len(library.probes) - len(pack.probes),
        questions=pack.questions,
    )
