"""Log-probabilities in an endpoint's answer → distributions, and how likely the echoed text was."""

from collections.abc import Sequence
from typing import Any

import torch

from workbench.backends.base import Likelihood, QuestionKind, Reply
from workbench.backends.positions import kept_positions
from workbench.backends.shapes import (
    STOPPED,
    TokenChance,
    UnreadableError,
    ends_of,
    token_chances,
    top_tokens,
)
from workbench.records import TopTokens


def read_chances(
    choice: dict[str, Any],
    common: dict[str, Any],
    kind: QuestionKind,
    prompt: str,
    continuation: str | None,
) -> Reply:
    """Read the log-probabilities of one choice.

    Args:
        choice: One item of `choices`, as parsed.
        common: Fields of the reply that are known already.
        kind: Anything but `generate`.
        prompt: The prompt, as planned.
        continuation: The text behind it, for a reading.

    Returns:
        The reply.

    Raises:
        UnreadableError: If they are missing, or are those of another text.
        ValueError: If they are no log-probabilities.
    """
    tokens = token_chances(choice)
    read = common | {"token_count": common["prompt_tokens"]}
    if kind == "passage":
        inside, after, opened = _echoed(tokens, prompt)
        top = _along(prompt, inside, after)
        likelihood = _likelihood(inside, ends_of(inside), 0 if opened else 1)
        return Reply("answered", None, top=top, likelihood=likelihood, **read)
    if kind == "reading":
        likelihood = _continued(tokens, prompt, continuation or "")
        read["token_count"] = len(likelihood.token_ends)
        return Reply("answered", None, likelihood=likelihood, **read)
    return Reply("answered", None, top=_last(tokens, prompt, choice), **read)


def _last(tokens: list[TokenChance], prompt: str, choice: dict[str, Any]) -> tuple[TopTokens, ...]:
    if not tokens or not tokens[0].alternatives:
        ended = choice.get("finish_reason") in STOPPED and not tokens
        why = ": the text ended there, and an end has none at this endpoint" if ended else ""
        raise UnreadableError(f"The endpoint's answer carries no log-probabilities{why}")
    return (top_tokens(len(prompt), tokens[0].alternatives),)


def _echoed(
    tokens: list[TokenChance], text: str
) -> tuple[list[TokenChance], list[TokenChance], bool]:
    """Tokens of the echoed text, those behind it, and whether one was put before it."""
    opened = bool(tokens) and not text.startswith(tokens[0].text)
    if opened:  # a token that opens every text, which some servers echo too
        tokens = tokens[1:]
    inside = sum(end <= len(text) for end in ends_of(tokens))
    if "".join(token.text for token in tokens[:inside]) != text:
        raise UnreadableError("The endpoint did not echo the prompt as it was sent")
    return tokens[:inside], tokens[inside:], opened


def _along(
    prompt: str, inside: list[TokenChance], after: list[TokenChance]
) -> tuple[TopTokens, ...]:
    """The distributions at the kept positions of an echoed prompt."""
    tokens, ends = [*inside, *after], ends_of(inside)
    keep = [at for at in kept_positions("passage", prompt, ends) if at + 1 < len(tokens)]
    found = [top_tokens(ends[at], tokens[at + 1].alternatives) for at in keep]
    if not found or not all(top.tokens for top in found):
        raise UnreadableError("The endpoint's answer carries no log-probabilities of the prompt")
    return tuple(found)


def _continued(tokens: list[TokenChance], prompt: str, continuation: str) -> Likelihood:
    inside, _, opened = _echoed(tokens, prompt + continuation)
    ends = ends_of(inside)
    begin = sum(end <= len(prompt) for end in ends)
    if prompt and len(prompt) not in ends:
        raise UnreadableError("The endpoint has a token that lies across the start of the text")
    begin = max(begin, 0 if opened else 1)
    found = _likelihood(inside, [end - len(prompt) for end in ends], begin)
    if found is None:
        raise UnreadableError("The endpoint's answer carries no log-probabilities of the text")
    return found


def _likelihood(
    tokens: Sequence[TokenChance], ends: Sequence[int], begin: int
) -> Likelihood | None:
    """The chances of all tokens from one on; None if one has none, or there is no token."""
    chances = [token.logprob for token in tokens[begin:] if token.logprob is not None]
    if not chances or len(chances) < len(tokens) - begin:
        return None
    return Likelihood(
        torch.tensor(chances, dtype=torch.float32), torch.tensor(ends[begin:], dtype=torch.int32)
    )
