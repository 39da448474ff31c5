"""What a score is worth: likelihood ratios, how often they mislead, and what may be said of them."""

from dataclasses import dataclass, field

from workbench.records.words import Access, Alternative, Level, Question, Status


@dataclass(frozen=True, slots=True)
class DecodingUsed:
    """How the answers to some probes came about."""

    temperature: float | None
    """None: somebody else recorded the answers and did not say."""
    max_tokens: int | None
    repeats: int
    """Answers per probe and model."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one question's score was made. A calibration speaks for scores of the same protocol only."""

    access: Access
    """What of each model goes in: its answers, or distributions as well."""
    metrics: tuple[str, ...]
    """Ids of the metrics that were fused."""
    packs: dict[str, str]
    """Pack that can count → digest of it as it was asked; empty where somebody else did the asking."""
    prompts: tuple[str, ...]
    """Digests of the prompts' texts, sorted; empty where packs say what was asked."""
    decoding: dict[str, DecodingUsed]
    """Pack, or `recorded` → how answers to it came about; packs that were not sampled are left out."""
    readings: int = 0
    """Probes of each pack whose answers were read by every model; 0 if no metric takes them."""
    embedder: str | None = None
    """Revision of the sentence encoder, where a metric uses one."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A likelihood ratio with all that belongs to it, in log10."""

    value: float
    low: float
    """Limits of the 90 % interval."""
    high: float
    least: float
    """Bounds that no findings could have passed."""
    most: float

    @property
    def at_bound(self) -> bool:
        """Whether the whole interval lies at a bound, so that it says nothing of precision."""
        return self.low == self.high and self.value in {self.least, self.most}


@dataclass(frozen=True, slots=True)
class Weighing:
    """One question's likelihood ratio against one alternative, or the reason why there is none."""

    alternative: Alternative
    log10_lr: float | None = None
    """log10 of P(findings | derived) / P(findings | alternative), bounded."""
    low: float | None = None
    """Lower limit of the 90 % interval over prompts, panels and families."""
    high: float | None = None
    least: float | None = None
    """The bounds: with the calibration's families it cannot be lower, or higher than `most`."""
    most: float | None = None
    level: Level | None = None
    """Read at the limit nearer to 0."""
    families: int = 0
    """Independent families behind the alternative."""
    reason: str = ""
    """Why the alternative was not tested."""

    @property
    def ratio(self) -> Ratio | None:
        """The numbers together; None where the alternative was not tested."""
        numbers = (self.log10_lr, self.low, self.high, self.least, self.most)
        known = [number for number in numbers if number is not None]
        return Ratio(*known) if len(known) == len(numbers) else None


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Out of fold: how often pairs with one label reached one level."""

    label: str
    level: Level
    """This level, or one further from 0 on its side."""
    events: int
    pairs: int
    inconclusive: int
    """Pairs of which nothing was said either way."""
    families: int
    families_reaching: int
    """Families with at least one such pair."""
    upper: float
    """One-sided 95 % Clopper-Pearson limit of the share of families."""


@dataclass(frozen=True, slots=True)
class LatticeCell:
    """The same evidence under another choice that could have been made."""

    calibrator: str
    kernel: str
    alternative: Alternative
    panel: str
    log10_lr: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition set before any case is seen."""

    question: Question
    name: str
    passed: bool
    words: str
    """What was required and what was found."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What may be said of one question."""

    question: Question
    status: Status
    wording: str
    """Two sentences."""
    reasons: tuple[str, ...] = ()
    proposition: str = ""
    score: float | None = None
    low: float | None = None
    """95 % interval of the score over prompts."""
    high: float | None = None
    access: Access | None = None
    weighings: tuple[Weighing, ...] = ()
    """Every alternative, the untested ones too."""
    headline: Alternative | None = None
    """The tested alternative with the smallest likelihood ratio."""
    log10_lr: float | None = None
    """The headline's; None unless the status is evaluated or its interval holds both sides."""
    lr_low: float | None = None
    lr_high: float | None = None
    level: Level | None = None
    calibration: str | None = None
    """Name of the calibration, and its digest."""
    calibration_digest: str | None = None
    errors: tuple[ErrorRate, ...] = ()
    lattice: tuple[LatticeCell, ...] = field(default=())
    gates: tuple[Gate, ...] = ()
    """Conditions on the calibration and on the case, met or not."""

    @property
    def headline_weighing(self) -> Weighing | None:
        """The weighing that the likelihood ratio is of."""
        return next((item for item in self.weighings if item.alternative == self.headline), None)
