"""A pair as a case would score it: in a source of reference, suspect and a few controls alone.

Which phrases are rare, what sets an answer apart and how far unrelated models lie from each other
depend on who else is in a source. A case holds one reference, one suspect and their controls; a file of
many models, relatives among them, is another source.
"""

from collections.abc import Callable

import numpy as np

from workbench.digest import seed_from
from workbench.questions.kin import Kin, case_kin
from workbench.questions.score import Scored, Scorer, foregone
from workbench.questions.source import Source
from workbench.records import QUESTIONS, Question

MakeScorer = Callable[[Source, Kin], Scorer]


def score_alone(
    source: Source, whole: Scorer, make: MakeScorer, most: int, reference: int, suspect: int
) -> Scored:
    """Score one pair beside a few of its controls alone.

    Args:
        source: The source that holds the pair.
        whole: Its scorer, which says who is in the panel and which metrics are fused.
        make: Source and kin → scorer.
        most: Controls to keep of the panel; where it is larger they are drawn, with seeds of the pair.
        reference: Index of the reference.
        suspect: Index of the suspect.

    Returns:
        Scores of the pair, with indices of `source`; a reason where the whole source has none for it,
        or where beside so few other metrics would be fused: that is another protocol.
    """
    found = whole.score(reference, suspect)
    if found.reason:
        return found
    sides = (source.models[reference], source.models[suspect])
    part = source.only({*sides, *(source.models[i] for i in _drawn(found.controls, most, sides))})
    kin = case_kin(part.models, *sides)
    places = [part.models.index(side) for side in sides]
    if why := foregone(part, kin, *places):
        return Scored(found.prompts, found.controls, reason=why)
    scorer = make(part, kin)
    if any(_ids(scorer, q) != _ids(whole, q) for q in QUESTIONS):
        why = "beside its controls alone not the same metrics have values as in the whole source"
        return Scored(found.prompts, found.controls, reason=why)
    scored = scorer.score(*places)
    controls = tuple(source.models.index(part.models[i]) for i in scored.controls)
    return Scored(scored.prompts, controls, scored.questions, scored.reason)


def _drawn(panel: tuple[int, ...], most: int, sides: tuple[str, str]) -> tuple[int, ...]:
    if len(panel) <= most:
        return panel
    generator = np.random.default_rng(seed_from("controls of", *sides))
    return tuple(panel[i] for i in np.sort(generator.choice(len(panel), most, replace=False)))


def _ids(scorer: Scorer, question: Question) -> list[str]:
    return [measure.id for measure in scorer.metrics(question)]
