"""What a plan takes and can say, in the words and rows that New comparison shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pandas as pd

from workbench.effort import Effort, Known, Span, total
from workbench.evidence.components import Unknown
from workbench.evidence.propositions import LABEL_WORDS
from workbench.models.places import is_here
from workbench.outlook import LOWEST, POWER, Outlook, Power
from workbench.records import ErrorRate, ModelEntry, Role
from workbench.report.numbers import counted

UNKNOWN = "unknown"
QUESTION = {
    "weights": "Made from the reference's weights?",
    "outputs": "Trained on the reference's answers?",
}


def roles_of(
    reference: str, suspects: Sequence[str], controls: Sequence[str], stacks: Sequence[str]
) -> list[tuple[Role, str]]:
    """Who is asked in which part, the reference first."""
    several: tuple[tuple[Role, Sequence[str]], ...] = (
        ("reference", [reference]),
        ("suspect", suspects),
        ("control", controls),
        ("stack", stacks),
    )
    return [(role, name) for role, names in several for name in names]


def effort_rows(found: Iterable[Effort], entries: Mapping[str, ModelEntry]) -> pd.DataFrame:
    """A row for each model: where it is, questions, answer tokens, cost and time."""
    return pd.DataFrame(
        [
            {
                "role": one.role,
                "model": one.model,
                "where": _where(entries[one.model]),
                "questions": one.questions,
                "answer tokens, expected": _whole(one.tokens.expected),
                "answer tokens, at most": _whole(one.tokens.worst),
                "cost, expected": _money(one, lambda span: span.expected),
                "cost, at most": _money(one, lambda span: span.worst),
                "time, expected": _time(one.seconds),
            }
            for one in found
        ]
    )


def absent(entries: Mapping[str, ModelEntry]) -> list[str]:
    """Local models whose weights are not on this machine."""
    return [name for name, e in entries.items() if e.backend == "local" and not is_here(e)]


def effort_sentences(found: Sequence[Effort]) -> Iterator[str]:
    """Tokens, cost and time of all models together; what is unknown says why."""
    tokens = [one.tokens for one in found]
    yield f"Answer tokens: {_three(tokens, _whole)}."
    paid = [one for one in found if one.cost is not None]
    if not paid:
        yield "Cost: none; no endpoint is asked."
    for currency in sorted({one.currency for one in paid}):
        costs = [one.cost for one in paid if one.currency == currency and one.cost is not None]
        yield f"Cost in {currency}: {_three(costs, _amount)}."
    yield f"Time, one model after the other: {_time(total(one.seconds for one in found))}."
    if why := dict.fromkeys(_reasons(found)):
        yield f"Unknown, because {'; '.join(why)}."


def outlook_lines(ahead: Outlook) -> Iterator[str]:
    """What one question's calibration allows, or why there is none."""
    if ahead.calibration is None:
        yield (
            f"{QUESTION[ahead.question]} No calibration of this protocol is at hand, so the "
            "verdict can only be inconclusive, whatever comes back. Scores beside the controls are "
            "shown all the same."
        )
        yield from (f"• {why}" for why in ahead.apart)
        return
    if ahead.unmet:
        yield (
            f"{QUESTION[ahead.question]} Calibration {ahead.calibration} is of this protocol, but "
            "does not meet conditions of its own, so from texts alone no opinion can be given."
        )
        yield from (f"• {why}" for why in ahead.unmet)
        return
    yield (
        f"{QUESTION[ahead.question]} Calibration {ahead.calibration} is of this protocol, as far as "
        f"can be told beforehand. Against an independent model it carries at most: {ahead.derived}; "
        f"the other way: {ahead.independent}."
    )
    if ahead.power is not None:
        yield from _power_lines(ahead.power)


def _power_lines(power: Power) -> Iterator[str]:
    """The weakest derivation that is detected, at which rate of false positives, and what is missed."""
    found = power.weakest
    detected = "none that it holds" if found is None else _reached(found)
    yield (
        f"Weakest derivation detected, at {LOWEST} or more: {detected}. False positives there: "
        f"{_reached(power.unrelated)}; with {counted(power.unrelated.families, 'family', 'families')} "
        f"that may be up to {100 * power.unrelated.upper:.1f} % (95 % limit)."
    )
    missed = [one for one in power.derived if one.events < POWER * one.pairs]
    if missed:
        yield f"Not detected in {100 * POWER:.0f} % of its pairs: {'; '.join(map(_reached, missed))}."


def _reached(rate: ErrorRate) -> str:
    return f"{LABEL_WORDS.get(rate.label, rate.label)} ({rate.events} of {rate.pairs} pairs)"


def _where(entry: ModelEntry) -> str:
    if entry.backend == "http":
        return "endpoint"
    if entry.backend == "replay":
        return "recorded"
    return "here" if is_here(entry) else "not here yet"


def _three(spans: Sequence[Span], shown: Callable[[Known], str]) -> str:
    low = shown(total(span.low for span in spans))
    expected = shown(total(span.expected for span in spans))
    worst = shown(total(span.worst for span in spans))
    return f"low {low}, expected {expected}, at most {worst}"


def _reasons(found: Sequence[Effort]) -> Iterator[str]:
    for one in found:
        spans = [one.tokens] if one.cost is None else [one.tokens, one.cost]
        amounts = [one.seconds, *(n for s in spans for n in (s.low, s.expected, s.worst))]
        yield from (amount.reason for amount in amounts if isinstance(amount, Unknown))


def _whole(amount: Known) -> str:
    return UNKNOWN if isinstance(amount, Unknown) else f"{amount:,.0f}"


def _amount(amount: Known) -> str:
    return UNKNOWN if isinstance(amount, Unknown) else f"{amount:,.4g}"


def _money(one: Effort, choose: Callable[[Span], Known]) -> str:
    return "none" if one.cost is None else f"{_amount(choose(one.cost))} {one.currency}"


def _time(seconds: Known) -> str:
    if isinstance(seconds, Unknown):
        return UNKNOWN
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest} min" if hours else f"about {minutes} min"
