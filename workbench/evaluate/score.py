"""Both questions' scores of a pair, from the answers of one source and the panel rule alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from workbench.digest import seed_from
from workbench.evaluate.likeness import (
    ADJUSTED_BEFORE,
    METRICS,
    NUISANCES,
    QUESTIONS,
    AnyTable,
    Likeness,
    Question,
)
from workbench.evaluate.paired import Floats
from workbench.evaluate.panel import Kin
from workbench.evidence.fuse import Pair, centre, centred_many, fuse, slopes, spread
from workbench.evidence.panel import MIN_CONTROLS, rank_p

ROUNDS = 200
"""Draws of groups of prompts behind an interval."""
HALVES = 40
"""Random half-panels behind a panel's spread."""
MOST_UNRELATED = 2000
"""Unrelated pairs that set slopes and units, at most; more are drawn from by seed."""
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


@dataclass(frozen=True, slots=True)
class Scale:
    """What unrelated models of a source are like in one metric."""

    slopes: Floats
    """Per nuisance."""
    unit: float
    """Spread of centred likeness, length and layout left in."""
    adjusted_unit: float
    """The same without what goes with them."""


class Scorer:
    """Scores pairs of one source. No label and no other pair of the file has any part in it."""

    def __init__(self, name: str, likeness: Likeness, kin: Kin) -> None:
        """Fit slopes and units on the models that are declared unrelated."""
        self.name = name
        self.kin = kin
        self.shared = likeness.prompts
        once = np.ones((1, likeness.groups))
        self.raw = {key: table.at(once)[0] for key, table in likeness.raw.items()}
        self.plain = {key: table.at(once)[0] for key, table in likeness.adjusted.items()}
        self.used = [m for m in METRICS if m.id in self.raw and self._has_values(self.raw[m.id])]
        self.comparable = self._comparable()
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

    def panel(self, reference: int, suspect: int) -> list[int]:
        """Controls that can be compared with both sides and with each other, one per family."""
        chosen: list[int] = []
        for models in self.kin.eligible(reference, suspect).values():
            for model in models:
                if self.comparable[model, [reference, suspect, *chosen]].all():
                    chosen.append(model)
                    break
        return chosen

    def _scales(self) -> dict[str, Scale]:
        """Metric → its scale; empty where too few models are unrelated."""
        pairs, cohorts = self._unrelated()
        if len(pairs) < MIN_UNRELATED:
            return {}
        nuisances = centred_many(np.stack([self.raw[key] for key in NUISANCES]), pairs, cohorts)
        found = {}
        for metric in self.used:
            raw = centred_many(self.raw[metric.id], pairs, cohorts)
            plain = centred_many(self.plain[metric.id], pairs, cohorts)
            slope = self._slopes(metric.id, plain, nuisances)
            found[metric.id] = Scale(slope, spread(raw), spread(plain - slope @ nuisances))
        return found

    @staticmethod
    def _slopes(metric: str, centred: Floats, nuisances: Floats) -> Floats:
        """Profiles are adjusted answer by answer already; twice would take style away as well."""
        if metric in ADJUSTED_BEFORE:
            return np.zeros(len(nuisances))
        return slopes(centred, nuisances)

    def _unrelated(self) -> tuple[list[Pair], list[list[int]]]:
        everybody = combinations(range(len(self.shared)), 2)
        pairs = [p for p in everybody if self.comparable[p] and not self.kin.related[p]]
        if len(pairs) > MOST_UNRELATED:
            generator = np.random.default_rng(seed_from("unrelated", self.name))
            drawn = np.sort(generator.choice(len(pairs), MOST_UNRELATED, replace=False))
            pairs = [pairs[i] for i in drawn]
        panels = [self.panel(*pair) for pair in pairs]
        kept = [i for i, panel in enumerate(panels) if len(panel) >= MIN_CONTROLS]
        return [pairs[i] for i in kept], [panels[i] for i in kept]

    def adjusted(self, metric: str, table: Floats, nuisances: Floats) -> Floats:
        """A metric's table without what goes with nuisances; (…, models, models)."""
        return table - np.tensordot(self.scales[metric].slopes, nuisances, 1)

    def _fuse(self, likeness: Likeness, draws: Floats) -> None:
        nuisances = np.stack([_at(likeness.raw[key], draws) for key in NUISANCES])
        for question in QUESTIONS:
            metrics = [m.id for m in self.used if question in m.questions]
            tables = [
                self.adjusted(key, _at(likeness.adjusted[key], draws), nuisances) for key in metrics
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
        panel = self.panel(reference, suspect)
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
        if not self.comparable[reference, suspect]:
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
        families = [
            able
            for models in self.kin.eligible(reference, suspect).values()
            if (able := [m for m in models if self.comparable[m, [reference, suspect]].all()])
        ]
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


def single_scores(scorer: Scorer, pairs: Sequence[Pair]) -> dict[str, dict[str, Floats]]:
    """Every metric alone: raw, centred, and centred without length and layout.

    Args:
        scorer: Scorer of the source.
        pairs: Pairs that have a score.

    Returns:
        Metric → form (`raw`, `centred`, `adjusted`) → values, shape (pairs,).
    """
    cohorts = [scorer.panel(*pair) for pair in pairs]
    nuisances = np.stack([scorer.raw[key] for key in NUISANCES])
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found = {}
    for metric in scorer.used:
        table = scorer.adjusted(metric.id, scorer.plain[metric.id], nuisances)
        found[metric.id] = {
            "raw": scorer.raw[metric.id][rows, columns],
            "centred": centred_many(scorer.raw[metric.id], pairs, cohorts),
        }
        if metric.id not in NUISANCES:  # nothing but rounding is left of a nuisance without itself
            found[metric.id]["adjusted"] = centred_many(table, pairs, cohorts)
    return found
