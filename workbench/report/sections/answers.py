"""Within the summary: the answer to each question for a reader who knows no statistics."""

from collections.abc import Mapping

from workbench.evidence.levels import NEUTRAL, side
from workbench.evidence.propositions import DERIVED, LABEL_WORDS, UNRELATED, account
from workbench.evidence.ratios import times
from workbench.evidence.wording import NOT_EXCLUDED, QUESTION_WORDS, strength
from workbench.records import ErrorRate, Opinion, Status, Weighing
from workbench.report.blocks import Block, Material, Paragraph
from workbench.report.contents import at
from workbench.report.figures.exhibit import stated
from workbench.report.numbers import counted
from workbench.report.wording import Words, own, say

NOT_GIVEN: Mapping[Status, str] = {
    "not comparable": "No answer is possible, because there was nothing to compare.",
    "no evaluative opinion": "No answer is given, because conditions set beforehand were not met.",
}
CONDITIONS: Mapping[str, str] = {
    "independent families": "too few unrelated families of models were measured beforehand",
    "derivatives": "too few models known to be derived were measured beforehand",
    "validation": "what such likeness is worth was not measured",
    "cost": "on models whose history is known, such likeness told no more than saying nothing",
    "calibration loss": "on models whose history is known, such likeness was worth less than stated",
    "misleading evidence": "too many models known to be unrelated looked derived",
    "control panel": "there are fewer controls than the measurements need",
    "controls as shams": "too many controls would have been called derived as well",
    "missing answers": "too many answers are missing",
}
"""Name of a condition → what it means that it is not met, in plain words."""


def blocks(material: Material, opinion: Opinion) -> list[Block]:
    """Write one question with its answer."""
    more = _more(material, opinion)
    return [
        Paragraph(own(QUESTION_WORDS[opinion.question]), weight="lead"),
        Paragraph(own(short(opinion)), weight="answer"),
        *([Paragraph(more)] * bool(more)),
    ]


def short(opinion: Opinion) -> str:
    """The answer in one plain sentence."""
    if opinion.status in NOT_GIVEN:
        return NOT_GIVEN[opinion.status]
    if opinion.score is None:
        return "The answer is open: too little was there to compare, or too few controls."
    if opinion.calibration is None:
        return "The answer is open: what likeness of this kind is worth has not been measured yet."
    if opinion.level is None:
        return "The answer is open: without the kin of these models too little has been measured."
    if opinion.level == NEUTRAL:
        return _neither_way(opinion)
    way = "yes" if side(opinion.level) > 0 else "no"
    return f"What was found points towards {way}, with {strength(opinion.level)}."


def _neither_way(opinion: Opinion) -> str:
    if opinion.status == "evaluated":
        return "What was found does not help to tell: it is about as probable either way."
    if _supported(opinion):
        return "The answer is open: something else could explain what was found as well."
    return "The answer is open: too little is known to tell. That does not speak for a no."


def _supported(opinion: Opinion) -> list[Weighing]:
    return [item for item in opinion.weighings if side(item.level or NEUTRAL) > 0]


def _more(material: Material, opinion: Opinion) -> Words:
    level = opinion.level or NEUTRAL
    if opinion.status == "not comparable":
        return material.said(opinion.wording)
    if opinion.status == "no evaluative opinion":
        return own(_unmet(opinion))
    if opinion.score is None:
        return own(f"{at('evaluation').capitalize()} gives the reason.")
    if opinion.level is None:
        return ()
    if level == NEUTRAL:
        return _explained(material, opinion) + own(_neither(opinion))
    return _how_much(material, opinion) + own(_how_often(opinion))


def _unmet(opinion: Opinion) -> str:
    """Which conditions were not met, without their figures."""
    unmet = [CONDITIONS.get(gate.name, gate.words) for gate in opinion.gates if not gate.passed]
    figures = f" {at('evaluation').capitalize()} has the figures."
    return f"The reason: {'; '.join(unmet)}.{figures}" if unmet else ""


def _how_much(material: Material, opinion: Opinion) -> Words:
    """How many times more to be expected, for the weighing that the level was read from."""
    bearing = next(
        item
        for item in sorted(opinion.weighings, key=lambda w: w.alternative != opinion.headline)
        if item.level == opinion.level
    )
    derived = stated(material.comparison, DERIVED[opinion.question])
    other = stated(material.comparison, account(bearing.alternative))
    first, second = (derived, other) if side(bearing.level or NEUTRAL) > 0 else (other, derived)
    return say(
        "Such findings are about {value} times more to be expected if {first} than if {second}.",
        value=own(times(bearing.log10_lr or 0.0)),
        first=first,
        second=second,
    )


def _explained(material: Material, opinion: Opinion) -> Words:
    over = _supported(opinion)
    if not over:
        return ()
    others = [w for w in opinion.weighings if w.level is not None and w not in over]
    return say(
        "The findings speak for the statement that {derived} when {over} is the only other "
        "explanation; {others} could explain them, too. ",
        derived=stated(material.comparison, DERIVED[opinion.question]),
        over=own(" or ".join(account(w.alternative).noun for w in over)),
        others=own(" or ".join(account(w.alternative).noun for w in others)),
    )


# --- natural frequencies -------------------------------------------------------------------------


def _how_often(opinion: Opinion) -> str:
    here = {rate.label: rate for rate in opinion.errors if rate.level == opinion.level}
    derived = [here[label] for label in DERIVED[opinion.question].labels if label in here]
    if side(opinion.level or NEUTRAL) < 0:
        left = NOT_EXCLUDED[opinion.question]
        said = [_counted(rate, "so little alike") for rate in derived]
        said.append(f"{left[0].upper()}{left[1:]}.")
    else:
        labels = account(opinion.headline).labels if opinion.headline else ()
        others = dict.fromkeys((UNRELATED, *labels))
        said = [_counted(here[label], "so much alike") for label in others if label in here]
        pairs, reached = sum(rate.pairs for rate in derived), sum(rate.events for rate in derived)
        said += [f"Of {pairs} models known to be derived, {pairs - reached} did not."] * bool(pairs)
    return "".join(f" {sentence}" for sentence in said)


def _counted(rate: ErrorRate, looks: str) -> str:
    """Count families, and say what so few of them leave possible."""
    families = counted(rate.families, "family", "families")
    reached = str(rate.families_reaching) if rate.families_reaching else "none"
    most = max(1, round(rate.upper * 100))
    few = "" if rate.upper == 1 else f"; because {rate.families} are few, up to {most} of 100 could"
    return f"Of {families} of {LABEL_WORDS[rate.label]}, {reached} looked {looks}{few}."


def _neither(opinion: Opinion) -> str:
    """How often nothing could be said of pairs whose history is known."""
    one_each = {rate.label: rate for rate in opinion.errors}
    derived = [one_each[label] for label in DERIVED[opinion.question].labels if label in one_each]
    pairs = sum(rate.pairs for rate in derived)
    neither = sum(rate.inconclusive for rate in derived)
    if not pairs:
        return ""
    return f"Of {pairs} models known to be derived, {neither} got no better answer than this."
