"""Panel and calibration → the rule by which asking a suspect may stop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.compare.protocols import protocol_of
from workbench.deciding.panel import FEWEST_CONTROLS, Panel
from workbench.digest import seed_from
from workbench.errors import CalibrationError
from workbench.evidence.judge import Measured, judge, measured_with
from workbench.evidence.protocols import calibrated_for
from workbench.evidence.steps import Steps, steps_of
from workbench.evidence.weighing import Calibration
from workbench.outlook import outlooks
from workbench.packs.uses import text_packs
from workbench.questions.score import MIN_PROMPTS
from workbench.questions.terms import SETTLED, measured
from workbench.records import Pack, Plan, StoppingRule

ALPHA = 0.05
LOOK = 8
CUT = (1, 99.9)
"""Percentiles of the controls' terms, each in the place of the suspect, that bound a term. Terms of
derivatives lie high: a lower limit would spare probes, and hide derivation."""
HOPELESS = "No level could ever be settled early"
WITHOUT = "Run it without --until-decided, which asks everything"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms asking may stop."""

    calibrations: Sequence[Calibration]
    """Those at hand."""
    recorded: bool
    """Whether somebody else recorded every model's answers."""


def check_can_decide(plan: Plan, packs: Sequence[Pack], on: Terms) -> None:
    """Make sure, before anything is asked, that a level could be settled at all.

    Which metrics tell the panel apart is not known yet: any of those measured may turn out not to.

    Args:
        plan: The plan.
        packs: Its packs.
        on: Calibrations at hand.

    Raises:
        CalibrationError: If nothing could be decided, and why.
    """
    if len(plan.controls) < FEWEST_CONTROLS:
        raise _hopeless(
            f"the plan has {len(plan.controls)} controls and {FEWEST_CONTROLS} are needed"
        )
    prompts = sum(len(pack.probes) for pack in text_packs(packs))
    if prompts < MIN_PROMPTS:
        raise _hopeless(
            f"the plan has {prompts} probes whose answers are compared as texts, and {MIN_PROMPTS} "
            "are needed"
        )
    found = outlooks(packs, on.calibrations, recorded=on.recorded)
    ahead = next(one for one in found if one.question == SETTLED)
    if ahead.calibration is None:
        raise _hopeless(_none_fits(ahead.apart))
    named = (one for one in on.calibrations if one.figures.name == ahead.calibration)
    _check_conditions(next(named), len(plan.controls))


def calibration_for(panel: Panel, plan: Plan, on: Terms) -> Calibration:
    """Choose the calibration of a case's protocol, and see that its conditions are met.

    Raises:
        CalibrationError: If there is none, or a condition fails already now.
    """
    metrics = [one for one in measured(embedded=False) if one.id in panel.fixed.metrics]
    packs = text_packs(panel.packs)
    protocol = protocol_of(plan, packs, metrics, "text", recorded=on.recorded)
    found, apart = calibrated_for(protocol, SETTLED, on.calibrations)
    if found is None:
        raise _hopeless(_none_fits(apart))
    _check_conditions(found, len(panel.controls))
    return found


def _none_fits(apart: Sequence[str]) -> str:
    why = " ".join(apart) or "There is no calibration at hand."
    return f"no calibration is of this protocol ({why.rstrip('.')})"


def _check_conditions(calibration: Calibration, controls: int) -> None:
    figures = calibration.figures
    failed = [gate.words for gate in figures.gates if gate.question == SETTLED and not gate.passed]
    if controls < figures.fewest_controls:
        failed.append(
            f"there are {controls} controls, and calibration {figures.name} was made with at least "
            f"{figures.fewest_controls}"
        )
    if failed:
        raise _hopeless("; ".join(failed))


def rule_of(panel: Panel, plan: Plan, suspect: str, calibration: Calibration) -> StoppingRule:
    """Fix the rule of one suspect. Nothing that it answered has any part in it.

    Args:
        panel: What reference and controls answered.
        plan: The plan, whose seed decides the order.
        suspect: Name of the suspect.
        calibration: Of the case's protocol.

    Raises:
        CalibrationError: If one level is all that can come out.
    """
    shams = np.stack([panel.sham(control) for control in panel.controls])
    low, high = map(float, np.percentile(shams, CUT))
    spread = _spread(panel)
    steps = _steps(calibration, plan.reference, suspect, spread, low, high)
    dice = np.random.default_rng(seed_from(plan.seed, "order of probes", suspect))
    order = [panel.addresses[i] for i in dice.permutation(len(panel.addresses))]
    return StoppingRule(
        question=SETTLED,
        access="text",
        controls=panel.names(),
        order=tuple(order),
        look=LOOK,
        fewest=MIN_PROMPTS,
        least=low,
        most=high,
        alpha=ALPHA,
        spread=spread,
        edges=steps.edges,
        levels=steps.levels,
        calibration=calibration.figures.name,
        calibration_digest=calibration.digest,
    )


def _spread(panel: Panel) -> float:
    """Spread of a control's score in the suspect's place; root mean square over controls."""
    found = []
    for control in panel.controls:
        one = panel.scorer.score(panel.reference, control).questions[SETTLED]
        limits = one.low, one.high, one.panel_low, one.panel_high
        found.append(Measured(one.score, *limits).spread)
    return float(np.sqrt(np.mean(np.square(found))))


def _steps(
    calibration: Calibration, reference: str, suspect: str, spread: float, low: float, high: float
) -> Steps:
    kin = calibration.kin(SETTLED, [reference, suspect], frozenset())

    def level_at(score: float) -> str:
        found = judge(calibration.systems[SETTLED], measured_with(score, spread), kin).level
        if found is None:
            raise _hopeless(
                f"too little of calibration {calibration.figures.name} is left once the families of "
                f"{reference} and {suspect} are set aside"
            )
        return found

    steps = steps_of(level_at, low, high)
    if not steps.edges:
        raise _hopeless(
            f"whatever {suspect} answers, calibration {calibration.figures.name} gives one level, "
            f"{steps.levels[0]}"
        )
    return steps


def _hopeless(why: str) -> CalibrationError:
    return CalibrationError(f"{HOPELESS}: {why}.", fix=f"{WITHOUT}.")
