"""How far a case's scores hang on one pack, on one control, and on the temperature of the answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.compare.material import Material
from workbench.compare.protocols import BY_ID, READ
from workbench.compare.recorded import Pair, source_of
from workbench.questions.further import ByProbe, with_further
from workbench.questions.likeness import Likeness, measure
from workbench.questions.measures import Measure
from workbench.questions.score import Scored, Scorer, foregone
from workbench.questions.sensitivity import (
    on_other_answers,
    scorers_without,
    without_controls,
    without_packs,
)
from workbench.questions.source import Source
from workbench.records import Access, Pack, Plan, Question, Without

UNCHANGED = "distributions behind given texts do not depend on the temperature of sampling"
UNREAD = "no model read the answers at the other temperature"
STOPPED = "asking the suspect stopped early, before the other temperature"


def left_out(
    pair: Pair,
    scorer: Scorer,
    scored: Scored,
    texts: Likeness,
    further: Mapping[str, ByProbe],
    access: Access,
) -> dict[Question, tuple[Without, ...]]:
    """Score a pair with each pack, and with each control, left out.

    Args:
        pair: Reference and suspect.
        scorer: Of all packs, at one level of access.
        scored: What it said of the pair.
        texts: Likeness of their answers.
        further: Metrics on distributions that belong to the level.
        access: The level.

    Returns:
        Scores, or reasons why there are none, of each question that has a score.
    """
    if not scored.questions:
        return {}
    scorers = scorers_without(scorer, _fewer(pair.source, texts, further), access)
    return {
        question: (
            *without_packs(scorers, question, pair.sides),
            *without_controls(scorer, question, pair.sides, pair.names),
        )
        for question in scored.questions
    }


def _fewer(
    source: Source, texts: Likeness, further: Mapping[str, ByProbe]
) -> Iterator[tuple[str, Likeness]]:
    """Pack → likeness on all other packs, for each pack that has a part in it."""
    packs = {pack_of(probe) for values in further.values() for probe in values} | texts.parts.keys()
    for pack in sorted(packs):
        kept = {
            metric: {probe: v for probe, v in values.items() if pack_of(probe) != pack}
            for metric, values in further.items()
        }
        left = texts.without(pack) if pack in texts.parts else replace(texts, parts={})
        yield pack, with_further(source, left, kept)


def pack_of(address: str) -> str:
    """Id of the pack that a probe is of."""
    return address.split("#", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A pair's answers at the plan's other temperature, ready to be scored by themselves."""

    name: str
    pair: Pair
    scorer: Scorer | None
    reason: str = ""
    """Why there is no scorer."""

    def score(
        self, question: Question, controls: Sequence[int], metrics: Sequence[Measure]
    ) -> Without:
        """Score the pair on these answers alone.

        Args:
            question: The question.
            controls: Those that the planned score stands beside.
            metrics: What the planned score is fused of.

        Returns:
            The score beside the same controls, or the reason why there is none.
        """
        reason = _beyond_texts(metrics) or self.reason
        if reason or self.scorer is None:
            return Without("decoding", self.name, None, reason)
        score, why_not = on_other_answers(
            self.scorer, question, self.pair.sides, controls, self.pair.names
        )
        return Without("decoding", self.name, score, why_not)


def _beyond_texts(metrics: Sequence[Measure]) -> str:
    """Why a score fused of these cannot be made of answers alone; empty if it can."""
    beyond = [BY_ID[one.id].material for one in metrics if one.access != "text"]
    if not beyond:
        return ""
    return UNREAD if any(material in READ for material in beyond) else UNCHANGED


def otherwise(
    plan: Plan, packs: Sequence[Pack], materials: Mapping[str, Material], pair: Pair
) -> Otherwise | None:
    """Make ready what a pair's models answered at the plan's other temperature; None if it has none.

    Args:
        plan: The case's plan.
        packs: What it asks and counts; a variant's answers stand at the addresses of its pack.
        materials: Run → what it gave.
        pair: Reference and suspect with the answers that count.
    """
    if plan.other_temperature is None:
        return None
    name = f"temperature {plan.other_temperature:g}"
    given = {run: materials[run] for run in pair.source.models}
    varied = {run: replace(item, answers=item.varied) for run, item in given.items()}
    other = replace(pair, source=source_of(pair.source.name, packs, varied))
    suspect = given[pair.source.models[pair.suspect]]
    if suspect.asked is not None and not suspect.varied:
        return Otherwise(name, other, None, STOPPED)
    if why := foregone(other.source, other.kin, *other.sides):
        return Otherwise(name, other, None, why)
    scorer = Scorer(other.source.name, measure(other.source), other.kin, rounds=0)
    return Otherwise(name, other, scorer)
