"""Who asked for a comparison and who did the work: names that a plan fixes and nobody checks."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.errors import PlanError
from workbench.records import Plan

LONGEST = 200
"""Characters of a name."""
REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that no name holds: control characters, line breaks, halves of characters."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Free text for each, empty where nobody is named.

    Raises:
        PlanError: If either is too long or holds a control character, all reasons at once.
    """

    asked_by: str = ""
    """The person or body that put the question."""
    done_by: str = ""
    """Who did the work and answers for it."""

    def __post_init__(self) -> None:
        """Refuse what no plan should hold."""
        problems = [
            *_problems("who asked", self.asked_by),
            *_problems("who did the work", self.done_by),
        ]
        if problems:
            raise PlanError(
                f"The parties cannot be named so: {'; '.join(problems)}.",
                fix=f"Write each on one line of at most {LONGEST} characters.",
            )


def _problems(party: str, text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        yield f"{party} has {len(text)} characters"
    if refused := next((one for one in text if unicodedata.category(one) in REFUSED), None):
        yield f"{party} holds the control character U+{ord(refused):04X}"


def party_lines(plan: Plan) -> list[str]:
    """A line for each party that a plan names; others' text, to be shown as such."""
    named = (("Asked by", plan.asked_by), ("Done by", plan.done_by))
    return [f"{party}: {cut(text)}" for party, text in named if text]


def cut(text: str) -> str:
    """A name as it is shown: a plan from elsewhere may hold one that is longer than any plan's."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
