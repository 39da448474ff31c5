"""What every backend offers: it takes questions and gives one reply to each."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

from workbench.records import Capabilities, Outcome, ProbeKind, Template, TopTokens, Vocabulary

TOP_K = 64
"""Alternatives kept in the database beside the whole distribution in the tensor file."""

MAX_POSITIONS = 24
"""Positions of a passage at which the distribution is kept."""


QuestionKind = ProbeKind | Literal["reading"]
"""What the program asks: the kinds of packs, and how likely a model finds a text that is given."""


@dataclass(frozen=True, slots=True)
class Question:
    """One probe, to be asked once."""

    address: str
    repeat: int
    kind: QuestionKind
    prompt: str
    template: Template
    temperature: float
    max_tokens: int
    seed: int
    continuation: str | None = None
    """The text that follows the prompt, for a reading; None for every other kind."""
    unit: str | None = None
    """Questions of one unit are read together and always all of them, so that the last bit of what
    is read hangs on the plan alone; None: by itself."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a model finds the tokens of a text as its own tokenizer cuts it."""

    token_logprobs: Tensor
    """Natural log-probability of each token given all before it, shape (n,), float32, on the CPU."""
    token_ends: Tensor
    """Characters of the text before the end of each token, shape (n,), int32, on the CPU."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What an endpoint sent, as it is kept."""

    raw: bytes | None
    """The envelope of `backends.envelope`; None where no whole answer came."""
    answered_as: str | None = None
    system_fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, usable or not."""

    outcome: Outcome
    text: str | None
    prompt_format: str
    token_count: int | None = 0
    """None where nobody counted."""
    prompt_tokens: int | None = None
    """Tokens of the prompt as it was sent, where they can be counted."""
    seconds: float = 0.0
    note: str | None = None
    logprobs: Tensor | None = None
    """Next-token log-probabilities, shape (positions, vocab), float16, on the CPU."""
    likelihood: Likelihood | None = None
    """Of a passage: its tokens from the second on, or from the first where the tokenizer opens
    every text with a token of its own. Of a reading: the tokens of the continuation."""
    top: tuple[TopTokens, ...] = ()
    sent: Sent | None = None
    """What an endpoint sent; None for weights on this machine."""


Replies = Generator[tuple[Question, Reply], None, None]
"""Closing it ends the asking; what had arrived by then is handed over by the next call."""


class Backend(Protocol):
    """A model that can be asked, and what it says of itself."""

    @property
    def capabilities(self) -> Capabilities:
        """What it was measured to offer."""

    @property
    def weights_digest(self) -> str | None:
        """Digest over the files that were loaded; None where they cannot be seen."""

    @property
    def tokenizer_digest(self) -> str | None:
        """Digest of the vocabulary, equal only where token ids mean the same; None if unknown."""

    @property
    def vocabulary(self) -> Vocabulary | str:
        """What each token writes, or why that is not known."""

    @property
    def device_sentence(self) -> str:
        """Where it runs, in which precision, and why."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Libraries that could change an answer."""

    def ask(self, questions: Sequence[Question]) -> Replies:
        """Give exactly one reply per question, in any order; a failure is a reply.

        Replies that had arrived when an earlier call was cut short come first, so that asking
        nothing hands out what is left.
        """

    def close(self) -> None:
        """Free the memory; what is still under way is given up."""
