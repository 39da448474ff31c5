"""What goes with every stated level: how often it misleads, how far it may go, what is missing.

Source: Error rates as counts with their upper limit after PCAST (2016); else as `evidence.wording`.
"""

from collections.abc import Sequence

from workbench.evidence.levels import NEUTRAL, NEUTRAL_BAND, settled_neutral, side
from workbench.evidence.propositions import DERIVED, LABEL_WORDS, UNRELATED, account
from workbench.evidence.ratios import percent, ratio_words
from workbench.evidence.wording import weighed_ratio
from workbench.records import ErrorRate, Level, Question, Weighing

FRAME = (
    "This speaks of the findings: how probable they are if one statement is true, and if the other is. "
    "How probable a statement itself is depends on other evidence, too, which was not considered here."
)
OTHERS = (
    "These figures are those of the calibration's labelled pairs. Whether they hold for models unlike "
    "those, larger or trained otherwise, was not measured."
)
FAR_MORE = 10
"""From here on "how many times as much" is a guess of no use."""


def evidence_reasons(
    level: Level, headline: Weighing, errors: Sequence[ErrorRate], question: Question
) -> list[str]:
    """Give frame, error counts, on whom they were counted, cap and what more data could do."""
    return [
        FRAME,
        *_weakness(level),
        *_error_words(level, headline, errors, question),
        OTHERS,
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
    ratio = weighed_ratio(headline)
    behind = f"{headline.families} families stand for {account(headline.alternative).noun}"
    limits, here = "cannot be other than 1", ""
    if ratio.least < ratio.most:
        limits = f"cannot be above {ratio_words(ratio.most)} or below {ratio_words(ratio.least)}"
        here = " It stands at that limit." if ratio.value in {ratio.least, ratio.most} else ""
    said = f"With this calibration, in which {behind}, the likelihood ratio {limits}"
    return [f"{said}, whatever the findings.{here}"]


def _more_needed(level: Level, headline: Weighing) -> list[str]:
    """How much more would bring the interval off 1, if that can be said.

    The value is taken to stay, and the interval to narrow with the square root of what is drawn:
    prompts and families alike.
    """
    ratio = weighed_ratio(headline)
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
