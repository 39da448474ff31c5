"""When asking a suspect may stop: the rule, fixed before it is asked, and what came of it."""

from dataclasses import dataclass

from workbench.records.words import Access, Question


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """Fixed from the answers of reference and controls, before the suspect is asked anything."""

    question: Question
    access: Access
    controls: tuple[str, ...]
    """Names of the panel."""
    order: tuple[str, ...]
    """Addresses of the probes that give a term, in the random order in which they are asked."""
    look: int
    """Probes between two looks."""
    fewest: int
    """Terms before the first look; a comparison takes as many."""
    least: float
    """Range of a term: what lies beyond is cut to it."""
    most: float
    alpha: float
    """Chance, at most, that the level is not that of the whole order."""
    spread: float
    """Standard deviation that a score of the whole order is judged with, over prompts and panels."""
    edges: tuple[float, ...]
    """Least score of each level but the first."""
    levels: tuple[str, ...]
    """By rising score."""
    calibration: str
    """Name of the calibration that the levels are of, and its digest."""
    calibration_digest: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The level no longer depends on the probes that were not asked."""

    question: Question
    level: str
    asked: int
    """Probes of the order that were asked."""
    planned: int
    """Probes of the order."""
    without: int
    """Asked probes that gave no term."""
    cut: int
    """Terms that were beyond the range."""
    low: float
    """Confidence limits of the mean term of the whole order."""
    high: float
    alpha: float
    """Chance, at most, that the level is not that of the whole order."""
    rule: str
    """Digest of the rule."""
    calibration_digest: str
