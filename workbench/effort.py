"""What asking a plan takes: questions, tokens, cost and time, before anything is sent.

Bounds follow from the packs. What is expected is what earlier cases on this machine recorded of the
same packs; where there are none it is unknown, and said to be.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workbench.evidence.components import Unknown
from workbench.extent import answer_tokens, most_cost
from workbench.models.prices import price
from workbench.packs.variants import planned_name
from workbench.records import Endpoint, ModelEntry, Pack, Role
from workbench.store.habits import Habit

NEVER_ASKED = Unknown("some of these packs were never asked on this machine")
NEVER_TIMED = Unknown("some of these models were never asked on this machine")
NO_PRICE = Unknown("its price is not known")

Known = float | Unknown


@dataclass(frozen=True, slots=True)
class Span:
    """Least that is likely, what is expected, and the most that is possible."""

    low: Known
    """If every answer is as short as those of the tersest model that was asked the pack."""
    expected: Known
    worst: Known


@dataclass(frozen=True, slots=True)
class Effort:
    """What asking one model takes."""

    role: Role
    model: str
    questions: int
    """0 for a model whose answers others recorded: it is not asked."""
    tokens: Span
    """Tokens of answers."""
    cost: Span | None
    """In `currency`, without retries and readings; None where nobody is paid."""
    currency: str
    seconds: Known
    """Expected, by what this very model took."""


def efforts(
    models: Iterable[tuple[Role, ModelEntry]], packs: Sequence[Pack], known: Sequence[Habit]
) -> tuple[Effort, ...]:
    """Work out what asking takes, model by model.

    Args:
        models: Who is asked, in which part.
        packs: What is asked, as it will be. A variant is expected to take what its pack takes.
        known: What earlier cases recorded.
    """
    return tuple(_effort(role, entry, packs, known) for role, entry in models)


def total(parts: Iterable[Known]) -> Known:
    """The sum of numbers, unknown if one of them is."""
    amount = 0.0
    for part in parts:
        if isinstance(part, Unknown):
            return part
        amount += part
    return amount


def _effort(role: Role, entry: ModelEntry, packs: Sequence[Pack], known: Sequence[Habit]) -> Effort:
    if entry.backend == "replay":
        return Effort(role, entry.name, 0, Span(0, 0, 0), None, "", 0.0)
    written = [pack for pack in packs if pack.kind == "generate"]
    tokens = Span(
        total(_of_pack(pack, known, _tokens, min) for pack in written),
        total(_expected(pack, entry.name, known, _tokens) for pack in written),
        answer_tokens(packs),
    )
    cost = (
        None if entry.endpoint is None else _cost(entry.endpoint, entry.name, packs, tokens, known)
    )
    return Effort(
        role,
        entry.name,
        sum(pack.questions for pack in packs),
        tokens,
        cost,
        entry.endpoint.currency if entry.endpoint else "",
        _seconds(entry, packs, known),
    )


def _cost(
    endpoint: Endpoint, model: str, packs: Sequence[Pack], tokens: Span, known: Sequence[Habit]
) -> Span:
    if endpoint.price_in is None:
        return Span(NO_PRICE, NO_PRICE, NO_PRICE)
    read = sum(pack.questions for pack in packs if pack.kind != "generate")
    prompts = (
        total(_of_pack(pack, known, _prompt_tokens, min) for pack in packs),
        total(_expected(pack, model, known, _prompt_tokens) for pack in packs),
    )
    low, expected = (
        _priced(endpoint, given, answered, read)
        for given, answered in zip(prompts, (tokens.low, tokens.expected), strict=True)
    )
    most = most_cost(endpoint, packs)
    return Span(low, expected, NO_PRICE if most is None else most)


def _priced(endpoint: Endpoint, given: Known, answered: Known, read: int) -> Known:
    if isinstance(given, Unknown) or isinstance(answered, Unknown):
        return NEVER_ASKED
    found = price(endpoint, round(given), round(answered) + read)
    return NO_PRICE if found is None else found


def _seconds(entry: ModelEntry, packs: Sequence[Pack], known: Sequence[Habit]) -> Known:
    """By pack where the model was asked it, else by what it took on the average."""
    own = [habit for habit in known if habit.model == entry.name]
    if not own:
        return NEVER_TIMED
    usual = _mean(own, _time)
    at_once = entry.endpoint.concurrency if entry.endpoint else 1
    spent = 0.0
    for pack in packs:
        here = [habit for habit in own if habit.pack == planned_name(pack.id)]
        spent += pack.questions * (_mean(here, _time) if here else usual) / at_once
    return spent


Amount = Callable[[Habit], float | None]


def _tokens(habit: Habit) -> float | None:
    return habit.tokens


def _prompt_tokens(habit: Habit) -> float | None:
    return habit.prompt_tokens


def _time(habit: Habit) -> float:
    return habit.seconds


def _expected(pack: Pack, model: str, known: Sequence[Habit], amount: Amount) -> Known:
    """What this model gave at this pack, else what all models did."""
    own = [habit for habit in known if habit.model == model]
    found = _of_pack(pack, own, amount, max)
    return _of_pack(pack, known, amount, _middle) if isinstance(found, Unknown) else found


def _of_pack(
    pack: Pack,
    known: Sequence[Habit],
    amount: Amount,
    choose: Callable[[Sequence[float]], float],
) -> Known:
    means = []
    for model in {habit.model for habit in known}:
        same = [
            h
            for h in known
            if h.model == model and h.pack == planned_name(pack.id) and amount(h) is not None
        ]
        if same:
            means.append(_mean(same, amount))
    return pack.questions * choose(means) if means else NEVER_ASKED


def _middle(means: Sequence[float]) -> float:
    return sum(means) / len(means)


def _mean(habits: Sequence[Habit], amount: Amount) -> float:
    answers = sum(habit.answers for habit in habits)
    return sum(habit.answers * (amount(habit) or 0.0) for habit in habits) / answers
