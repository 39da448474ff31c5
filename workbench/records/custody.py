"""What the journals hold beside the evidence: sittings, time stamps, an analyst's notes."""

from dataclasses import dataclass, field
from datetime import datetime

from workbench.records.answered import Run


@dataclass(frozen=True, slots=True)
class Sitting:
    """One more time that a run was gone on with, after it had stopped or died."""

    run_id: str
    began_at: datetime
    """UTC, by the clock of the machine."""
    recorded: int
    """Observations that the run held before."""
    weights_digest: str | None
    tokenizer_digest: str | None
    device_sentence: str
    vocabulary_digest: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    """Library name → version; may differ from the run's first sitting, and is then said so."""
    torn: bool = False
    """Whether a half-written last record, never acknowledged, was cut off."""


def same_model(begun: Run, now: Run | Sitting) -> bool:
    """Whether nothing changed that must not within a run.

    Vocabularies are compared where both know one: a run of texts alone keeps none, and did before.
    """
    spelled = {begun.vocabulary_digest, now.vocabulary_digest} - {None}
    return len(spelled) <= 1 and (
        (begun.weights_digest, begun.tokenizer_digest, begun.device_sentence)
        == (now.weights_digest, now.tokenizer_digest, now.device_sentence)
    )


@dataclass(frozen=True, slots=True)
class Anchor:
    """A time-stamping authority has seen the head of the case journal."""

    head: str
    """Digest of the last record before this one."""
    records: int
    """Records up to and including the head."""
    token: str
    """Name of the file with the authority's answer, in the journal folder."""
    token_digest: str
    authority: str
    """Who stated the time, as their certificate names them."""
    server: str
    """Address that was asked."""
    stated_at: datetime
    """The time that the authority states, UTC."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an analyst says of one probe. Never evidence: no number is made from it."""

    probe_address: str
    starred: bool
    text: str
    """Empty where there is only a star."""
    noted_at: datetime
    """UTC, by the clock of the machine."""
