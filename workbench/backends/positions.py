"""Which positions of a text the distribution is kept at."""

from collections.abc import Sequence

from workbench.backends.base import MAX_POSITIONS
from workbench.records import ONE_POSITION, ProbeKind


def kept_positions(kind: ProbeKind, text: str, ends: Sequence[int]) -> list[int]:
    """Choose token positions whose next-token distribution is kept.

    A next-token or choice probe keeps its last position. A passage keeps positions where a word
    ends, which most tokenizers share, thinned evenly to `MAX_POSITIONS`; where fewer than four words
    end (a script without spaces), every position counts.

    Args:
        kind: `next_token`, `choice` or `passage`.
        text: The prompt.
        ends: For each token, how many characters of `text` it and its predecessors cover.

    Returns:
        Positions in increasing order, at least one.
    """
    last = len(ends) - 1
    if kind in ONE_POSITION:
        return [last]
    words = [i for i, end in enumerate(ends[:-1]) if 0 < end < len(text) and _word_ends(text, end)]
    candidates = words if len(words) >= 4 else list(range(last))
    return _thinned(candidates) or [last]


def _word_ends(text: str, end: int) -> bool:
    return text[end].isspace() and not text[end - 1].isspace()


def _thinned(positions: list[int]) -> list[int]:
    if len(positions) <= MAX_POSITIONS:
        return positions
    step = len(positions) / MAX_POSITIONS
    return [positions[int(i * step)] for i in range(MAX_POSITIONS)]
