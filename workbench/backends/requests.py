"""One question → what is sent to an endpoint, or why it cannot be asked there."""

from dataclasses import dataclass
from typing import Any

from workbench.backends.base import TOP_K, Question
from workbench.models.prices import most_tokens
from workbench.records import Endpoint, EndpointTraits

CHAT, RAW = "/chat/completions", "/completions"
ECHOED = ("passage", "reading")
"""Kinds that want the log-probabilities of what was sent."""
SEED_BITS = 31
"""Bits of a seed that every server takes: some read it as a signed 32-bit number."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send."""

    path: str
    body: dict[str, Any]
    tokens_in: int
    """At most."""
    tokens_out: int
    """At most."""


@dataclass(frozen=True, slots=True)
class NotAskable:
    """Why a question cannot be put to this endpoint, as a sentence."""

    reason: str
    prompt_format: str


def request_for(
    question: Question, endpoint: Endpoint, traits: EndpointTraits
) -> Request | NotAskable:
    """Turn a question into a request, as far as the endpoint was measured to take it."""
    chat = question.kind == "generate" and question.template == "chat"
    if reason := _missing(question, traits, chat=chat):
        return NotAskable(reason, "chat" if chat else "raw")
    body: dict[str, Any] = {"model": endpoint.served_as}
    if chat:
        body["messages"] = [{"role": "user", "content": question.prompt}]
    else:
        body["prompt"] = question.prompt + (question.continuation or "")
    if question.kind == "generate":
        body |= _sampling(question, traits)
        tokens_out = question.max_tokens
    else:
        body |= {"temperature": traits.reading_temperature, traits.length_field: 1}
        wanted = 1 if question.kind == "reading" else TOP_K
        body |= {"logprobs": min(wanted, traits.completions_top_k)}
        body |= {"echo": True} if question.kind in ECHOED else {}
        tokens_out = 1
    kept = {name: value for name, value in body.items() if name not in traits.refused}
    tokens_in = most_tokens(question.prompt + (question.continuation or ""))
    return Request(CHAT if chat else RAW, kept, tokens_in, tokens_out)


def _missing(question: Question, traits: EndpointTraits, *, chat: bool) -> str:
    reads = question.kind != "generate"
    reasons = {
        "The endpoint takes no chat messages.": chat and not traits.chat,
        "The endpoint takes no raw text.": not chat and not traits.completions,
        "The endpoint takes no temperature, so it cannot be asked as planned.": (
            not reads and "temperature" in traits.refused
        ),
        "The endpoint gives no log-probabilities for raw text.": (
            reads and not traits.completions_top_k
        ),
        "The endpoint reads a given text only behind raw text.": (
            question.kind == "reading" and question.template == "chat"
        ),
        "The endpoint gives no log-probabilities of the prompt's own tokens.": (
            question.kind in ECHOED and not traits.echo
        ),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _sampling(question: Question, traits: EndpointTraits) -> dict[str, Any]:
    return {
        "temperature": question.temperature,
        "top_p": 1.0,
        traits.length_field: question.max_tokens,
        "seed": question.seed & ((1 << SEED_BITS) - 1),
    }
