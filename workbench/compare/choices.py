"""Multiple-choice questions: what each run gave for the options, and every two runs compared by it."""

import math
from collections.abc import Collection, Sequence
from itertools import permutations

import torch
from torch import Tensor

from workbench.compare.material import Material
from workbench.compare.tables import MIN_PROBES, Table, Values
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import Bounded, Metric
from workbench.metrics.options import (
    ONE_LETTER,
    option_correlation,
    option_logprobs,
    option_residuals,
    same_letter_share,
)
from workbench.records import NoScore, Pack, Probe

EXAMINED = "examined"
"""Reference, suspects and stacks count as one family: a pair that one of them is in has none of the
others in its panel, or the pair's own likeness would be subtracted."""


def option_tables(
    metric: Metric,
    packs: Sequence[Pack],
    materials: Sequence[Material],
    counted: Collection[str],
) -> Table:
    """Compare every two runs by what they gave for the options, given the rest of the panel."""
    probes = [
        probe
        for pack in packs
        for probe in pack.probes
        if probe.options and probe.address in counted
    ]
    if not probes:
        none = NoScore(metric.id, "no multiple-choice question was asked")
        return {(one.run.id, other.run.id): none for one, other in permutations(materials, 2)}
    choices = _Choices(metric, probes, materials)
    return {
        (one.run.id, other.run.id): choices.values(one, other)
        for one, other in permutations(materials, 2)
    }


class _Choices:
    """What the runs gave for the options of all questions."""

    def __init__(
        self, metric: Metric, probes: Sequence[Probe], materials: Sequence[Material]
    ) -> None:
        self._metric, self._probes = metric, probes
        logprobs = _logprobs(materials, probes)
        self._residuals = option_residuals(logprobs)
        self._one_letter = same_letter_share(logprobs) >= ONE_LETTER
        self._families = [i.run.id if i.run.role == "control" else EXAMINED for i in materials]
        self._place = {item.run.id: number for number, item in enumerate(materials)}

    def values(self, one: Material, other: Material) -> Values | NoScore:
        """What each question adds to the correlation of two runs."""
        places = [self._place[side.run.id] for side in (one, other)]
        for side, place in zip((one, other), places, strict=True):
            if not any(probe.address in side.tops for probe in self._probes):
                return self._none(f"{side.run.model} answered no multiple-choice question")
            if bool(self._one_letter[place]):
                return self._none(f"{side.run.model} gave one letter whatever was asked")
        try:
            found = option_correlation(self._residuals, *places, families=self._families)
        except NotEnoughEvidenceError as error:
            return self._none(error.what.removesuffix("."))
        parts = zip(self._probes, found.contributions.tolist(), strict=True)
        values = {p.address: Bounded.exact(v) for p, v in parts if not math.isnan(v)}
        if len(values) < MIN_PROBES:
            return self._none(f"only {len(values)} probes were usable on both sides")
        return values

    def _none(self, reason: str) -> NoScore:
        return NoScore(self._metric.id, reason)


def _logprobs(materials: Sequence[Material], probes: Sequence[Probe]) -> Tensor:
    """Log-probabilities of the options' letters, (runs, questions, options); NaN where none."""
    most = max((len(probe.options) for probe in probes), default=0)
    found = torch.full((len(materials), len(probes), most), math.nan, dtype=torch.float64)
    for row, material in enumerate(materials):
        for column, probe in enumerate(probes):
            if top := material.tops.get(probe.address):
                read = option_logprobs(top[0].tokens, top[0].logprobs, probe.letters)
                found[row, column, : len(read)] = read
    return found
