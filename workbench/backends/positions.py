"""Which positions of a text the distribution is kept at."""

from collections.abc import Sequence

from workbench.backends.base import MAX_POSITIONS
from workbench.records import ONE_POSITION, ProbeKind

FEW_WORDS = 4
"""A text with fewer word ends is of a script without spaces."""


def kept_positions(kind: ProbeKind, text: str, ends: Sequence[int]) -> list[int]:
    """Choose token positions whose next-token distribution is kept.

    A `next_token` or `choice` probe keeps its last position. A passage keeps places where a word ends,
    thinned evenly to `MAX_POSITIONS`; where fewer than four words end, every character counts. The
    places are chosen by the text alone, so that two tokenizers are read at the same ones, less those
    at which one of them cuts nothing.

    Args:
        kind: `next_token`, `choice` or `passage`.
        text: The prompt.
        ends: For each token, how many characters of `text` it and its predecessors cover; the bytes
            of one character may be spread over several tokens, which then share one end.

    Returns:
        Positions in increasing order, at least one.
    """
    last = len(ends) - 1
    if kind in ONE_POSITION:
        return [last]
    # Of the tokens that share an end only the last one ends a whole character.
    token_at = {end: token for token, end in enumerate(ends)}
    found = [token_at[place] for place in _places(text) if place in token_at]
    return [token for token in found if token < last] or [last]


def _places(text: str) -> list[int]:
    words = [place for place in range(1, len(text)) if _word_ends(text, place)]
    return _thinned(words if len(words) >= FEW_WORDS else list(range(1, len(text))))


def _word_ends(text: str, place: int) -> bool:
    return text[place].isspace() and not text[place - 1].isspace()


def _thinned(places: list[int]) -> list[int]:
    if len(places) <= MAX_POSITIONS:
        return places
    step = len(places) / MAX_POSITIONS
    return [places[int(i * step)] for i in range(MAX_POSITIONS)]
