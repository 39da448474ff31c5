"""One mistake in a pack file, in words and with its line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import nearest

SHOWN_CHARACTERS = 60
NAME_CHARACTERS = 300
LISTED_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where."""

    text: str
    line: int | None = None
    """Counted from 1; None where no single line is to blame."""

    def __str__(self) -> str:
        """Spell the line before the words."""
        return self.text if self.line is None else f"line {self.line}: {self.text}"


def visible(text: str, limit: int = NAME_CHARACTERS) -> str:
    """Make untrusted text fit to print: shortened, with nothing invisible left in it."""
    short = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)


def quoted(text: str) -> str:
    """Quote untrusted text within a message."""
    return f'"{visible(text, SHOWN_CHARACTERS)}"'


def hint(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, in brackets, or nothing."""
    suggestion = nearest(name[:SHOWN_CHARACTERS], known).removeprefix("; ")
    return f" ({suggestion})" if suggestion else ""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by line and drop repetitions."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))


def listed(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """End a very long list with a count of the rest."""
    rest = len(problems) - LISTED_PROBLEMS
    more = [Problem(f"and {rest:,} more")] if rest > 0 else []
    return (*problems[:LISTED_PROBLEMS], *more)
