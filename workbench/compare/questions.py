"""Both questions of one comparison, by the code that scores labelled pairs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import get_args

from workbench.compare.material import Material
from workbench.compare.protocols import BY_ID, counted_packs, protocol_of
from workbench.compare.recorded import Pair, lacking, likeness_of, pair_of
from workbench.compare.sensitivity import Otherwise, left_out, otherwise, pack_of
from workbench.compare.values import EveryTwo
from workbench.questions.further import ByProbe, with_further
from workbench.questions.likeness import Likeness, measure
from workbench.questions.measures import MEASURES, Measure, at_level
from workbench.questions.score import Scored, Scorer, foregone
from workbench.records import (
    QUESTIONS,
    Access,
    NoScore,
    Pack,
    Plan,
    Protocol,
    Question,
    QuestionFinding,
    QuestionScore,
    Without,
)

FURTHER = tuple(one for one in MEASURES if one.access == "logits")


@dataclass(frozen=True, slots=True)
class _Level:
    """What came out at one level of access."""

    access: Access
    scored: Scored
    metrics: Mapping[Question, Sequence[Measure]]
    """Fused for each question."""
    unfused: Mapping[Question, Mapping[str, str]]
    """Question → metric that is about it → why it was not fused."""
    probes: Mapping[str, int]
    """Metric on distributions → probes at which both sides gave what it takes."""
    without: Mapping[Question, tuple[Without, ...]] = field(default_factory=dict)
    """What each score hangs on."""


class Questions:
    """Asks both questions of every suspect of a case, one suspect at a time."""

    def __init__(
        self,
        plan: Plan,
        packs: Sequence[Pack],
        materials: Mapping[str, Material],
        values: EveryTwo,
    ) -> None:
        """Take the plan, what was asked, what the runs gave, and the values of every two of them."""
        self._plan, self._packs = plan, packs
        self._materials, self._values = materials, values

    def about(self, suspect: str) -> tuple[QuestionFinding, ...]:
        """Answer both questions at each level of access.

        No other suspect and no stack has any part in it.
        """
        pair = pair_of(self._plan, self._packs, self._materials, suspect)
        return tuple(
            self._finding(question, level, pair)
            for level in self._levels(pair)
            for question in QUESTIONS
        )

    def _levels(self, pair: Pair) -> Iterator[_Level]:
        levels: tuple[Access, ...] = get_args(Access)
        if why := foregone(pair.source, pair.kin, pair.reference, pair.suspect):
            prompts = pair.source.shared()[pair.reference, pair.suspect]
            none = Scored(int(prompts), (), reason=why)
            yield from (_Level(access, none, {}, {}, {}) for access in levels)
            return
        texts = measure(pair.source, part_of=pack_of)
        further, absent = self._further(pair)
        other = otherwise(self._plan, self._packs, self._materials, pair)
        for access in levels:
            beyond = further if access == "logits" else {}
            yield self._level(pair, access, texts, beyond, absent, other)

    def _level(
        self,
        pair: Pair,
        access: Access,
        texts: Likeness,
        further: Mapping[str, ByProbe],
        absent: Mapping[str, str],
        other: Otherwise | None,
    ) -> _Level:
        likeness = with_further(pair.source, texts, further)
        scorer = Scorer(pair.source.name, likeness, pair.kin, access)
        fused = {question: scorer.metrics(question) for question in QUESTIONS}
        ids = {one.id for metrics in fused.values() for one in metrics}
        unfused = {
            question: {
                one.id: absent.get(one.id) or scorer.why_not(one)
                for one in at_level(access)
                if question in one.questions and one not in fused[question]
            }
            for question in QUESTIONS
        }
        probes = {
            one.id: likeness.both_gave(one.id, pair.reference, pair.suspect)
            for one in FURTHER
            if one.id in ids
        }
        scored = scorer.score(pair.reference, pair.suspect)
        without = left_out(pair, scorer, scored, texts, further, access)
        if other is not None:
            without = {
                question: (*found, other.score(question, scored.controls, fused[question]))
                for question, found in without.items()
            }
        return _Level(access, scored, fused, unfused, probes, without)

    def _further(self, pair: Pair) -> tuple[dict[str, ByProbe], dict[str, str]]:
        """Metrics on distributions that every pair needed has, and why the others are left out."""
        models = pair.source.models
        found, absent = {}, {}
        for one in FURTHER:
            if one.id not in self._plan.metrics:
                absent[one.id] = "the plan does not count it"
                continue
            table = self._values.among(one.id, models, pair.kin)
            if why := lacking(table, _needed(pair, directed=one.directed)):
                absent[one.id] = why
            else:
                found[one.id] = likeness_of(BY_ID[one.id], table, models)
        return found, absent

    def _finding(self, question: Question, level: _Level, pair: Pair) -> QuestionFinding:
        metrics = level.metrics.get(question, ())
        asked = {one.id for one in MEASURES if question in one.questions}
        sides = [pair.source.models[i] for i in (pair.reference, pair.suspect)]
        missing = [self._missing(side, metrics, sides[1]) for side in sides]
        unfused = level.unfused.get(question, {}).items()
        return QuestionFinding(
            question=question,
            score=_score(question, level),
            protocol=self._protocol(level, metrics),
            controls=tuple(pair.names[i] for i in level.scored.controls),
            prompts=level.scored.prompts,
            probes={one: n for one, n in level.probes.items() if one in asked},
            left_out=tuple(NoScore(one, why) for one, why in unfused),
            missing_reference=missing[0],
            missing_suspect=missing[1],
            without=level.without.get(question, ()),
        )

    def _protocol(self, level: _Level, metrics: Sequence[Measure]) -> Protocol:
        recorded = all(item.run.capabilities.recorded for item in self._materials.values())
        packs = self._counted(metrics)
        return protocol_of(self._plan, packs, metrics, level.access, recorded=recorded)

    def _counted(self, metrics: Sequence[Measure]) -> list[Pack]:
        return counted_packs(self._packs, metrics, self._values.counted)

    def _missing(self, run: str, metrics: Sequence[Measure], suspect: str) -> float | None:
        """Share of the prompts of those packs to which a run gave nothing usable.

        Where asking the suspect stopped early, of those that it was asked.
        """
        planned = {probe.address for pack in self._counted(metrics) for probe in pack.probes}
        if (asked := self._materials[suspect].asked) is not None:
            planned &= asked
        material = self._materials[run]
        given = planned & (material.answers.keys() | material.tops.keys())
        return 1 - len(given) / len(planned) if planned else None


def _needed(pair: Pair, *, directed: bool) -> list[tuple[str, str]]:
    """Ordered pairs of runs that scores rest on; nobody is read as if the reference were a suspect."""
    reference = pair.source.models[pair.reference]
    everybody = permutations(pair.source.models, 2)
    return [(one, other) for one, other in everybody if not directed or other != reference]


def _score(question: Question, level: _Level) -> QuestionScore | NoScore:
    found = level.scored.questions.get(question)
    return NoScore(question, level.scored.why_not(question)) if found is None else found
