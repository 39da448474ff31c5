"""What came back, and what could have changed it."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.digest import digest_of
from workbench.records.codec import to_json
from workbench.records.recorded import Recording
from workbench.records.words import Outcome, Role


@dataclass(frozen=True, slots=True)
class EndpointTraits:
    """What an endpoint did in the requests of a few tokens that it was measured with."""

    chat: bool
    """Answers `/chat/completions`."""
    completions: bool
    """Answers `/completions`, which takes raw text."""
    chat_top_k: int
    """Alternatives a chat answer carries beside each token; 0: no log-probabilities."""
    completions_top_k: int
    """The same for raw text."""
    echo: bool
    """Gives log-probabilities of the prompt's own tokens."""
    several: bool
    """Gives two answers to one request where it is asked for two."""
    seed_honoured: bool | None
    """Whether one seed gave one answer twice; None where it could not be told."""
    length_field: str
    """What it calls the longest answer: `max_tokens` or `max_completion_tokens`."""
    reading_temperature: float = 1.0
    """Temperature at which distributions are read: 0 where it was measured to leave them as they
    are, so that a sampled end of text does not hide them; otherwise 1."""
    answered_as: str | None = None
    """Name of the model that it answered with; None where it named none."""
    system_fingerprint: str | None = None
    """What it said of the system that answered; None where it said nothing."""
    refused: tuple[str, ...] = ()
    """Fields of a request that it refuses, so that they are never sent to it."""
    remarks: tuple[str, ...] = ()
    """What it said where it refused something."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend was measured to offer, not what it claims."""

    text: bool
    logits: bool
    """The whole next-token distribution."""
    top_k: int = 0
    """How many alternatives with log-probabilities an answer carries."""
    hidden: bool = False
    weights: bool = False
    endpoint: EndpointTraits | None = None
    """How the endpoint behaved when it was connected to; None for weights on this machine."""
    recorded: Recording | None = None
    """Where its answers come from, where others recorded them and nobody was asked here."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What each token of a model writes."""

    tokens: tuple[bytes | None, ...]
    """One per output of the model; None: it writes nothing, such as an end of text."""


@dataclass(frozen=True, slots=True)
class Run:
    """One model answering one plan, and everything that could have changed its answers."""

    id: str
    """`role-model`; the name of the run's journal."""
    plan_digest: str
    model: str
    role: Role
    backend: str
    revision: str
    """Where the weights came from, as pinned."""
    weights_digest: str | None
    """Digest over the digests of the weight files that were loaded; None where nobody can see
    them: an endpoint shows no weights."""
    tokenizer_digest: str | None
    """Two runs share a vocabulary only if these are equal; None: unknown, and equal to nothing."""
    capabilities: Capabilities
    device_sentence: str
    versions: dict[str, str]
    """Library name → version."""
    seed: int
    started_at: datetime
    """UTC, by the clock of the machine that asked."""
    pack_digests: dict[str, str] = field(default_factory=dict)
    """Pack id → digest of the pack as it was asked; empty in runs of an earlier version."""
    vocabulary_digest: str | None = None
    """Digest of what each token writes, kept in the case; None where that is not known."""
    vocabulary_note: str | None = None
    """Why it is not known."""


@dataclass(frozen=True, slots=True)
class Served:
    """How many observations of a run one model name and system fingerprint answered."""

    answered_as: str | None
    """None where the endpoint named no model."""
    system_fingerprint: str | None
    observations: int


@dataclass(frozen=True, slots=True)
class TopTokens:
    """The most probable next tokens at one position, best first."""

    offset: int
    """Characters of the prompt before this position."""
    ids: tuple[int | None, ...]
    """Each token's number in the vocabulary; None where the server names none."""
    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    """Natural logarithms: rounded to float16 as in the tensor file, or as a server gave them."""
    spelled: tuple[str | None, ...] = ()
    """Each token's bytes in hexadecimal, which its text may not show; empty where none are known."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one model answered to one probe, once. Never edited after it is stored."""

    run_id: str
    probe_address: str
    repeat: int
    seed: int
    outcome: Outcome
    text: str | None
    """The answer, verbatim; None for a distribution, and unless the outcome is usable."""
    asked_at: datetime
    """Timezone-aware, UTC."""
    seconds: float
    token_count: int | None
    """Tokens of the answer, or of the text that was read; None where nobody counted them."""
    prompt_format: str
    """What was done to the prompt before it was sent, in a word or two."""
    prompt_tokens: int | None = None
    """Tokens of the prompt as sent, where the model's side counts them."""
    tensor_digest: str | None = None
    """Digest of the tensor file that holds the whole distributions, where they were observed."""
    top: tuple[TopTokens, ...] = ()
    note: str | None = None
    """Why there is no usable text, and what else was out of the ordinary, in words for the report."""
    raw_digest: str | None = None
    """Digest of what an endpoint sent, kept word for word in the case folder."""
    answered_as: str | None = None
    """Name of the model that an endpoint said had answered."""
    system_fingerprint: str | None = None
    """What an endpoint said of the system that answered."""

    @property
    def content_digest(self) -> str:
        """Digest of what was observed, leaving out when and how fast."""
        content = to_json(self)
        del content["asked_at"], content["seconds"]
        return digest_of(content)
