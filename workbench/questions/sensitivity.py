"""How far a question's score hangs on one pack, on one control, or on the decoding of the answers."""

from collections.abc import Iterable, Iterator, Sequence

from workbench.evidence.fuse import Pair, centre
from workbench.evidence.panel import MIN_CONTROLS
from workbench.questions.likeness import Likeness
from workbench.questions.score import NOT_SEEN, Scorer, too_few_controls
from workbench.records import Access, Question, Without

Fewer = Iterable[tuple[str, Likeness]]
"""Pack → likeness on all others."""


def scorers_without(whole: Scorer, fewer: Fewer, access: Access) -> list[tuple[str, Scorer]]:
    """Fit slopes and units again on all packs but one, for each; intervals are left out."""
    kin = whole.panels.kin
    return [(pack, Scorer(whole.name, left, kin, access, rounds=0)) for pack, left in fewer]


def without_packs(
    scorers: Sequence[tuple[str, Scorer]], question: Question, pair: Pair
) -> Iterator[Without]:
    """Score a pair with each pack left out.

    Args:
        scorers: Pack → scorer of all others.
        question: The question.
        pair: Indices of reference and suspect.

    Yields:
        One score for each pack, in the unit of a question's score, or the reason why there is none.
    """
    for pack, scorer in scorers:
        panel, reason = scorer.standing(*pair)
        if reason or question not in scorer.fused:
            yield Without("pack", pack, None, reason or NOT_SEEN)
        else:
            score = float(centre(scorer.fused[question][0], *pair, panel))
            yield Without("pack", pack, score)


def without_controls(
    scorer: Scorer, question: Question, pair: Pair, names: Sequence[str]
) -> Iterator[Without]:
    """Centre a pair's likeness against its panel less each control; slopes and units stay.

    Args:
        scorer: Of all packs, in which the pair has a score.
        question: The question.
        pair: Indices of reference and suspect.
        names: What each model goes by, in the order of the source.

    Yields:
        One score for each control, or the reason why there is none.
    """
    panel, _ = scorer.standing(*pair)
    for control in panel:
        rest = [other for other in panel if other != control]
        if len(rest) < MIN_CONTROLS:
            yield Without("control", names[control], None, too_few_controls(len(rest)))
        else:
            score = float(centre(scorer.fused[question][0], *pair, rest))
            yield Without("control", names[control], score)


def on_other_answers(
    scorer: Scorer, question: Question, pair: Pair, controls: Sequence[int], names: Sequence[str]
) -> tuple[float | None, str]:
    """Score a pair on other answers of the same models, beside the same controls.

    Args:
        scorer: Of those answers; slopes, units and what tells models apart are found in them anew.
        question: The question.
        pair: Indices of reference and suspect.
        controls: Indices of the controls.
        names: What each model goes by.

    Returns:
        The score, and an empty reason; or None, and the reason.
    """
    able, reason = scorer.standing(*pair)
    if not reason and (absent := [names[one] for one in controls if one not in able]):
        reason = f"too little can be compared of {', '.join(absent)}"
    if reason:
        return None, reason
    return float(centre(scorer.fused[question][0], *pair, controls)), ""
