"""What an opinion says, in sentences: only numbers and names vary.

Source: After the ENFSI guideline for evaluative reporting (2015) and ISO 21043-4: findings given
    propositions, never the reverse; limits beside every number.
"""

from collections.abc import Sequence

from workbench.evidence.levels import NEUTRAL, side
from workbench.evidence.propositions import DERIVED, UNRELATED, account
from workbench.records import Decided, ErrorRate, Gate, Level, Question, Weighing

QUESTION_WORDS: dict[Question, str] = {
    "weights": "Does the suspect come from the reference's weights?",
    "outputs": "Did the suspect learn from what the reference wrote?",
}
FRAME = (
    "This speaks of the findings: how probable they are under either statement. How probable a "
    "statement itself is depends on other evidence, too, which was not considered here."
)


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


def times(log10_lr: float) -> str:
    """A likelihood ratio of 1 or more, to two figures: `1.4`, `27`."""
    ratio = 10 ** abs(log10_lr)
    return f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}"


def ratio_words(log10_lr: float) -> str:
    """A likelihood ratio, below 1 as a fraction: `8.9`, `1/3.2`."""
    return times(log10_lr) if log10_lr >= 0 else f"1/{times(log10_lr)}"


def supported(
    question: Question, level: Level, weighing: Weighing, reference: str, suspect: str
) -> str:
    """Say how strongly findings support one statement rather than the other."""
    derived = _stated(DERIVED[question].about(reference, suspect))
    other = _stated(account(weighing.alternative).about(reference, suspect))
    first, second = (derived, other) if side(level) > 0 else (other, derived)
    low, high = sorted((abs(weighing.low or 0.0), abs(weighing.high or 0.0)))
    value = times(weighing.log10_lr or 0.0)
    strength = level.removesuffix(" for the alternative")
    return (
        f"The findings are about {value} times ({times(low)} to {times(high)}) more probable if "
        f"{first} than if {second}. They provide {strength} for the former rather than the latter."
    )


def unhelpful() -> str:
    """Say that findings are as probable either way."""
    return (
        "The findings are about equally probable under both propositions. They do not help to "
        "tell them apart."
    )


def undecided(headline: Weighing) -> str:
    """Say that too little is known."""
    return (
        f"The interval of the likelihood ratio ({ratio_words(headline.low or 0.0)} to "
        f"{ratio_words(headline.high or 0.0)}) leaves open whether the findings help. The examination "
        "is inconclusive, and this is not evidence that no derivation took place."
    )


def explained_otherwise(
    question: Question, weighings: Sequence[Weighing], reference: str, suspect: str
) -> str:
    """Say that findings support derivation over some alternatives, but not over others."""
    derived = _stated(DERIVED[question].about(reference, suspect))
    tested = [item for item in weighings if item.level is not None]
    over = [_names(item) for item in tested if side(item.level or NEUTRAL) > 0]
    others = [_names(item) for item in tested if side(item.level or NEUTRAL) <= 0]
    return (
        f"The findings support the statement that {derived} over {' and '.join(over)}, but not over "
        f"{' and '.join(others)}. They are inconclusive, since the latter would explain them as well."
    )


def _names(weighing: Weighing) -> str:
    return {
        "independent": "independence",
        "sibling": "a common base model",
        "shared_teacher": "a common teacher",
        "shared_preference": "common preference data",
        "web": "published text of the reference",
    }[weighing.alternative]


def _stated(sentence: str) -> str:
    return sentence.rstrip(".")


def no_opinion(failed: Sequence[Gate]) -> str:
    """Say that conditions were not met."""
    names = ", ".join(gate.name for gate in failed)
    return f"Conditions set beforehand are not met: {names}. No evaluative opinion is given."


def not_calibrated() -> str:
    """Say that nothing is known of such scores."""
    return (
        "Inconclusive: not calibrated for this protocol. What such a score is worth was measured for "
        "no calibration at hand."
    )


def too_little_apart() -> str:
    """Say that a calibration holds too little besides kin of the two models."""
    return (
        "Inconclusive: once the families of these two models are set aside, the calibration holds too "
        "little to weigh anything. What such a score is worth for them was not measured."
    )


def not_comparable(reason: str) -> str:
    """Say that there is nothing to weigh."""
    return f"Not comparable: {reason}. Nothing was weighed."


def untested(weighing: Weighing, reference: str, suspect: str) -> str:
    """Name an alternative that was not tested, with the reason."""
    words = _stated(account(weighing.alternative).about(reference, suspect))
    return f"{words}: not tested, because {weighing.reason}."


def evidence_reasons(
    level: Level, headline: Weighing, errors: Sequence[ErrorRate], question: Question
) -> list[str]:
    """Frame, error counts and cap that go with every stated level."""
    return [FRAME, *_error_words(level, errors, question), _cap(headline)]


def _error_words(level: Level, errors: Sequence[ErrorRate], question: Question) -> list[str]:
    """Counts out of fold: who reached a level that should not, and who should have and did not."""
    here = [item for item in errors if item.level == level]
    derived = [item for item in here if item.label in DERIVED[question].labels]
    pairs, reached = sum(item.pairs for item in derived), sum(item.events for item in derived)
    if side(level) < 0:
        return [f"In validation, {reached} of {pairs} known derivatives reached this level."]
    said = [
        f"In validation, {item.families_reaching} of {item.families} families known to be unrelated "
        f"({item.events} of {item.pairs} pairs) reached this level; the true rate could be up to "
        f"{item.upper:.0%}."
        for item in here
        if item.label == UNRELATED
    ]
    if derived:
        said.append(f"{pairs - reached} of {pairs} known derivatives failed to reach it.")
    return said


def _cap(headline: Weighing) -> str:
    most, least = ratio_words(headline.most or 0.0), ratio_words(headline.least or 0.0)
    return (
        f"With {headline.families} families behind the alternative the likelihood ratio cannot be "
        f"above {most} or below {least}, whatever the findings."
    )
