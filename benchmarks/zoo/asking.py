"""One ordinary case for a whole zoo: a plan that names everybody, run like any other.

A case has one reference and its controls are one for each family, but here it is a record only:
pairs are formed afterwards among all who answered. It is asked the standard packs, so that what is
measured on it speaks of cases that ask the same.
"""

from collections import Counter
from datetime import datetime
from pathlib import Path

from benchmarks.zoo.record import Recorded
from benchmarks.zoo.served import Say, record_served
from workbench.extent import Extent, asked_packs
from workbench.models.catalogue import load_catalogue
from workbench.packs import find_pack
from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS
from workbench.plan import make_plan
from workbench.store import CaseStore, create_case, open_case


def plan_zoo(recorded: Recorded, folder: Path, now: datetime, say: Say) -> CaseStore:
    """Record the served members' answers and plan the case, unless that is done.

    Args:
        recorded: A finished zoo.
        folder: The case.
        now: The time, timezone-aware.
        say: Receives progress in words.

    Returns:
        The case, to be run.

    Raises:
        ModelError: If other answers of a served member are recorded already.
        PlanError: If the zoo has too few families for a plan.
    """
    packs = [find_pack(name) for name in STANDARD_PACKS]
    extent = Extent(repeats=STANDARD_REPEATS)
    record_served(recorded, asked_packs(packs, extent), now, say)
    if folder.exists():
        say(f"Case {folder.name} exists; going on with it.")
        return open_case(folder)
    reference, suspects, controls = parts(recorded)
    plan, asked = make_plan(
        folder.name,
        reference,
        suspects,
        controls,
        packs,
        load_catalogue(),
        now=now,
        extent=extent,
    )
    say(f"Plan {plan.digest}")
    return create_case(folder, plan, asked)


def parts(recorded: Recorded) -> tuple[str, list[str], list[str]]:
    """Choose a reference, suspects and controls: roots without kin are the controls."""
    families = Counter(member.family for member in recorded.members)
    reference = next(m.name for m in recorded.members if m.kind == "tune")
    controls = [m.name for m in recorded.members if families[m.family] == 1]
    taken = {reference, *controls}
    return reference, [m.name for m in recorded.members if m.name not in taken], controls
