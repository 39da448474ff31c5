"""One model of the zoo, before it is made: its recipe and what it descends from."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "fetch",
    "train",
    "tune",
    "lora",
    "weights",
    "merge",
    "distil",
    "follow",
    "contaminate",
    "frame",
    "serve",
]
How = Literal["weights", "answers", "logprobs", "published", "style", "routed"]
"""What a member took of a parent: weights to begin with; answers or log-probabilities to learn from;
answers that a third party published; the manner of its answers only; answers passed on as its own."""


@dataclass(frozen=True, slots=True)
class Parent:
    """One line of descent."""

    name: str
    how: How = "weights"


@dataclass(frozen=True, slots=True)
class Member:
    """One model; `making.make` follows its recipe."""

    name: str
    kind: Kind
    family: str
    """Name of the root whose weights it began with."""
    method: str
    """The recipe in a word, for tables."""
    parents: tuple[Parent, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)
    """Everything else that it follows from, in JSON types; the keys depend on `kind`."""
    dose: float | None = None
    """Share of its training texts that came from its teachers; None where that means nothing."""
    seed_name: str = ""
    """What its dice are named after: its own name if empty."""
    twin_of: str | None = None
    """Root with the very same recipe and other dice."""
    is_reference: bool = False
    """Whether pairs are formed with it as the reference."""

    def named(self, how: How) -> tuple[str, ...]:
        """Parents of which it took this."""
        return tuple(parent.name for parent in self.parents if parent.how == how)
