"""What a recorded pilot says of a plan: reference and controls alone, before a suspect is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.deciding.panel import FEWEST_CONTROLS, Panel, panel_of
from workbench.errors import CaseError, PlanError
from workbench.evidence.components import Components, Unknown, components
from workbench.evidence.gates import MOST_MISSING
from workbench.evidence.levels import BANDS, FEWEST_FAMILIES
from workbench.evidence.power import (
    Design,
    Detectable,
    Reach,
    cheapest,
    detectable,
    probes_needed,
    reach,
)
from workbench.evidence.propositions import DERIVED
from workbench.evidence.weighing import Calibration
from workbench.packs.uses import text_packs
from workbench.questions.paired import Floats
from workbench.questions.score import MIN_PROMPTS
from workbench.questions.source import Answered, Source
from workbench.questions.terms import SETTLED, by_prompt
from workbench.records import Pack, Plan, PlannedPack
from workbench.store import CaseStore

if TYPE_CHECKING:
    from workbench.compare.material import Material

SUFFIX = "-pilot"
SCALE = tuple((words, least) for least, words, _ in reversed(BANDS))
"""Levels for derivation with their least log10 likelihood ratio, lowest first."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a pilot says of a plan, for the weights question on texts."""

    case: str
    """Name of the pilot."""
    probes: int
    """Probes that reference and controls answered in every repeat."""
    repeats: int
    components: Components
    enough: int | Unknown
    """Probes that keep noise to a third of tau with the plan's repeats."""
    cheapest: Design | Unknown
    """Probes and repeats for that with the fewest questions."""
    planned: Design
    """The plan's own."""
    detectable: Detectable | Unknown
    """The smallest shift that ranks above every control."""
    reach: Reach | Unknown
    """What the calibration's families and derivatives carry at best."""
    failing: tuple[str, ...]
    """Conditions that the plan does not meet already now."""


def pilot_plan(
    plan: Plan, packs: Sequence[Pack], probes: int, case: str
) -> tuple[Plan, tuple[Pack, ...]]:
    """Cut a plan down to a pilot: no suspect, and a few probes of each pack, spread evenly over it.

    Args:
        plan: The plan that is to be made.
        packs: Its packs.
        probes: Probes of each pack, at most.
        case: Name of the pilot.

    Raises:
        PlanError: If the pilot would say nothing.
    """
    if len(plan.controls) < FEWEST_CONTROLS:
        raise PlanError(
            f"A pilot takes {FEWEST_CONTROLS} controls, and the plan has {len(plan.controls)}.",
            fix="Name more with --control, or plan without --pilot.",
        )
    asked = tuple(_some(pack, probes) for pack in packs)
    texts = sum(len(pack.probes) for pack in text_packs(asked))
    if texts < MIN_PROMPTS:
        raise PlanError(
            f"A pilot of {probes} probes of each pack has {texts} whose answers are compared as "
            f"texts, and it takes {MIN_PROMPTS}.",
            fix="Give a larger number with --pilot, or plan with more packs.",
        )
    known = {item.id: item for item in plan.packs}
    planned = tuple(_planned(pack, known[pack.id]) for pack in asked)
    fewer = replace(plan, suspects=(), stacks=(), readings=0, other_temperature=None)
    return replace(fewer, case=case, packs=planned), asked


def _some(pack: Pack, probes: int) -> Pack:
    size = len(pack.probes)
    chosen = min(probes, size)
    return replace(pack, probes=tuple(pack.probes[n * size // chosen] for n in range(chosen)))


def _planned(pack: Pack, whole: PlannedPack) -> PlannedPack:
    left_out = whole.left_out + whole.probes - len(pack.probes)
    return replace(
        whole,
        digest=pack.digest,
        probes=len(pack.probes),
        left_out=left_out,
        questions=pack.questions,
    )


def forecast(
    store: CaseStore, plan: Plan, packs: Sequence[Pack], calibration: Calibration | None
) -> Forecast:
    """Say what a plan can find, from the answers of a pilot's reference and controls alone.

    Args:
        store: The pilot, recorded; a case with suspects serves as well, and they are not looked at.
        plan: The plan that is to be made.
        packs: Its packs.
        calibration: Of the plan's protocol; None if there is none.

    Raises:
        CaseError: If the pilot is not recorded, has other models, or too few probes or controls.
        PlanError: If it says nothing about noise.
    """
    _check_pilot(store, plan)
    panel = panel_of(store)
    values = _by_repeat(panel)
    found = components(values)
    texts = text_packs(packs)
    repeats = max((pack.decoding.repeats for pack in texts), default=1)
    probes = sum(len(pack.probes) for pack in texts)
    design = Design(probes, repeats, probes * repeats, probes * repeats)
    enough = probes_needed(found, repeats)
    controls = len(plan.controls)
    return Forecast(
        case=store.name,
        probes=values.shape[1],
        repeats=values.shape[0],
        components=found,
        enough=enough,
        cheapest=cheapest(found, probe_cost=0, repeat_cost=1),
        planned=design,
        detectable=detectable(
            found,
            design,
            controls,
            false_positives=1 / (controls + 1),
            full_shift=None if calibration is None else _full_shift(calibration),
        ),
        reach=_reach(calibration),
        failing=tuple(_failing(panel, plan, probes, enough, calibration)),
    )


def _check_pilot(store: CaseStore, plan: Plan) -> None:
    own = store.plan()
    if own.reference != plan.reference or not set(plan.controls) <= set(own.controls):
        raise CaseError(
            f"Case {store.name!r} is no pilot of this plan: its reference or controls are others.",
            fix="Name a case with the same reference and controls, or ask anew with --pilot N.",
        )
    asked = {(item.id, item.version) for item in plan.packs}
    if strange := [p.id for p in text_packs(store.packs()) if (p.id, p.version) not in asked]:
        raise CaseError(
            f"Case {store.name!r} is no pilot of this plan: it asked {', '.join(strange)}.",
            fix="Name a case with packs of this plan, or ask anew with --pilot N.",
        )
    begun = {run.id for run in store.runs()}
    wanted = {f"reference-{plan.reference}", *(f"control-{name}" for name in plan.controls)}
    if wanted - begun:
        raise CaseError(
            f"Case {store.name!r} is not recorded yet: {', '.join(sorted(wanted - begun))} gave "
            "nothing.",
            fix=f"Finish it with `workbench run {store.name}`.",
        )


def _by_repeat(panel: Panel) -> Floats:
    """Fused likeness per repeat and probe, shape (repeats, probes, models, models)."""
    fewest = min(
        len(panel.materials[run].answers.get(address, {}))
        for run in panel.runs
        for address in panel.addresses
    )
    answers = [_repeat(panel, repeat) for repeat in range(fewest)]
    return np.stack([panel.fixed.fused(by_prompt(source)) for source in answers])


def _repeat(panel: Panel, repeat: int) -> Source:
    """One answer of every model to every probe: its usable one of that rank."""
    models = np.arange(len(panel.runs))
    given: dict[str, Material] = {run: panel.materials[run] for run in panel.runs}
    prompts = tuple(
        Answered(address, "", models, tuple(given[run].texts_of(address)[repeat] for run in given))
        for address in panel.addresses
    )
    return Source(panel.name, panel.runs, prompts)


def _full_shift(calibration: Calibration) -> float:
    """Median score of known derivatives."""
    labelled = calibration.labelled[SETTLED]
    return float(np.median(labelled.score[labelled.having(DERIVED[SETTLED].labels, primary=True)]))


def _reach(calibration: Calibration | None) -> Reach | Unknown:
    if calibration is None:
        return Unknown("there is no calibration of this protocol")
    figures = calibration.figures.system(SETTLED, "independent")
    return reach(figures.other_families, figures.derived_units, SCALE, FEWEST_FAMILIES)


def _failing(
    panel: Panel,
    plan: Plan,
    probes: int,
    enough: int | Unknown,
    calibration: Calibration | None,
) -> Iterator[str]:
    if isinstance(enough, int) and enough > probes:
        yield f"noise is above a third of tau: {enough} probes would be needed, {probes} are planned"
    if probes < MIN_PROMPTS:
        yield f"{probes} probes are compared as texts, and a score takes {MIN_PROMPTS}"
    for run, share in _missing(panel).items():
        if share > MOST_MISSING:
            yield f"{run} left {share:.1%} of the pilot's probes without an answer"
    if calibration is None:
        yield "there is no calibration of this protocol"
        return
    figures = calibration.figures
    yield from (
        gate.words for gate in figures.gates if gate.question == SETTLED and not gate.passed
    )
    if len(plan.controls) < figures.fewest_controls:
        yield (
            f"the plan has {len(plan.controls)} controls; the calibration was made with at least "
            f"{figures.fewest_controls}"
        )


def _missing(panel: Panel) -> Mapping[str, float]:
    planned = {probe.address for pack in text_packs(panel.packs) for probe in pack.probes}
    return {
        run: 1 - len(planned & material.answers.keys()) / len(planned)
        for run, material in panel.materials.items()
    }
