"""What the pages explore with: derived from the record, kept beside it, made again at will."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curves:
    """One question against one alternative, every labelled pair judged without its kin."""

    derived: tuple[float, ...]
    """Bounded log10 likelihood ratios of derived pairs."""
    other: tuple[float, ...]
    """The same of pairs of which the alternative is true."""
    thresholds: tuple[float, ...]
    """log10, rising: where the shares below are taken."""
    derived_reaching: tuple[float, ...]
    """Weighted share of derived pairs that reach each threshold, 0 to 1."""
    other_reaching: tuple[float, ...]
    stated: tuple[float, ...]
    """Different log10 likelihood ratios, rising."""
    pooled: tuple[float | None, ...]
    """What the best monotone calibration of these very pairs makes of each; None: infinite."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One answer, or the mean of a model's answers, in the plane."""

    run_id: str
    probe_address: str
    """Empty for the mean of a model."""
    repeat: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class AnswerMap:
    """Answers and models in the plane of the two directions in which the answers differ most."""

    shares: tuple[float, float]
    """Share of the variance along either direction, 0 to 1."""
    answers: tuple[MapPoint, ...]
    models: tuple[MapPoint, ...]
    measured: int
    """Answers that the directions were found from; only some of them are points here."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two branches of a tree that meet; leaves are numbered first, then joins in this order."""

    first: int
    second: int
    height: float
    """Distance at which they meet."""
    support: float
    """Share of the resampled sets of probes in which the same models are together, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """How far the answers of every two models lie apart, and a tree that illustrates it."""

    runs: tuple[str, ...]
    distances: tuple[tuple[float, ...], ...]
    """0: as near as one model's own repeats; the diagonal is 0."""
    probes: int
    """Probes that the distances rest on."""
    joins: tuple[Join, ...]
    left_out: tuple[str, ...] = ()
    """Runs with too few answers."""
