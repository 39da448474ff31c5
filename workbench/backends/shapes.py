"""Log-probabilities as each server writes them → one record.

Chat style (OpenAI chat, llama.cpp on both routes, Ollama): `logprobs.content[]`, each token with its
text, bytes, sometimes an id, and `top_logprobs[]`. Legacy style (OpenAI completions, vLLM, TGI):
`tokens`, `token_logprobs`, `top_logprobs` (text → number) and `text_offset`, side by side.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from workbench.backends.base import TOP_K
from workbench.backends.text import clean
from workbench.records import TopTokens

STOPPED = frozenset({"stop", "eos", "eos_token", "stop_sequence", "end_turn"})
"""Words for an answer that the model itself ended."""
LEAST = -1e4
"""Far below what models give; OpenAI's servers write -9999 for what hardly can come."""
MOST_ABOVE_ZERO = 1e-3
"""Rounding may lift the logarithm of a probability of 1 by this much."""
_ID = re.compile(r"token_id:(\d{1,9})")
_BYTES = re.compile(r"bytes:((?:\\x[0-9a-f]{2})+)")


class UnreadableError(Exception):
    """A body that is no answer; the message says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class TokenChance:
    """One token with its log-probability, and what might have stood in its place."""

    text: str
    logprob: float | None
    """Natural logarithm; None for the first token of a prompt, which nothing predicts."""
    id: int | None = None
    spelled: str | None = None
    """Bytes in hexadecimal."""
    alternatives: tuple["TokenChance", ...] = ()
    """Best first, as far as the server was asked."""


def token_chances(choice: Mapping[str, Any]) -> list[TokenChance]:
    """Tokens of one choice of an answer, whatever the style.

    Args:
        choice: One item of `choices`, as parsed.

    Returns:
        Tokens in order; empty where the choice carries no log-probabilities.

    Raises:
        ValueError: If they have a shape of neither style, or are no log-probabilities.
    """
    found = choice.get("logprobs")
    if not isinstance(found, dict):
        return []
    if isinstance(found.get("content"), list):
        return [_chat_token(item) for item in found["content"]]
    if isinstance(found.get("tokens"), list):
        return list(_legacy_tokens(found))
    return []


def ends_of(tokens: Sequence[TokenChance]) -> list[int]:
    """For each token, how many characters it and its predecessors cover."""
    return list(accumulate(len(token.text) for token in tokens))


def top_tokens(offset: int, alternatives: Sequence[TokenChance]) -> TopTokens:
    """The record of one position: alternatives best first, at most `TOP_K` of them.

    Raises:
        ValueError: If their probabilities sum to more than 1, rounding aside: then they are none.
    """
    known = [token for token in alternatives if token.logprob is not None]
    total = math.fsum(math.exp(min(0.0, token.logprob or 0.0)) for token in known)
    if total > 1 + MOST_ABOVE_ZERO:
        msg = f"probabilities that sum to {total:.4g}"
        raise ValueError(msg)
    best = sorted(known, key=lambda token: -(token.logprob or 0.0))[:TOP_K]
    spelled = tuple(token.spelled for token in best)
    return TopTokens(
        offset=offset,
        ids=tuple(token.id for token in best),
        tokens=tuple(token.text for token in best),
        logprobs=tuple(token.logprob or 0.0 for token in best),
        spelled=spelled if any(item is not None for item in spelled) else (),
    )


def _chat_token(item: Any) -> TokenChance:  # noqa: ANN401 - any JSON value
    if not isinstance(item, dict) or not isinstance(item.get("token"), str):
        raise _no_text()
    number = item.get("id")
    return TokenChance(
        text=clean(item["token"]),
        logprob=_logprob(item.get("logprob")),
        id=number if isinstance(number, int) and not isinstance(number, bool) else None,
        spelled=_hexadecimal(item.get("bytes")),
        alternatives=tuple(_chat_token(other) for other in item.get("top_logprobs") or ()),
    )


def _no_text() -> ValueError:
    return ValueError("a token without its text")


def _hexadecimal(found: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if not isinstance(found, list):
        return None
    try:
        return bytes(found).hex()
    except (ValueError, TypeError):
        return None


def _legacy_tokens(found: Mapping[str, Any]) -> Iterator[TokenChance]:
    tokens = found["tokens"]
    chances = found.get("token_logprobs") or [None] * len(tokens)
    tops = found.get("top_logprobs") or [None] * len(tokens)
    if not len(tokens) == len(chances) == len(tops):
        raise ValueError("lists of tokens and log-probabilities of different lengths")
    for text, chance, top in zip(tokens, chances, tops, strict=True):
        if not isinstance(text, str) or not isinstance(top, dict | None):
            raise _no_text()
        others = [_legacy_token(other, value) for other, value in (top or {}).items()]
        yield _legacy_token(text, chance, tuple(others))


def _legacy_token(
    text: str,
    chance: Any,  # noqa: ANN401 - any JSON value
    alternatives: tuple[TokenChance, ...] = (),
) -> TokenChance:
    number, spelled = _ID.fullmatch(text), _BYTES.fullmatch(text)
    return TokenChance(
        text=clean(text),
        logprob=_logprob(chance),
        id=int(number[1]) if number else None,
        spelled=spelled[1].replace("\\x", "") if spelled else None,
        alternatives=alternatives,
    )


def _logprob(found: Any) -> float | None:  # noqa: ANN401 - any JSON value
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError("a log-probability that is no number")  # noqa: TRY004 - one kind of error
    if not LEAST <= found <= MOST_ABOVE_ZERO:  # NaN lies nowhere
        raise ValueError(f"a log-probability of {found:g}")
    return float(found)
