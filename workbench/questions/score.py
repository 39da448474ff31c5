"""Both questions' scores of a pair, from the answers of one source and the panel rule alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.digest import seed_from
from workbench.evidence.fuse import centre, fuse
from workbench.evidence.panel import MIN_CONTROLS, rank_p
from workbench.questions.kin import Kin
from workbench.questions.likeness import AnyTable, Likeness
from workbench.questions.measures import NUISANCES, Measure, at_level, fused_of
from workbench.questions.paired import Floats
from workbench.questions.panels import Panels
from workbench.questions.scale import Scale, fit_scales
from workbench.questions.source import Source
from workbench.records import QUESTIONS, Access, Question, QuestionScore

ROUNDS = 200
"""Draws of groups of prompts behind an interval."""
HALVES = 40
"""Random half-panels behind a panel's spread."""
MIN_UNRELATED = 10
"""With fewer, nobody knows how far apart unrelated models of this source lie."""
MIN_PROMPTS = 20
"""Prompts that both sides of a pair answered; with fewer, chance decides."""
NOTHING_TELLS = "no metric tells unrelated models of this source apart"
NOT_SEEN = "no metric on distributions could be computed"
FEW_UNRELATED = f"fewer than {MIN_UNRELATED} pairs of models in this source are unrelated"


def few_prompts(prompts: int) -> str:
    """Reason for no score where so few prompts were answered by both."""
    return f"only {prompts} prompts were answered by both; at least {MIN_PROMPTS} are needed"


def too_few_controls(families: int) -> str:
    """Reason for no score beside so few independent families."""
    return (
        f"only {families} independent families are left as controls; at least {MIN_CONTROLS} are "
        "needed"
    )


def foregone(source: Source, kin: Kin, reference: int, suspect: int) -> str:
    """Why a pair can have no score whatever was answered, told before anything is measured.

    Returns:
        A reason as in `Scored.reason`; empty if nothing stands in the way yet.
    """
    shared = source.shared()
    if (prompts := int(shared[reference, suspect])) < MIN_PROMPTS:
        return few_prompts(prompts)
    pairs, _ = Panels(kin, shared >= MIN_PROMPTS).unrelated(source.name)
    return FEW_UNRELATED if len(pairs) < MIN_UNRELATED else ""


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

    def why_not(self, question: Question) -> str:
        """Why one question has no score; empty if it has one."""
        return "" if question in self.questions else self.reason or NOT_SEEN


class Scorer:
    """Scores pairs of one source. No label and no other pair of the file has any part in it."""

    def __init__(
        self,
        name: str,
        likeness: Likeness,
        kin: Kin,
        access: Access = "text",
        rounds: int = ROUNDS,
    ) -> None:
        """Fit slopes and units on the models that are declared unrelated.

        Args:
            name: Name of the source, which seeds whatever is drawn.
            likeness: Its tables.
            kin: Who is whose relative.
            access: What of the models goes in; a metric beyond it is left out, as is one that has no
                value for half of the models or more.
            rounds: Draws behind an interval; with 0 there are values only.
        """
        self.name = name
        self.shared = likeness.prompts
        once = np.ones((1, likeness.groups))
        self.raw = {key: table.at(once)[0] for key, table in likeness.raw.items()}
        self.plain = {key: table.at(once)[0] for key, table in likeness.adjusted.items()}
        known = {key for key, table in self.raw.items() if _has_values(table)}
        self.used = [measure for measure in at_level(access) if measure.id in known]
        self.panels = Panels(kin, self._comparable())
        self.scales = self._scales()
        self.fused: dict[Question, Floats] = {}
        self.fused_raw: dict[Question, Floats] = {}
        if asked := self._answerable(access):
            self._fuse(asked, likeness, _draws(likeness.groups, name, rounds))
        self._nothing = NOT_SEEN if access == "logits" else NOTHING_TELLS

    def _answerable(self, access: Access) -> list[Question]:
        """Questions that can be answered at this level: beyond texts, by what only it shows."""
        metrics = {question: self.metrics(question) for question in QUESTIONS}
        if access == "text":
            return list(QUESTIONS) if all(metrics.values()) else []
        return [q for q in QUESTIONS if any(one.access == access for one in metrics[q])]

    def _comparable(self) -> np.ndarray:
        enough = self.shared >= MIN_PROMPTS
        fused = [self.plain[m.id] for m in self.used if m.questions]
        return enough & np.isfinite([*fused, *(self.plain[key] for key in NUISANCES)]).all(0)

    def metrics(self, question: Question) -> list[Measure]:
        """What a question's score is fused of: metrics that tell unrelated models apart."""
        scales = self.scales
        usable = [m for m in self.used if m.id in scales and min(scales[m.id].units) > 0]
        return fused_of(question, usable)

    def why_not(self, measure: Measure) -> str:
        """Why a metric of this level is not fused."""
        if measure.id not in self.raw:
            return "not measured"
        if measure not in self.used:
            return "fewer than half of the models have a value"
        if not self.scales:
            return FEW_UNRELATED
        if min(self.scales[measure.id].units) > 0:
            return "distributions are seen, and answers are samples of them"
        return "it tells no unrelated models apart"

    def _scales(self) -> dict[str, Scale]:
        """Metric → its scale; empty where too few models are unrelated."""
        pairs, cohorts = self.panels.unrelated(self.name)
        if len(pairs) < MIN_UNRELATED:
            return {}
        return fit_scales(self.used, self.raw, self.plain, pairs, cohorts)

    def _fuse(self, asked: Sequence[Question], likeness: Likeness, draws: Floats) -> None:
        nuisances = np.stack([_at(likeness.raw[key], draws) for key in NUISANCES])
        for question in asked:
            metrics = [measure.id for measure in self.metrics(question)]
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
        panel, reason = self.standing(reference, suspect)
        if reason:
            return Scored(prompts, tuple(panel), reason=reason)
        found = {q: self._question(q, reference, suspect, panel) for q in self.fused}
        return Scored(prompts, tuple(panel), found)

    def standing(self, reference: int, suspect: int) -> tuple[list[int], str]:
        """Panel of a pair, as indices of models, and why it can have no score; empty if it can."""
        if reason := self._hindrance(reference, suspect, int(self.shared[reference, suspect])):
            return [], reason
        panel = self.panels.panel(reference, suspect)
        return panel, too_few_controls(len(panel)) if len(panel) < MIN_CONTROLS else ""

    def _hindrance(self, reference: int, suspect: int, prompts: int) -> str:
        if reference == suspect:
            return "reference and suspect are the same model"
        if prompts < MIN_PROMPTS:
            return few_prompts(prompts)
        if not self.panels.comparable[reference, suspect]:
            none = [m.id for m in self.used if np.isnan(self.plain[m.id][reference, suspect])]
            return f"this pair has no value by {', '.join(none)}"
        if not self.scales:
            return FEW_UNRELATED
        if not self.fused:
            return self._nothing
        return ""

    def _question(
        self, question: Question, reference: int, suspect: int, panel: list[int]
    ) -> QuestionScore:
        values = centre(self.fused[question], reference, suspect, panel)
        low, high = np.nanpercentile(values[1:], [2.5, 97.5])
        table = self.fused[question][0]
        controls = _control_scores(table, reference, suspect, panel)
        halves = self._halves(table, reference, suspect)
        panel_low, panel_high = np.percentile(halves, [5, 95])
        return QuestionScore(
            score=float(values[0]),
            low=float(low),
            high=float(high),
            p=rank_p(float(values[0]), controls),
            raw=float(centre(self.fused_raw[question], reference, suspect, panel)),
            panel_low=float(panel_low),
            panel_high=float(panel_high),
            controls=tuple(controls),
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


def _has_values(table: Floats) -> bool:
    """Whether half of the models or more have a value with somebody."""
    off = ~np.eye(len(table), dtype=bool)
    return bool(2 * (np.isfinite(table) & off).any(1).sum() >= len(table))


def _at(table: AnyTable, draws: Floats) -> Floats:
    return table.at(draws)


def _draws(groups: int, name: str, rounds: int) -> Floats:
    """All groups once, then as often as they come up; shape (1 + rounds, groups)."""
    generator = np.random.default_rng(seed_from("groups of prompts", name))
    drawn = generator.multinomial(groups, np.full(groups, 1 / groups), rounds)
    return np.concatenate([np.ones((1, groups)), drawn])


def _control_scores(
    table: Floats, reference: int, suspect: int, panel: Sequence[int]
) -> list[float]:
    """Each control in the place of the suspect, centred against all the others and the suspect."""
    found = []
    for control in panel:
        cohort = [suspect, *(other for other in panel if other != control)]
        found.append(float(centre(table, reference, control, cohort)))
    return found
