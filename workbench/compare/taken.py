"""What of a comparison is taken as stated, because what it rests on is not at hand.

Whoever holds a report but not the case may lack whole distributions, say. All else is computed again,
and so are opinions and verdict, from what is taken and what was computed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.metrics import METRICS, Material, Metric
from workbench.records import (
    Comparison,
    EvidenceLine,
    PassageProfile,
    Plan,
    QuestionFinding,
    StackFloor,
)

DISTRIBUTIONS: frozenset[Material] = frozenset({"tokens", "bytes", "byte habits", "passages"})
LIKELIHOODS: frozenset[Material] = frozenset({"readings", "readings back"})
EMBEDDINGS: frozenset[Material] = frozenset({"embeddings"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What is not at hand, and the comparisons whose word is taken for what rests on it."""

    lacking: frozenset[Material] = frozenset()
    stated: Mapping[str, Comparison] = field(default_factory=dict)
    """Suspect → its comparison as it was recorded; of every suspect, if anything is lacking."""

    def metrics(self, plan: Plan) -> list[Metric]:
        """Metrics of a plan that can be computed, in report order."""
        planned = (metric for metric in METRICS if metric.id in plan.metrics)
        return [metric for metric in planned if metric.material not in self.lacking]

    def lines(
        self, plan: Plan, suspect: str, computed: Sequence[EvidenceLine]
    ) -> tuple[EvidenceLine, ...]:
        """Lines of every planned metric, in report order; those that were not computed as stated."""
        found = {line.metric: line for line in self._lines(suspect)}
        found |= {line.metric: line for line in computed}
        order = [metric.id for metric in METRICS if metric.id in plan.metrics]
        return tuple(found[metric] for metric in order if metric in found)

    def _lines(self, suspect: str) -> tuple[EvidenceLine, ...]:
        return self.stated[suspect].lines if self.lacking else ()

    def questions(
        self, suspect: str, computed: Sequence[QuestionFinding]
    ) -> tuple[QuestionFinding, ...]:
        """Findings at every level of access; those on distributions as stated, if any are lacking."""
        if not self.beyond_texts:
            return tuple(computed)
        own = [one for one in computed if one.protocol.access == "text"]
        return (*own, *(o for o in self.stated[suspect].questions if o.protocol.access != "text"))

    def profiles(
        self, suspect: str, compute: Callable[[str], tuple[PassageProfile, ...]]
    ) -> tuple[PassageProfile, ...]:
        """Profiles of passages, which rest on distributions."""
        return self.stated[suspect].profiles if self.lacking & DISTRIBUTIONS else compute(suspect)

    def stacks(self, suspect: str, computed: Sequence[StackFloor]) -> tuple[StackFloor, ...]:
        """Noise floors of serving; scores that were not computed as stated."""
        if not self.lacking:
            return tuple(computed)
        own = {floor.model: {score.metric: score for score in floor.scores} for floor in computed}
        return tuple(
            replace(
                floor,
                difference=next(one for one in computed if one.model == floor.model).difference,
                scores=tuple(own[floor.model].get(score.metric, score) for score in floor.scores),
            )
            for floor in self.stated[suspect].stacks
            if floor.model in own
        )

    @property
    def beyond_texts(self) -> bool:
        """Whether scores beyond those of texts alone are taken as stated."""
        return bool(self.lacking & (DISTRIBUTIONS | LIKELIHOODS))

    def computed_part(self, kept: Comparison) -> Comparison:
        """A comparison without what is taken as stated."""
        counted = {metric.id for metric in METRICS if metric.material not in self.lacking}
        return replace(
            kept,
            lines=tuple(line for line in kept.lines if line.metric in counted),
            questions=tuple(
                one
                for one in kept.questions
                if not self.beyond_texts or one.protocol.access == "text"
            ),
            profiles=() if self.lacking & DISTRIBUTIONS else kept.profiles,
            stacks=tuple(
                replace(floor, scores=tuple(one for one in floor.scores if one.metric in counted))
                for floor in kept.stacks
            ),
        )


NOTHING_TAKEN = Taken()
