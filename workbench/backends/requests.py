"""One question → what is sent to an endpoint, or why it cannot be asked there."""

from dataclasses import dataclass
from typing import Any

from workbench.backends.base import TOP_K, Question
from workbench.backends.budget import most_tokens
from workbench.records import Endpoint, EndpointTraits

CHAT, RAW = "/chat/completions", "/completions"
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
        body["prompt"] = question.prompt
    if question.kind == "generate":
        body |= _sampling(question, traits)
        tokens_out = question.max_tokens
    else:
        body |= {"temperature": traits.reading_temperature, traits.length_field: 1}
        body |= {"logprobs": min(TOP_K, traits.completions_top_k)}
        body |= {"echo": True} if question.kind == "passage" else {}
        tokens_out = 1
    kept = {name: value for name, value in body.items() if name not in traits.refused}
    return Request(CHAT if chat else RAW, kept, most_tokens(question.prompt), tokens_out)


def _missing(question: Question, traits: EndpointTraits, *, chat: bool) -> str:
    if chat and not traits.chat:
        return "The endpoint takes no chat messages."
    if not chat and not traits.completions:
        return "The endpoint takes no raw text."
    if question.kind == "generate" and "temperature" in traits.refused:
        return "The endpoint takes no temperature, so it cannot be asked as planned."
    if question.kind != "generate" and not traits.completions_top_k:
        return "The endpoint gives no log-probabilities for raw text."
    if question.kind == "passage" and not traits.echo:
        return "The endpoint gives no log-probabilities of the prompt's own tokens."
    return ""


def _sampling(question: Question, traits: EndpointTraits) -> dict[str, Any]:
    return {
        "temperature": question.temperature,
        "top_p": 1.0,
        traits.length_field: question.max_tokens,
        "seed": question.seed & ((1 << SEED_BITS) - 1),
    }
