"""Multiple-choice questions: what each run gave for the options, and every two runs compared by it."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, permutations

import torch
from torch import Tensor

from workbench.compare.beside import Beside, Panel
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


class Choices(Beside):
    """What the runs gave for the options of all questions, compared for one suspect at a time."""

    def __init__(
        self,
        metric: Metric,
        packs: Sequence[Pack],
        materials: Mapping[str, Material],
        counted: Collection[str],
    ) -> None:
        """Take the metric, what was asked, what the runs gave, and the probes that count."""
        super().__init__(materials)
        self._metric = metric
        self._probes = [
            probe
            for pack in packs
            for probe in pack.probes
            if probe.options and probe.address in counted
        ]

    def every_two(self, members: Sequence[str], panel: Panel) -> Table:
        """Compare every two runs, each pair beside the panel that a rule gives it."""
        if not self._probes:
            none = self._none("no multiple-choice question was asked")
            return dict.fromkeys(permutations(members, 2), none)
        logprobs = _logprobs([self._materials[member] for member in members], self._probes)
        residuals = option_residuals(logprobs)
        silent = dict(zip(members, same_letter_share(logprobs) >= ONE_LETTER, strict=True))
        place = {member: number for number, member in enumerate(members)}
        found: Table = {}
        for one, other in combinations(members, 2):
            rows = [place[one], place[other], *(place[member] for member in panel(one, other))]
            why = self._why_not(one, silent) or self._why_not(other, silent)
            values = self._none(why) if why else self._values(residuals[rows])
            found[one, other] = found[other, one] = values
        return found

    def _why_not(self, member: str, silent: Mapping[str, Tensor]) -> str:
        material = self._materials[member]
        if not any(probe.address in material.tops for probe in self._probes):
            return f"{material.run.model} answered no multiple-choice question"
        if bool(silent[member]):
            return f"{material.run.model} gave one letter whatever was asked"
        return ""

    def _values(self, residuals: Tensor) -> Values | NoScore:
        """What each question adds to the correlation of the first two, given the others."""
        try:
            found = option_correlation(residuals, 0, 1)
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
