"""How likelihood ratios and shares are written: two figures, never across an edge of the scale."""

import math

from workbench.evidence.levels import NEUTRAL_BAND


def times(log10_lr: float) -> str:
    """How many times more probable, whatever the side: `1.4`, `27`, `just over 1`.

    Args:
        log10_lr: A finite log10 likelihood ratio.

    Returns:
        Two figures. What lies under an edge of the verbal scale (2, 10, 100 …) is not rounded up to it,
        so that number and level agree.

    Raises:
        ValueError: If it is not a finite number.
    """
    if not math.isfinite(log10_lr):
        raise ValueError(f"a likelihood ratio of {log10_lr} cannot be put into words")
    size = abs(log10_lr)
    power = math.floor(size)
    unit = 10.0 ** (power - 1)
    figures = 10.0**size / unit
    shown = round(figures)
    edges = ((NEUTRAL_BAND, 20), (power + 1, 100))  # log10, and the figures an edge would show as
    if any(size < edge and shown >= mark for edge, mark in edges):
        shown = math.floor(figures)
    if shown == 10 and power == 0:
        return "just over 1" if size else "1"
    return f"{shown / 10:.1f}" if power == 0 else f"{round(shown * unit):,}"


def ratio_words(log10_lr: float) -> str:
    """A likelihood ratio, below 1 as a fraction: `8.9`, `1/3.2`, `1`.

    Args and Raises as `times`.
    """
    size = times(log10_lr)
    if log10_lr >= 0 or size == "1":
        return size
    return "just under 1" if size == "just over 1" else f"1/{size}"


def interval_words(low: float, high: float) -> str:
    """An interval of likelihood ratios: `1/1.8 to 4.1`.

    Args and Raises as `times`.
    """
    return f"{ratio_words(low)} to {ratio_words(high)}"


def percent(share: float) -> str:
    """A share of 0 to 1 in two figures: `28 %`, `9.5 %`.

    Raises:
        ValueError: If it is no share.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share of a whole")
    shown = float(f"{share * 100:.2g}")
    return "over 99 %" if share < 1 and shown >= 100 else f"{shown:g} %"
