"""What came back, and what could have changed it."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.digest import digest_of
from workbench.records.codec import to_json
from workbench.records.words import Outcome, Role


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
    weights_digest: str
    """Digest over the digests of the weight files that were loaded."""
    tokenizer_digest: str
    """Two runs share a vocabulary only if these are equal."""
    capabilities: Capabilities
    device_sentence: str
    versions: dict[str, str]
    """Library name → version."""
    seed: int
    started_at: datetime
    """UTC, by the clock of the machine that asked."""
    pack_digests: dict[str, str] = field(default_factory=dict)
    """Pack id → digest of the pack as it was asked; empty in runs of an earlier version."""


@dataclass(frozen=True, slots=True)
class TopTokens:
    """The most probable next tokens at one position, best first."""

    offset: int
    """Characters of the prompt before this position."""
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    """Natural logarithms, rounded to float16 as in the tensor file."""


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
    token_count: int
    prompt_format: str
    """What was done to the prompt before it was sent, in a word or two."""
    prompt_tokens: int | None = None
    """Tokens of the prompt as sent, where the model's side counts them."""
    tensor_digest: str | None = None
    """Digest of the tensor file that holds the whole distributions, where they were observed."""
    top: tuple[TopTokens, ...] = ()
    note: str | None = None
    """Why there is no usable text, in words for the report."""

    @property
    def content_digest(self) -> str:
        """Digest of what was observed, leaving out when and how fast."""
        content = to_json(self)
        del content["asked_at"], content["seconds"]
        return digest_of(content)
