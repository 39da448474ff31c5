"""Both questions' scores of a pair, from the answers of one source and the panel rule alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.fuse import centre, fuse
from workbench.evidence.panel import MIN_CONTROLS, rank_p
from workbench.questions.kin import Kin
from workbench.questions.likeness import (
    METRICS,
    NUISANCES,
    QUESTIONS,
    AnyTable,
    Likeness,
    Question,
)
from workbench.questions.paired import Floats
from workbench.questions.panels import Panels
from workbench.questions.scale import Scale, fit_scales

ROUNDS = 200
"""Draws of groups of prompts behind an interval."""
HALVES = 40
"""Random half-panels behind a panel's spread."""
MIN_UNRELATED = 10
"""With fewer, nobody knows how far apart unrelated models of this source lie."""
MIN_PROMPTS = 20
"""Prompts that both sides of a pair answered; with fewer, chance decides."""


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question's score of one pair; higher is more alike, 0 what unrelated models have."""

    score: float
    low: float
    """Lower limit of the 95 % interval over prompts."""
    high: float
    p: float
    """Rank among the controls, as in `evidence.panel.rank_p`."""
    raw: float
    """The same with length and layout left in."""
    panel_low: float
    """5th percentile of the score over random half-panels with random representatives."""
    panel_high: float


@dataclass(frozen=True, slots=True)
class Scored:
    """What is said of one pair."""

    prompts: int
    """Prompts that both answered."""
    controls: tuple[int, ...]
    """Panel, as indices of models."""
    questions: Mapping[Question, QuestionScore] = field(default_factory=dict)
    reason: str = ""
    """Why there is no score."""


class Scorer:
    """Scores pairs of one source. No label and no other pair of the file has any part in it."""

    def __init__(self, name: str, likeness: Likeness, kin: Kin) -> None:
        """Fit slopes and units on the models that are declared unrelated."""
        self.name = name
        self.shared = likeness.prompts
        once = np.ones((1, likeness.groups))
        self.raw = {key: table.at(once)[0] for key, table in likeness.raw.items()}
        self.plain = {key: table.at(once)[0] for key, table in likeness.adjusted.items()}
        self.used = [m for m in METRICS if m.id in self.raw and self._has_values(self.raw[m.id])]
        self.panels = Panels(kin, self._comparable())
        self.scales = self._scales()
        self.fused: dict[Question, Floats] = {}
        self.fused_raw: dict[Question, Floats] = {}
        if self.scales:
            self._fuse(likeness, _draws(likeness.groups, name))

    @staticmethod
    def _has_values(table: Floats) -> bool:
        """Whether half of the models or more have a value with somebody."""
        off = ~np.eye(len(table), dtype=bool)
        return bool(2 * (np.isfinite(table) & off).any(1).sum() >= len(table))

    def _comparable(self) -> np.ndarray:
        enough = self.shared >= MIN_PROMPTS
        fused = [self.plain[m.id] for m in self.used if m.questions]
        return enough & np.isfinite([*fused, self.plain["length"], self.plain["layout"]]).all(0)

    def _scales(self) -> dict[str, Scale]:
        """Metric → its scale; empty where too few models are unrelated."""
        pairs, cohorts = self.panels.unrelated(self.name)
        if len(pairs) < MIN_UNRELATED:
            return {}
        return fit_scales([m.id for m in self.used], self.raw, self.plain, pairs, cohorts)

    def _fuse(self, likeness: Likeness, draws: Floats) -> None:
        nuisances = np.stack([_at(likeness.raw[key], draws) for key in NUISANCES])
        for question in QUESTIONS:
            metrics = [m.id for m in self.used if question in m.questions]
            tables = [
                self.scales[key].adjusted(_at(likeness.adjusted[key], draws), nuisances)
                for key in metrics
            ]
            self.fused[question] = fuse(tables, [self.scales[k].adjusted_unit for k in metrics])
            raw = [self.raw[key] for key in metrics]
            self.fused_raw[question] = fuse(raw, [self.scales[key].unit for key in metrics])

    def score(self, reference: int, suspect: int) -> Scored:
        """Score one pair.

        Args:
            reference: Index of the reference.
            suspect: Index of the suspect.

        Returns:
            Both questions' scores, or the reason why there are none.
        """
        prompts = int(self.shared[reference, suspect])
        if reason := self._hindrance(reference, suspect, prompts):
            return Scored(prompts, (), reason=reason)
        panel = self.panels.panel(reference, suspect)
        if len(panel) < MIN_CONTROLS:
            reason = (
                f"only {len(panel)} independent families are left as controls; "
                f"at least {MIN_CONTROLS} are needed"
            )
            return Scored(prompts, tuple(panel), reason=reason)
        found = {q: self._question(q, reference, suspect, panel) for q in QUESTIONS}
        return Scored(prompts, tuple(panel), found)

    def _hindrance(self, reference: int, suspect: int, prompts: int) -> str:
        if reference == suspect:
            return "reference and suspect are the same model"
        if prompts < MIN_PROMPTS:
            return (
                f"only {prompts} prompts were answered by both; at least {MIN_PROMPTS} are needed"
            )
        if not self.panels.comparable[reference, suspect]:
            return "one of the metrics has no value for this pair"
        if not self.scales:
            return f"fewer than {MIN_UNRELATED} pairs of models in this source are unrelated"
        return ""

    def _question(
        self, question: Question, reference: int, suspect: int, panel: list[int]
    ) -> QuestionScore:
        values = centre(self.fused[question], reference, suspect, panel)
        low, high = np.nanpercentile(values[1:], [2.5, 97.5])
        table = self.fused[question][0]
        halves = self._halves(table, reference, suspect)
        panel_low, panel_high = np.percentile(halves, [5, 95])
        return QuestionScore(
            score=float(values[0]),
            low=float(low),
            high=float(high),
            p=_rank(table, reference, suspect, panel),
            raw=float(centre(self.fused_raw[question], reference, suspect, panel)),
            panel_low=float(panel_low),
            panel_high=float(panel_high),
        )

    def _halves(self, table: Floats, reference: int, suspect: int) -> list[float]:
        """Scores over random halves of the families, each with a random representative."""
        generator = np.random.default_rng(seed_from("halves", self.name, reference, suspect))
        families = self.panels.families(reference, suspect)
        size = max(MIN_CONTROLS, (len(families) + 1) // 2)
        return [
            self._half(table, reference, suspect, families, size, generator) for _ in range(HALVES)
        ]

    def _half(
        self,
        table: Floats,
        reference: int,
        suspect: int,
        families: Sequence[Sequence[int]],
        size: int,
        generator: np.random.Generator,
    ) -> float:
        drawn = generator.permutation(len(families))[:size]
        cohort = [int(generator.choice(families[i])) for i in drawn]
        return float(centre(table, reference, suspect, cohort))


def _at(table: AnyTable, draws: Floats) -> Floats:
    return table.at(draws)


def _draws(groups: int, name: str) -> Floats:
    """All groups once, then as often as they come up; shape (1 + rounds, groups)."""
    generator = np.random.default_rng(seed_from("groups of prompts", name))
    drawn = generator.multinomial(groups, np.full(groups, 1 / groups), ROUNDS)
    return np.concatenate([np.ones((1, groups)), drawn])


def _rank(table: Floats, reference: int, suspect: int, panel: Sequence[int]) -> float:
    """Suspect among controls, each centred against all the others, the suspect included."""
    controls = []
    for control in panel:
        cohort = [suspect, *(other for other in panel if other != control)]
        controls.append(float(centre(table, reference, control, cohort)))
    return rank_p(float(centre(table, reference, suspect, panel)), controls)
