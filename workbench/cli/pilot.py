"""`workbench plan --pilot`: what reference and controls alone say of a plan, asked and printed."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from workbench.cli.output import say
from workbench.errors import CaseError
from workbench.evidence.components import Unknown
from workbench.store import CaseStore, create_case, open_case
from workbench.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workbench.outlook import Outlook
    from workbench.pilot import Forecast
    from workbench.records import Pack, Plan


def recorded_pilot(made: "Plan", packs: "Sequence[Pack]", beside: "Path", probes: int) -> CaseStore:
    """Ask reference and controls of a plan in a case beside it, or go on with that case."""
    from workbench.cli.case import ask_everyone
    from workbench.pilot import SUFFIX, pilot_plan

    folder = beside.with_name(f"{beside.name}{SUFFIX}")
    plan, asked = pilot_plan(made, packs, probes, folder.name)
    store = open_case(folder) if folder.exists() else create_case(folder, plan, asked)
    _check_same(store, plan)
    say(f"Pilot {folder.name}: reference and controls are asked, no suspect is.")
    ask_everyone(store, "auto")
    return store


def _check_same(store: CaseStore, plan: "Plan") -> None:
    own = store.plan()
    if (own.reference, own.controls, own.packs) != (plan.reference, plan.controls, plan.packs):
        raise CaseError(
            f"There is a case {store.name!r} already, which asks other models or questions.",
            fix=f"Take it as it is with --pilot-from {store.name}, or name the plan otherwise.",
        )


@dataclass(frozen=True, slots=True)
class Ahead:
    """What can be said before a plan is fixed."""

    outlooks: "tuple[Outlook, ...]"
    pilot: "Forecast | None"

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON types; what is unknown is an object with its reason."""
        pilot = None if self.pilot is None else asdict(self.pilot)
        return {"outlooks": [asdict(one) for one in self.outlooks], "pilot": pilot}

    def show(self) -> None:
        """Print a line for each question, and what the pilot says."""
        for line in (*_outlook_lines(self.outlooks), *_pilot_lines(self.pilot)):
            typer.echo(visible_line(line))


def look_ahead(
    made: "Plan", packs: "Sequence[Pack]", pilot: CaseStore | None, *, recorded: bool
) -> Ahead:
    """Look at the calibrations at hand, and at a pilot if there is one.

    Args:
        made: The plan, not fixed yet.
        packs: Its packs.
        pilot: A recorded case with its reference and controls.
        recorded: Whether others recorded the answers of every model.
    """
    from workbench.calibrations import library
    from workbench.outlook import outlooks
    from workbench.pilot import forecast
    from workbench.questions.terms import SETTLED

    known = library()
    found = outlooks(packs, known, recorded=recorded)
    if pilot is None:
        return Ahead(found, None)
    name = next(one.calibration for one in found if one.question == SETTLED)
    calibration = next((one for one in known if one.figures.name == name), None)
    return Ahead(found, forecast(pilot, made, packs, calibration))


def _outlook_lines(found: "Sequence[Outlook]") -> Iterator[str]:
    for one in found:
        if one.calibration is None:
            why = (" ".join(one.apart) or "There is none at hand.").rstrip(".")
            words = f"no calibration is of this protocol ({why}), so no level can be reached"
        elif one.unmet:
            why = "; ".join(one.unmet)
            words = f"calibration {one.calibration} gives no opinion from texts alone ({why})"
        else:
            words = (
                f"calibration {one.calibration} allows {one.derived} or {one.independent} at most"
            )
        yield f"Question {one.question}: {words}"


def _pilot_lines(found: "Forecast | None") -> Iterator[str]:
    return iter(()) if found is None else _lines(found)


def _lines(found: "Forecast") -> Iterator[str]:
    parts, planned = found.components, found.planned
    yield (
        f"Pilot {found.case} (weights question, from texts): {parts.models} models, {found.probes} "
        f"probes, {found.repeats} repeats"
    )
    yield (
        f"  Spread of unrelated pairs (tau): {_number(parts.tau)}, 90 % interval "
        f"{parts.tau_low:.3g} to {parts.tau_high:.3g}"
    )
    yield (
        f"  Variance of a pair at a probe {parts.interaction:.3g}, of a repeat "
        f"{_number(parts.repeat)}"
    )
    yield (
        f"  Probes needed with {planned.repeats} repeats: {_number(found.enough)}; planned: "
        f"{planned.probes}"
    )
    best = found.cheapest
    if not isinstance(best, Unknown):
        yield f"  Fewest questions for that: {best.probes} probes, {best.repeats} x each"
    yield from _shift(found)
    yield from _reach(found)
    yield "  Conditions not met already now: " + ("; ".join(found.failing) or "none")


def _shift(found: "Forecast") -> Iterator[str]:
    one = found.detectable
    if isinstance(one, Unknown):
        yield f"  Smallest detectable shift: unknown, because {one.reason}"
        return
    share = one.share
    part = share.reason if isinstance(share, Unknown) else f"{share:.0%} of a full derivative's"
    yield (
        f"  Smallest detectable shift: {one.shift:.3g}, {one.in_tau:.2g} tau, found in "
        f"{one.power:.0%} at {one.false_positives:.0%} false positives ({part})"
    )


def _reach(found: "Forecast") -> Iterator[str]:
    one = found.reach
    if isinstance(one, Unknown):
        yield f"  Highest level: unknown, because {one.reason}"
        return
    needed = ", ".join(f"{words} {families}" for words, families in one.needed)
    yield (
        f"  Highest level that {one.families} families and {one.derivatives} recipes carry: "
        f"{_number(one.level)}; families needed: {needed}"
    )


def _number(value: "float | str | Unknown") -> str:
    if isinstance(value, Unknown):
        return f"unknown ({value.reason})"
    return value if isinstance(value, str) else f"{value:.3g}"
