"""Likelihood ratios in words of the verbal scale, and how far up behavioural evidence may go.

Source: Bands and words of the scale of the Association of Forensic Science Providers (2009), Science &
    Justice 49, as the ENFSI guideline for evaluative reporting (2015) gives it for example. Other
    tables draw the upper bands elsewhere, so numbers always stand beside the words.
"""

import math
from typing import get_args

from workbench.records import Level, SystemFigures

LEVELS: tuple[Level, ...] = get_args(Level)
NEUTRAL: Level = "no support either way"
NEUTRAL_BAND = math.log10(2)
"""Between 1/2 and 2 findings are about as probable under both propositions."""
BANDS: tuple[tuple[float, Level, Level], ...] = (
    (2.0, "moderately strong support", "moderately strong support for the alternative"),
    (1.0, "moderate support", "moderate support for the alternative"),
    (0.0, "weak support", "weak support for the alternative"),
)
"""log10 of the band's lower edge, and its words on either side."""
LOCKED: tuple[tuple[float, str], ...] = (
    (3.0, "strong support"),
    (4.0, "very strong support"),
    (6.0, "extremely strong support"),
)
"""Bands of the same scale that behaviour alone cannot carry: log10 of the lower edge, and words that
are never said of it."""
FEWEST_FAMILIES = {
    "weak support": 5,
    "moderate support": 20,
    "moderately strong support": 105,
}
"""Independent families that a calibration needs before a level may be named. The upper two follow from
what perfect separation of so many families carries (docs/methods.md, "What a panel can carry")."""


def locked(families: int) -> float:
    """log10 of the largest likelihood ratio that a level may be read from.

    Args:
        families: Independent families behind the alternative.

    Returns:
        Just under the edge of the first band that needs more of them; just under 3 at most.
    """
    edges = {"weak support": 0.0, "moderate support": 1.0, "moderately strong support": 2.0}
    for words, edge in edges.items():
        if families < FEWEST_FAMILIES[words]:
            return max(0.0, math.nextafter(edge, 0.0))
    return math.nextafter(LOCKED[0][0], 0.0)


def level_of(value: float, low: float, high: float) -> Level:
    """Read the level of a log10 likelihood ratio, at the limit of its interval nearer to 0.

    Args:
        value: The ratio itself.
        low: Lower limit.
        high: Upper limit.

    Returns:
        The band of the limit nearer to 0; `NEUTRAL` where the interval holds 0 or the ratio itself
        lies between 1/2 and 2.

    Raises:
        ValueError: If the interval does not hold the ratio, or one of the three is not a number.
    """
    if not low <= value <= high:
        raise ValueError(f"{value} is not within {low} to {high}")
    if abs(value) >= NEUTRAL_BAND:
        for edge, derived, other in BANDS:
            if low > edge or low == edge > 0:
                return derived
            if high < -edge or high == -edge < 0:
                return other
    return NEUTRAL


def settled_neutral(low: float, high: float) -> bool:
    """Whether a whole interval says that the findings do not help, rather than that little is known."""
    return max(-low, high) <= NEUTRAL_BAND


def side(level: Level) -> int:
    """1 where a level supports derivation, −1 where it supports the alternative, else 0."""
    if level == NEUTRAL:
        return 0
    return 1 if LEVELS.index(level) < LEVELS.index(NEUTRAL) else -1


def reaches(level: Level, wanted: Level) -> bool:
    """Whether a level is the wanted one or lies further from neutral on the same side."""
    if side(level) != side(wanted):
        return False
    middle = LEVELS.index(NEUTRAL)
    return abs(LEVELS.index(level) - middle) >= abs(LEVELS.index(wanted) - middle)


def reachable(system: SystemFigures) -> tuple[Level, Level]:
    """Furthest levels, for derivation and for the alternative, that a system's bounds allow."""
    least, most = system.least or 0.0, system.most or 0.0
    return level_of(most, most, most), level_of(least, least, least)
