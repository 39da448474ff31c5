"""Timing two ways in turns, so that a machine that slows down slows both."""

import statistics
import time
from collections.abc import Callable


def in_turns(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Median seconds of both, and the median of peer / ours, round by round, after a warm-up."""
    ours(), peer()
    seconds = [(_seconds(ours), _seconds(peer)) for _ in range(rounds)]
    mine, theirs = zip(*seconds, strict=True)
    ratio = statistics.median(b / a for a, b in seconds)
    return statistics.median(mine), statistics.median(theirs), ratio


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
