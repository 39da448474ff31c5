"""Values of pairs → one evidence line: raw and centred scores of suspect and controls, and ranks."""

from collections.abc import Callable, Mapping, Sequence

import torch

from workbench.compare.material import Material
from workbench.compare.shown import Shown
from workbench.compare.tables import Table, Values
from workbench.digest import seed_from
from workbench.errors import NotEnoughEvidenceError
from workbench.evidence.panel import MIN_CONTROLS, centred, needed, rank_p
from workbench.metrics import Bounded, Metric
from workbench.metrics.embedding import mmd_p_value
from workbench.metrics.hamming import answers_p_value
from workbench.metrics.likelihood import uniformity_p
from workbench.metrics.resample import mean_with_interval
from workbench.records import (
    AnyScore,
    EvidenceLine,
    NoScore,
    PairScore,
    Plan,
    ProbeValue,
    Score,
)

PERMUTATIONS = 9_999

Tables = Callable[[str, str], Table]
"""Metric id, and the suspect or stack compared → values of every two of the runs concerned."""


class Lines:
    """Makes the evidence lines of one case."""

    def __init__(
        self,
        plan: Plan,
        materials: Mapping[str, Material],
        tables: Tables,
        shown: Shown,
    ) -> None:
        """Take the plan, what the runs gave, and the values of every two of them."""
        self._plan, self._materials = plan, materials
        self._tables, self._shown = tables, shown

    def line(self, metric: Metric, suspect: str) -> EvidenceLine:
        """One metric's view of a suspect beside the controls."""
        controls = self._plan.controls_of(suspect)
        panel = [f"suspect-{suspect}", *(f"control-{name}" for name in controls)]
        pairs = [self._pair(metric, member, panel) for member in panel]
        p, above = rank(pairs[0].centred, [pair.centred for pair in pairs[1:]])
        return EvidenceLine(
            metric=metric.id,
            title=metric.title,
            direction=metric.direction,
            unit=metric.unit,
            suspect=pairs[0],
            controls=tuple(pairs[1:]),
            rank_p=p,
            above_every_control=above,
        )

    def _pair(self, metric: Metric, member: str, panel: list[str]) -> PairScore:
        reference = f"reference-{self._plan.reference}"
        values = self._tables(metric.id, panel[0])[reference, member]
        run = self._materials[member].run
        return PairScore(
            model=run.model,
            role=run.role,
            raw=self._raw(metric, reference, member, values),
            centred=self._centred(metric, reference, member, panel),
            probes=_probes(values),
        )

    def _raw(
        self, metric: Metric, reference: str, member: str, values: Values | NoScore
    ) -> AnyScore:
        if isinstance(values, NoScore):
            return values
        p = self._p_value(metric, reference, member, list(values))
        return scored(metric.id, self._plan, list(values.values()), p)

    def _p_value(
        self, metric: Metric, reference: str, member: str, probes: list[str]
    ) -> float | None:
        """p-value of the metric's own null hypothesis, where it has one."""
        one, other = self._materials[reference], self._materials[member]
        match metric.id:
            case "mmd-squared":
                pairs = [(one.embeddings[probe], other.embeddings[probe]) for probe in probes]
                return mmd_p_value(
                    pairs, rounds=PERMUTATIONS, generator=self._dice("permutation", member)
                )
            case "hamming-mmd":
                mine, theirs = one.texts, other.texts
                answers = [(mine[probe], theirs[probe]) for probe in probes]
                dice = self._dice("letters", member)
                return answers_p_value(answers, rounds=PERMUTATIONS, generator=dice)
            case "reverse-likelihood":
                return self._uniformity(one, other, probes)
            case _:
                return None

    def _uniformity(self, reference: Material, other: Material, probes: list[str]) -> float | None:
        """Whether the other's answers are as likely to the reference as the reference's own."""
        samples = []
        for probe in probes:
            own = self._shown.answers(reference, reference, probe)
            given = self._shown.answers(other, reference, probe)
            if own and given:
                samples.append((given[0].bits, [read.bits for read in own]))
        if not samples:
            return None
        dice = self._dice("uniformity", other.run.id)
        return uniformity_p(samples, rounds=PERMUTATIONS, generator=dice)

    def _dice(self, purpose: str, member: str) -> torch.Generator:
        return torch.Generator().manual_seed(seed_from(self._plan.seed, purpose, member))

    def _centred(self, metric: Metric, reference: str, member: str, panel: list[str]) -> AnyScore:
        if len(panel) - 1 < MIN_CONTROLS:
            return NoScore(metric.id, f"centring needs at least {MIN_CONTROLS} controls")
        alike: dict[tuple[str, str], Values] = {}
        for pair in needed(reference, member, panel):
            values = self._tables(metric.id, panel[0])[pair]
            if isinstance(values, NoScore):
                return NoScore(metric.id, f"centring needs every pair of models: {values.reason}")
            alike[pair] = values if metric.direction == "similarity" else _turned(values)
        try:
            return scored(metric.id, self._plan, _centred_values(alike, reference, member, panel))
        except NotEnoughEvidenceError:
            return NoScore(metric.id, "too few probes that every model answered")


def _turned(values: Values) -> Values:
    """A distance as a similarity."""
    return {
        probe: Bounded(-value.estimate, -value.high, -value.low) for probe, value in values.items()
    }


def _centred_values(
    alike: Mapping[tuple[str, str], Values], reference: str, member: str, panel: Sequence[str]
) -> list[Bounded]:
    """Centred similarity with the limits that the limits of its parts leave."""
    signs = needed(reference, member, panel)

    def part(pick: str) -> dict[str, float]:
        """Centre the estimates, or what makes the result least or largest."""
        other = {"low": "high", "high": "low", "estimate": "estimate"}[pick]
        chosen = {
            pair: {
                probe: getattr(value, pick if signs[pair] > 0 else other)
                for probe, value in values.items()
            }
            for pair, values in alike.items()
        }
        return centred(chosen, reference, member, panel)

    estimates = part("estimate")
    if all(value.low == value.high for values in alike.values() for value in values.values()):
        return [Bounded.exact(value) for value in estimates.values()]
    lows, highs = part("low"), part("high")
    return [Bounded(value, lows[probe], highs[probe]) for probe, value in estimates.items()]


def scored(metric: str, plan: Plan, values: Sequence[Bounded], p: float | None = None) -> Score:
    """Mean over probes with its interval, and its limits where the values have some.

    Raises:
        NotEnoughEvidenceError: If there are fewer than 2 values.
    """
    seed = seed_from(plan.seed, "interval", metric)

    def over(column: list[float]) -> tuple[float, float, float]:
        return mean_with_interval(torch.tensor(column, dtype=torch.float64), seed=seed)

    mean, low, high = over([value.estimate for value in values])
    if all(value.low == value.high for value in values):
        return Score(metric, mean, low, high, len(values), p=p)
    least, low, _ = over([value.low for value in values])
    most, _, high = over([value.high for value in values])
    return Score(metric, mean, low, high, len(values), least, most, p)


def rank(suspect: AnyScore, controls: Sequence[AnyScore]) -> tuple[float | None, bool | None]:
    """Rank the suspect among the controls.

    Returns:
        Rank p-value, and whether it lies above every control; None for both where a score is missing,
        or where limits leave open which of two lies higher.
    """
    if isinstance(suspect, NoScore):
        return None, None
    others = [score for score in controls if isinstance(score, Score)]
    if len(others) < len(controls):
        return None, None
    least, most = _limits(suspect)
    limits = [_limits(score) for score in others]
    if any(low <= most and least <= high for low, high in limits if low < high or least < most):
        return None, None
    theirs = [high for _, high in limits]
    return rank_p(least, theirs), all(least > other for other in theirs)


def _limits(score: Score) -> tuple[float, float]:
    """Least and largest value; equal where it is exact."""
    if score.least is None or score.most is None:
        return score.value, score.value
    return score.least, score.most


def _probes(values: Values | NoScore) -> tuple[ProbeValue, ...]:
    if isinstance(values, NoScore):
        return ()
    return tuple(
        ProbeValue(address, value.estimate)
        if value.low == value.high
        else ProbeValue(address, value.estimate, value.low, value.high)
        for address, value in sorted(values.items())
    )
