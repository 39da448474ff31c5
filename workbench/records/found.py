"""What the answers show: scores, verdict, comparison."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from workbench.digest import digest_of
from workbench.records.codec import to_json
from workbench.records.decided import Decided
from workbench.records.weighed import Opinion, Protocol
from workbench.records.words import Outcome, Question, Role, Status


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
    least: float | None = None
    """Where only limits of each probe's value are known: the mean of the lower ones. None: the value
    is exact. `low` and `high` then lie around `least` and `most`."""
    most: float | None = None
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
    low: float | None = None
    """Least it can be, where only limits are known; None: the value is exact."""
    high: float | None = None


@dataclass(frozen=True, slots=True)
class PassageProfile:
    """Where in a passage suspect and reference part, beside the controls."""

    probe_address: str
    offsets: tuple[int, ...]
    """Characters of the passage before each position."""
    suspect: tuple[float, ...]
    """Divergence from the reference of what comes next, in bits, one per position."""
    controls: tuple[float, ...]
    """The same of the controls, their mean."""
    carrying: tuple[int, ...]
    """Offsets at which the suspect is most closer to the reference than the controls are, first the
    one that tells most; only such as tell anything."""


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
    opinions: tuple[Opinion, ...] = ()
    """One per question: neither ever speaks for the other."""


@dataclass(frozen=True, slots=True)
class StackFloor:
    """The reference beside its own weights served another way: what serving alone changes."""

    model: str
    difference: AnyScore
    """Mean absolute difference of the log-probabilities of next tokens, in nats."""
    scores: tuple[AnyScore, ...]
    """Raw score of every planned metric, in report order."""


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question's score of one pair; higher is more alike, 0 what unrelated models have.

    The unit is the spread of unrelated pairs in one metric, before any gain from averaging.
    """

    score: float
    low: float
    """Lower limit of the 95 % interval over prompts."""
    high: float
    p: float
    """Rank among the controls, as in `evidence.panel.rank_p`."""
    raw: float
    """The same with length and layout left in."""
    panel_low: float
    """5th percentile of the score over random half-panels with random representatives."""
    panel_high: float
    controls: tuple[float, ...] = ()
    """Each control's own score in the place of the suspect, which then sits in the panel; in the
    order of the panel."""
    kind: Literal["question score"] = "question score"


@dataclass(frozen=True, slots=True)
class Without:
    """A question's score under one change: a pack or a control left out, or another decoding."""

    kind: Literal["pack", "control", "decoding"]
    name: str
    """Of what is left out; of another decoding, what of it is other."""
    score: float | None
    """None: there is none, for a reason."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuestionFinding:
    """What one question came to at one level of access."""

    question: Question
    score: QuestionScore | NoScore
    protocol: Protocol
    controls: tuple[str, ...]
    """Names of the panel."""
    prompts: int
    """Prompts that both reference and suspect answered."""
    probes: dict[str, int]
    """Metric on distributions that was fused → probes at which both gave what it takes."""
    left_out: tuple[NoScore, ...]
    """Metrics of this question and level that were not fused, and why."""
    missing_reference: float | None
    """Share of the protocol's prompts to which the reference gave nothing usable, 0 to 1; None where
    none was planned."""
    missing_suspect: float | None
    without: tuple[Without, ...] = ()
    """The score with each pack, and with each control, left out; last, on the answers at the plan's
    other temperature alone."""


@dataclass(frozen=True)
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
    stacks: tuple[StackFloor, ...] = ()
    profiles: tuple[PassageProfile, ...] = ()
    """Passages that reference, suspect and a control were read at the same places of."""
    questions: tuple[QuestionFinding, ...] = ()
    """Both questions, at each level of access; empty in comparisons of an earlier version."""
    calibrations: tuple[str, ...] = ()
    """Digests of the calibrations at hand, which the case keeps."""
    decided: Decided | None = None
    """Why the suspect was not asked everything; None where it was."""

    @cached_property
    def digest(self) -> str:
        """Digest of the whole comparison; a large one takes seconds, so it is computed once."""
        return digest_of(to_json(self))
