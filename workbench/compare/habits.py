"""Habits of the next byte: whole distributions of every two runs, beside what a panel expects."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor

from workbench.compare.beside import Beside, Panel
from workbench.compare.material import Material
from workbench.compare.shown import Shown, why_no_bytes
from workbench.compare.tables import Table, Values
from workbench.errors import NotEnoughEvidenceError
from workbench.metrics import Bounded, Metric
from workbench.metrics.byte_habits import Common, common_to, habit_correlation
from workbench.records import NoScore

Position = tuple[str, int]
"""Probe, and characters of its text before."""


class Habits(Beside):
    """What the runs expect behind given texts, compared for one suspect at a time."""

    def __init__(
        self,
        metric: Metric,
        materials: Mapping[str, Material],
        counted: Collection[str],
        shown: Shown,
    ) -> None:
        """Take the metric, what the runs gave, the probes that count, and what reads distributions."""
        super().__init__(materials)
        self._metric, self._shown = metric, shown
        self._probes = sorted(counted)
        self._read: dict[str, dict[Position, Tensor]] = {}

    def every_two(self, members: Sequence[str], panel: Panel) -> Table:
        """Compare every two runs, each pair beside the panel that a rule gives it.

        Raises:
            CustodyError: If a file of the record is missing or was changed.
        """
        read = {member: self._roots(member) for member in members}
        places = sorted(set().union(*read.values()))
        probes = sorted({probe for probe, _ in places})
        number = {probe: at for at, probe in enumerate(probes)}
        probe_of = torch.tensor([number[probe] for probe, _ in places], dtype=torch.int64)
        roots = {member: _laid_out(own, places) for member, own in read.items() if own}
        commons: dict[tuple[str, ...], Common] = {}
        found: Table = {}
        for one, other in combinations(members, 2):
            values: Values | NoScore
            if why := self._why_not(one, roots) or self._why_not(other, roots):
                values = NoScore(self._metric.id, why)
            else:
                beside = tuple(member for member in panel(one, other) if member in roots)
                if beside not in commons:
                    commons[beside] = _common(beside, roots)
                pair = roots[one], roots[other]
                values = self._values(pair, commons[beside], probe_of, probes)
            found[one, other] = found[other, one] = values
        return found

    def _values(
        self,
        pair: tuple[Tensor, Tensor],
        common: Common,
        probe_of: Tensor,
        probes: Sequence[str],
    ) -> Values | NoScore:
        """What each probe adds to the correlation of two runs."""
        try:
            found = habit_correlation(*pair, common, probe_of, len(probes))
        except NotEnoughEvidenceError as error:
            return NoScore(self._metric.id, error.what.removesuffix("."))
        parts = zip(probes, found.contributions.tolist(), strict=True)
        return {probe: Bounded.exact(part) for probe, part in parts if part == part}  # noqa: PLR0124

    def _roots(self, member: str) -> dict[Position, Tensor]:
        """Roots of probability of the next byte at every position that a run was read at."""
        if member not in self._read:
            found: dict[Position, Tensor] = {}
            for probe in self._probes:
                seen = self._shown.next_tokens(self._materials[member], probe)
                if seen is not None and seen.one_byte is not None:
                    rows = zip(seen.offsets, seen.one_byte.sqrt(), strict=True)
                    found |= {(probe, offset): row for offset, row in rows}
            self._read[member] = found
        return self._read[member]

    def _why_not(self, member: str, roots: Mapping[str, Tensor]) -> str:
        if member in roots:
            return ""
        material = self._materials[member]
        return why_no_bytes(material) or f"{material.run.model} shows no whole distributions"


def _laid_out(read: Mapping[Position, Tensor], places: Sequence[Position]) -> Tensor:
    """Shape (positions, classes); NaN where a run was not read."""
    width = len(next(iter(read.values())))
    nothing = torch.full((width,), torch.nan, dtype=torch.float64)
    return torch.stack([read.get(place, nothing) for place in places])


def _common(beside: Sequence[str], roots: Mapping[str, Tensor]) -> Common:
    if beside:
        return common_to(torch.stack([roots[member] for member in beside]))
    (any_of_them, *_) = roots.values()
    return common_to(any_of_them[None])  # one model is no panel: nothing is known of what is common
