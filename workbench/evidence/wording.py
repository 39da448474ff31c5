"""What an opinion says, in sentences: only numbers and names vary.

Source: After the ENFSI guideline for evaluative reporting (2015) and ISO 21043-4: findings given
    propositions, never the reverse; limits beside every number.
"""

from collections.abc import Sequence

from workbench.evidence.levels import NEUTRAL, side
from workbench.evidence.propositions import DERIVED, account
from workbench.evidence.ratios import interval_words, ratio_words, times
from workbench.records import Decided, Gate, Level, Opinion, Question, Ratio, Weighing

QUESTION_WORDS: dict[Question, str] = {
    "weights": "Does the suspect come from the reference's weights?",
    "outputs": "Did the suspect learn from what the reference wrote?",
}
NOT_EXCLUDED: dict[Question, str] = {
    "weights": "derivation followed by much training, or by masking, is not excluded",
    "outputs": "derivation at a lower dose, or followed by masking, is not excluded",
}
"""What support for an alternative leaves open: labelled derivatives stand for themselves only."""


def stopped_early(decided: Decided) -> str:
    """Say that a suspect was not asked everything, how much it was asked, and why."""
    return (
        f"The suspect was asked {decided.asked} of {decided.planned} probes, in a random order fixed "
        f"beforehand. Asking stopped because the level of the {decided.question} question, "
        f"{decided.level}, no longer depended on the others: with every probe's part cut to a range "
        f"fixed beforehand, the score of all of them lies between {decided.low:.2f} and "
        f"{decided.high:.2f}, at a risk of error of {decided.alpha:.0%} at most. What follows rests on "
        "the probes that were asked, and may read another level; its intervals take their number as "
        "given."
    )


def supported(
    question: Question, level: Level, weighing: Weighing, reference: str, suspect: str
) -> str:
    """Say how strongly findings support one statement rather than the other."""
    ratio = weighed_ratio(weighing)
    derived = DERIVED[question].condition(reference, suspect)
    other = account(weighing.alternative).condition(reference, suspect)
    if side(level) > 0:
        first, second, low, high, proviso = derived, other, ratio.low, ratio.high, ""
    else:
        first, second, low, high = other, derived, -ratio.high, -ratio.low
        proviso = f"; {NOT_EXCLUDED[question]}"
    return (
        f"The findings are about {times(ratio.value)} times ({_precision(ratio, low, high)}) more "
        f"probable if {first} than if {second}. They provide {strength(level)} for the former rather "
        f"than the latter{proviso}."
    )


def _precision(ratio: Ratio, low: float, high: float) -> str:
    if ratio.at_bound:
        return "as far as this calibration allows"
    return f"90 % interval {interval_words(low, high)}"


def strength(level: Level) -> str:
    """A level without its side: `weak support`."""
    return level.removesuffix(" for the alternative")


def weighed_ratio(weighing: Weighing) -> Ratio:
    """The numbers of a weighing that must have some.

    Raises:
        ValueError: If the alternative was not tested.
    """
    ratio = weighing.ratio
    if ratio is None:
        raise ValueError(f"nothing was weighed against {weighing.alternative}")
    return ratio


def unhelpful() -> str:
    """Say that findings are as probable either way."""
    return (
        "The findings are about equally probable under each of the statements weighed. They do not "
        "help to tell these apart."
    )


def undecided(headline: Weighing, tested: Sequence[Weighing]) -> str:
    """Say that too little is known.

    Args:
        headline: The alternative with the smallest likelihood ratio.
        tested: Every alternative that was tested; none bears a level either way.
    """
    return (
        f"{_open(headline, several=len(tested) > 1)} The examination is inconclusive, and this is not "
        "evidence that no derivation took place."
    )


def _open(headline: Weighing, *, several: bool) -> str:
    ratio = weighed_ratio(headline)
    if ratio.least < ratio.most:
        return (
            f"The 90 % interval of the likelihood ratio ({interval_words(ratio.low, ratio.high)}) "
            "leaves open which statement the findings support."
        )
    others = (
        ", and against the other explanations tested they support neither statement."
        if several
        else ", so they cannot support either statement."
    )
    return (
        f"Against {account(headline.alternative).noun} the likelihood ratio is 1 with this "
        f"calibration whatever the findings{others}"
    )


def explained_otherwise(
    question: Question, weighings: Sequence[Weighing], reference: str, suspect: str
) -> str:
    """Say that findings support derivation over some alternatives, but not over others."""
    derived = DERIVED[question].condition(reference, suspect)
    tested = [item for item in weighings if item.level is not None]
    over = [account(w.alternative).noun for w in tested if side(w.level or NEUTRAL) > 0]
    others = [account(w.alternative).noun for w in tested if side(w.level or NEUTRAL) <= 0]
    return (
        f"The findings support the statement that {derived} over {' and '.join(over)}, but not over "
        f"{' or '.join(others)}. The examination is inconclusive, because {' or '.join(others)} could "
        "explain them as well."
    )


def no_opinion(failed: Sequence[Gate]) -> str:
    """Say that conditions were not met."""
    names = ", ".join(gate.name for gate in failed)
    return (
        f"Conditions set before any case was seen are not met: {names}. No evaluative opinion is "
        "given, and the findings are listed for information only."
    )


def not_calibrated() -> str:
    """Say that nothing is known of such scores."""
    return (
        "Inconclusive: not calibrated for this protocol. What such a score is worth was not measured "
        "for models asked and compared in this way."
    )


def too_little_apart() -> str:
    """Say that a calibration holds too little besides kin of the two models."""
    return (
        "Inconclusive: without the families of these two models the calibration holds too little to "
        "weigh anything. What such a score is worth for them was not measured."
    )


def no_score(reason: str) -> str:
    """Say that answers could be compared, but not be scored."""
    return (
        f"Inconclusive: there is no score, because {reason}. Nothing can be weighed without one, and "
        "this is not evidence that no derivation took place."
    )


def not_comparable(reason: str) -> str:
    """Say that there is nothing to weigh."""
    return f"Not comparable: {reason}. Nothing was weighed."


def untested(weighing: Weighing, reference: str, suspect: str) -> str:
    """Name an alternative that was not tested, with the reason."""
    words = account(weighing.alternative).about(reference, suspect).rstrip(".")
    return f"{words}: not tested, because {weighing.reason}."


def headline_words(opinion: Opinion) -> str:
    """An opinion's likelihood ratio with interval and alternative; empty where there is none."""
    headline = opinion.headline_weighing
    ratio = headline.ratio if headline else None
    if headline is None or ratio is None:
        return ""
    return (
        f"{ratio_words(ratio.value)} ({_precision(ratio, ratio.low, ratio.high)}) against "
        f"{account(headline.alternative).noun}, the smallest of those tested"
    )
