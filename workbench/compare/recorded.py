"""What runs gave, as the questions take it: answers as one source, values as likeness by probe."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.compare.material import Material
from workbench.compare.tables import Table
from workbench.metrics import Metric
from workbench.packs.uses import text_packs
from workbench.questions.further import ByProbe
from workbench.questions.kin import Kin, case_kin
from workbench.questions.source import Answered, Source
from workbench.records import NoScore, Pack, Plan


@dataclass(frozen=True, slots=True)
class Pair:
    """One suspect beside the reference, with everything their scores are made of."""

    source: Source
    kin: Kin
    names: tuple[str, ...]
    """Model of each run of the source."""
    reference: int
    suspect: int

    @property
    def sides(self) -> tuple[int, int]:
        """Reference and suspect, as indices of the source's runs."""
        return self.reference, self.suspect


def pair_of(
    plan: Plan, packs: Sequence[Pack], materials: Mapping[str, Material], suspect: str
) -> Pair:
    """Gather what reference, suspect and every control that answered anything gave.

    Args:
        plan: The case's plan.
        packs: What was asked.
        materials: Run → what it gave.
        suspect: Name of the suspect.
    """
    sides = (f"reference-{plan.reference}", f"suspect-{suspect}")
    controls = [f"control-{name}" for name in plan.controls_of(suspect)]
    heard = [run for run in controls if materials[run].answers]
    members = {run: materials[run] for run in (*sides, *heard)}
    source = source_of(plan.case, packs, members)
    names = tuple(materials[run].run.model for run in source.models)
    kin = case_kin(source.models, *sides)
    return Pair(source, kin, names, *(source.models.index(side) for side in sides))


def source_of(name: str, packs: Sequence[Pack], materials: Mapping[str, Material]) -> Source:
    """Gather the usable answers of several runs.

    Args:
        name: Name of the source, which seeds whatever is drawn.
        packs: What was asked.
        materials: Name that a model goes by → what it gave.

    Returns:
        Models by name, prompts by address, and each model's answers to a prompt by repeat; prompts
        that nobody answered are left out.
    """
    models = tuple(sorted(materials))
    addresses = sorted(probe.address for pack in text_packs(packs) for probe in pack.probes)
    found = (_answered(address, [materials[model] for model in models]) for address in addresses)
    return Source(name, models, tuple(prompt for prompt in found if prompt.texts))


def _answered(address: str, materials: Sequence[Material]) -> Answered:
    given = [
        (place, text)
        for place, material in enumerate(materials)
        for text in material.texts_of(address)
        if text.strip()
    ]
    models = np.array([place for place, _ in given], dtype=np.int64)
    return Answered(address, "", models, tuple(text for _, text in given))


def likeness_of(metric: Metric, table: Table, members: Sequence[str]) -> ByProbe:
    """Values of every two runs as likeness, probe by probe.

    Args:
        metric: The metric; a distance is turned.
        table: Ordered pair of runs → its values. Those known within limits only are left out: where
            one of two lies cannot be told from them.
        members: Which runs, in the order of the source.

    Returns:
        Probe → shape (members, members); NaN where a pair has no value.
    """
    sign = 1.0 if metric.direction == "similarity" else -1.0
    found: dict[str, np.ndarray] = {}
    for row, one in enumerate(members):
        for column, other in enumerate(members):
            values = table.get((one, other))
            if values is None or isinstance(values, NoScore):
                continue  # a run beside itself, or a reason that others report
            for probe, value in values.items():
                if value.low < value.high:
                    continue
                if probe not in found:
                    found[probe] = np.full((len(members), len(members)), np.nan)
                found[probe][row, column] = sign * value.low
    return found


def lacking(table: Table, needed: Collection[tuple[str, str]]) -> str:
    """Why a metric has not all the exact values that are needed; empty if it has.

    Args:
        table: Ordered pair of runs → its values, or why there are none.
        needed: Ordered pairs of runs.
    """
    for one, other in needed:
        values = table[one, other]
        if isinstance(values, NoScore):
            return f"{one} and {other}: {values.reason}"
        if any(value.low < value.high for value in values.values()):
            return f"{one} and {other}: known within limits only"
    return ""
