"""How a report writes numbers: as many decimals as the interval carries, a true minus sign."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from workbench.records import AnyScore, Score

MAX_DECIMALS = 6
PLAIN_DECIMALS = 3
"""Where no interval says otherwise."""
MINUS = "\N{MINUS SIGN}"


def decimals_for(scores: Iterable[AnyScore]) -> int:
    """Decimals that show two figures of the narrowest interval among scores."""
    widths = [score.high - score.low for score in scores if isinstance(score, Score)]
    widths = [width for width in widths if width > 0]
    if not widths:
        return PLAIN_DECIMALS
    return min(MAX_DECIMALS, max(0, 1 - math.floor(math.log10(min(widths) / 2))))


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Write a number with a fixed count of decimals: `0.123`, or `+0.123` if signed."""
    rounded = round(value, decimals) + 0.0  # adding zero turns -0.0 into 0.0
    text = f"{rounded:+.{decimals}f}" if signed and rounded else f"{rounded:.{decimals}f}"
    return text.replace("-", MINUS)


def interval(score: Score, decimals: int, *, signed: bool = False) -> str:
    """Write a score's 95 % interval: `0.85 to 0.95`."""
    low, high = (number(limit, decimals, signed=signed) for limit in (score.low, score.high))
    return f"{low} to {high}"


def moment(when: datetime) -> str:
    """Write a moment in UTC, to the minute."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: `1 probe`, `3 probes`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
