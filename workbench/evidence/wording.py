"""What an opinion says, in sentences: only numbers and names vary.

Source: After the ENFSI guideline for evaluative reporting (2015) and ISO 21043-4: findings given
    propositions, never the reverse; limits beside every number; error rates as counts with their upper
    limit, as PCAST (2016) asks.
"""

from collections.abc import Sequence

from workbench.evidence.levels import NEUTRAL, NEUTRAL_BAND, settled_neutral, side
from workbench.evidence.propositions import DERIVED, LABEL_WORDS, UNRELATED, account
from workbench.evidence.ratios import interval_words, percent, ratio_words, times
from workbench.records import ErrorRate, Gate, Level, Opinion, Question, Ratio, Weighing

QUESTION_WORDS: dict[Question, str] = {
    "weights": "Does the suspect come from the reference's weights?",
    "outputs": "Did the suspect learn from what the reference wrote?",
}
FRAME = (
    "This speaks of the findings: how probable they are if one statement is true, and if the other is. "
    "How probable a statement itself is depends on other evidence, too, which was not considered here."
)
NOT_EXCLUDED: dict[Question, str] = {
    "weights": "derivation followed by much training, or by masking, is not excluded",
    "outputs": "derivation at a lower dose, or followed by masking, is not excluded",
}
"""What support for an alternative leaves open: labelled derivatives stand for themselves only."""
FAR_MORE = 10
"""From here on "how many times as much" is a guess of no use."""


def supported(
    question: Question, level: Level, weighing: Weighing, reference: str, suspect: str
) -> str:
    """Say how strongly findings support one statement rather than the other."""
    ratio = _ratio(weighing)
    derived = DERIVED[question].condition(reference, suspect)
    other = account(weighing.alternative).condition(reference, suspect)
    if side(level) > 0:
        first, second, low, high, proviso = derived, other, ratio.low, ratio.high, ""
    else:
        first, second, low, high = other, derived, -ratio.high, -ratio.low
        proviso = f"; {NOT_EXCLUDED[question]}"
    return (
        f"The findings are about {times(ratio.value)} times (90 % interval "
        f"{interval_words(low, high)}) more probable if {first} than if {second}. They provide "
        f"{strength(level)} for the former rather than the latter{proviso}."
    )


def strength(level: Level) -> str:
    """A level without its side: `weak support`."""
    return level.removesuffix(" for the alternative")


def _ratio(weighing: Weighing) -> Ratio:
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


def undecided(headline: Weighing) -> str:
    """Say that too little is known."""
    ratio = _ratio(headline)
    found = (
        f"The 90 % interval of the likelihood ratio ({interval_words(ratio.low, ratio.high)}) leaves "
        "open which statement the findings support."
        if ratio.least < ratio.most
        else "With this calibration the likelihood ratio is 1 whatever the findings, so they cannot "
        "support either statement."
    )
    return (
        f"{found} The examination is inconclusive, and this is not evidence that no derivation took "
        "place."
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
        f"{ratio_words(ratio.value)} (90 % interval {interval_words(ratio.low, ratio.high)}) against "
        f"{account(headline.alternative).noun}, the smallest of those tested"
    )


# --- what goes with every stated level -----------------------------------------------------------


def evidence_reasons(
    level: Level, headline: Weighing, errors: Sequence[ErrorRate], question: Question
) -> list[str]:
    """Give frame, error counts, cap and what more data could do."""
    return [
        FRAME,
        *_weakness(level),
        *_error_words(level, headline, errors, question),
        *_cap(headline),
        *_more_needed(level, headline),
    ]


def _weakness(level: Level) -> list[str]:
    origin = {
        "weak support": "a model of which the alternative is true",
        "weak support for the alternative": "a derivative",
    }.get(level)
    said = f"Weak support is little: findings like these would be no surprise from {origin}."
    return [said] if origin else []


def _error_words(
    level: Level, headline: Weighing, errors: Sequence[ErrorRate], question: Question
) -> list[str]:
    """Counts out of fold: who reached a level that should not, and who should have and did not."""
    if level == NEUTRAL:
        return _neither_words(errors, question)
    here = {item.label: item for item in errors if item.level == level}
    derived = [here[label] for label in DERIVED[question].labels if label in here]
    if side(level) < 0:
        return [f"In validation, {reached_words(item)}" for item in derived]
    others = dict.fromkeys((UNRELATED, *account(headline.alternative).labels))
    said = [f"In validation, {reached_words(here[label])}" for label in others if label in here]
    pairs, reached = sum(item.pairs for item in derived), sum(item.events for item in derived)
    if pairs:
        said.append(f"{pairs - reached} of {pairs} known derivatives did not come out so high.")
    return said


def reached_words(rate: ErrorRate) -> str:
    """Say how often pairs of which it is not true reached a level, in natural frequencies."""
    return (
        f"{rate.families_reaching} of {rate.families} families of {LABEL_WORDS[rate.label]} came out "
        f"at this level or beyond ({rate.events} of {rate.pairs} pairs); the true share of such "
        f"families could be up to {percent(rate.upper)}."
    )


def _neither_words(errors: Sequence[ErrorRate], question: Question) -> list[str]:
    """Counts of pairs of which nothing could be said either way."""
    one_each = {item.label: item for item in errors}
    kinds = (UNRELATED, *DERIVED[question].labels)
    counts = [
        f"{item.inconclusive} of {item.pairs} pairs of {LABEL_WORDS[label]}"
        for label in kinds
        if (item := one_each.get(label))
    ]
    if not counts:
        return []
    return [f"In validation there was no support either way for {', '.join(counts)}."]


def _cap(headline: Weighing) -> list[str]:
    ratio = _ratio(headline)
    behind = f"{headline.families} families that stand for {account(headline.alternative).noun}"
    limits, here = "cannot be other than 1", ""
    if ratio.least < ratio.most:
        limits = f"cannot be above {ratio_words(ratio.most)} or below {ratio_words(ratio.least)}"
        here = " It stands at that limit." if ratio.value in {ratio.least, ratio.most} else ""
    return [f"With the {behind} the likelihood ratio {limits}, whatever the findings.{here}"]


def _more_needed(level: Level, headline: Weighing) -> list[str]:
    """How much more would bring the interval off 1, if that can be said.

    The value is taken to stay, and the interval to narrow with the square root of what is drawn:
    prompts and families alike.
    """
    ratio = _ratio(headline)
    if level != NEUTRAL or not ratio.low <= 0 <= ratio.high:
        return []
    if max(-ratio.least, ratio.most) < NEUTRAL_BAND:
        return ["A calibration with more families would be needed to reach any level at all."]
    size = abs(ratio.value)
    nearer, bound = (ratio.low, ratio.least) if ratio.value > 0 else (ratio.high, ratio.most)
    if settled_neutral(ratio.low, ratio.high):
        return []
    if size < NEUTRAL_BAND or nearer == bound:
        return ["How much more would be needed cannot be said from so rough a value."]
    factor = ((size + abs(nearer)) / size) ** 2
    much = f"more than {FAR_MORE}" if factor > FAR_MORE else f"about {max(factor, 1.1):.2g}"
    return [
        (
            "If the value stayed and its interval narrowed with the square root of their number, "
            f"{much} times as many prompts and families would be needed."
        )
    ]
