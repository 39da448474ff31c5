"""One exchange with an endpoint → one reply. Pure: `workbench verify` reads kept exchanges with it.

Nothing here trusts the server: every field may be missing, of another type, or hostile. What cannot
be read is a failed reply with its reason, never an empty answer and never an exception.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.backends.base import QuestionKind, Reply, Sent
from workbench.backends.echoed import read_chances
from workbench.backends.envelope import Envelope
from workbench.backends.shapes import STOPPED, UnreadableError
from workbench.backends.text import clean, has_lone_surrogates, quoted

CUT = frozenset({"length", "max_tokens"})
FILTERED = frozenset({"content_filter", "safety", "refusal"})
TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error"})
"""Codes of a request whose prompt is longer than the model reads."""
MOST_NAME = 300
REPLACED = "Unpaired surrogates in the answer were replaced by U+FFFD."


def reply_from(
    exchange: Envelope, kind: QuestionKind, prompt: str, continuation: str | None = None
) -> Reply:
    """Read an exchange.

    Args:
        exchange: What was asked and what came back.
        kind: What was wanted.
        prompt: The probe's prompt, as planned.
        continuation: The text behind it whose chances were wanted, for a reading.

    Returns:
        The reply, without seconds; `sent.raw` is left to the caller.
    """
    prompt_format = "chat" if exchange.path == "/chat/completions" else "raw"
    content: dict[str, Any] = {}
    try:
        content = content_of(exchange)
        if exchange.status != 200 or "choices" not in content:
            return _refusal(exchange, content, prompt_format)
        choice = _first_choice(content)
        common = _common(content, prompt_format)
        if kind == "generate":
            return _answer(choice, common)
        return _read(choice, common, kind, prompt, continuation)
    except UnreadableError as error:
        return replace(failed(prompt_format, f"{error}."), sent=_sent(content))


def _read(
    choice: dict[str, Any],
    common: dict[str, Any],
    kind: QuestionKind,
    prompt: str,
    continuation: str | None,
) -> Reply:
    try:
        return read_chances(choice, common, kind, prompt, continuation)
    except ValueError as error:
        raise UnreadableError(f"The endpoint's log-probabilities hold {error}") from error


def failed(prompt_format: str, note: str) -> Reply:
    """A reply that holds nothing but the reason."""
    return Reply("failed", None, prompt_format, token_count=None, note=note, sent=Sent(None))


def content_of(exchange: Envelope) -> dict[str, Any]:
    """Parse a body strictly: UTF-8, JSON, no NaN, no name twice, an object.

    Raises:
        UnreadableError: If it is anything else.
    """
    if 300 <= exchange.status < 400:
        raise UnreadableError(
            f"The endpoint answered {exchange.status}, which leads elsewhere and is not followed"
        )
    if not (exchange.content_type.endswith(("/json", "+json"))):
        shown = quoted(exchange.content_type) or "nothing"
        raise UnreadableError(
            f"The endpoint answered {exchange.status} with {shown} instead of JSON"
        )
    try:
        text = exchange.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("The endpoint's answer is not valid UTF-8") from error
    try:
        found = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_name_twice)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("The endpoint's answer is not well-formed JSON") from error
    if not isinstance(found, dict):
        raise UnreadableError("The endpoint's answer is JSON, but not an object")
    return found


def error_words(content: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of an error body, both possibly empty, fit to be quoted."""
    found = content.get("error", content)
    if isinstance(found, str):
        return "", quoted(found)
    if not isinstance(found, dict):
        return "", ""
    codes = [found.get(name) for name in ("code", "type")]
    code = next((item for item in codes if isinstance(item, str)), "")
    message = found.get("message") or found.get("detail") or ""
    return quoted(code), quoted(message) if isinstance(message, str) else ""


def error_code(content: Mapping[str, Any]) -> int | None:
    """The HTTP status that an error body names, as gateways do that always answer 200."""
    found = content.get("error")
    code = found.get("code") if isinstance(found, dict) else None
    if isinstance(code, str) and code.isdecimal() and len(code) == 3:
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else None


def error_codes(content: Mapping[str, Any]) -> set[str]:
    """Every code word of an error body."""
    found = content.get("error")
    if not isinstance(found, dict):
        return set()
    return {item for item in (found.get("code"), found.get("type")) if isinstance(item, str)}


def _no_constant(name: str) -> None:
    msg = f"{name} is no JSON"
    raise ValueError(msg)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refusal(exchange: Envelope, content: dict[str, Any], prompt_format: str) -> Reply:
    """A body without choices: an error, said with whatever status."""
    code, message = error_words(content)
    words = f': "{message}"' if message else ""
    if FILTERED & error_codes(content):
        return Reply(
            "refused",
            None,
            prompt_format,
            token_count=None,
            note=f"The endpoint's filter refused the prompt{words}.",
            sent=_sent(content),
        )
    if TOO_LONG & error_codes(content):
        return failed(prompt_format, f"The prompt is longer than the model reads{words}.")
    named = f" ({code})" if code else ""
    return failed(prompt_format, f"The endpoint answered {exchange.status}{named}{words}.")


def _first_choice(content: dict[str, Any]) -> dict[str, Any]:
    choices = content["choices"]
    if not isinstance(choices, list) or not choices:
        raise UnreadableError("The endpoint's answer holds no choice")
    if not isinstance(choices[0], dict):
        raise UnreadableError("The endpoint's answer holds a choice that is no object")
    choice: dict[str, Any] = choices[0]
    return choice


def _common(content: dict[str, Any], prompt_format: str) -> dict[str, Any]:
    return {
        "prompt_format": prompt_format,
        "token_count": usage(content, "completion_tokens"),
        "prompt_tokens": usage(content, "prompt_tokens"),
        "sent": _sent(content),
    }


def _sent(content: Mapping[str, Any]) -> Sent:
    return Sent(None, _name(content.get("model")), _name(content.get("system_fingerprint")))


def _name(found: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return clean(found[:MOST_NAME]) if isinstance(found, str) and found else None


def usage(content: Mapping[str, Any], field: str) -> int | None:
    """A count of the answer's `usage`; None where it is missing or no count."""
    counts = content.get("usage")
    found = counts.get(field) if isinstance(counts, dict) else None
    sound = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 31
    return found if sound else None


# --- sampled answers ----------------------------------------------------------------------------


def _answer(choice: dict[str, Any], common: dict[str, Any]) -> Reply:
    text, refusal = _words(choice)
    reason = choice.get("finish_reason")
    if refusal or reason in FILTERED:
        words = f': "{quoted(refusal)}"' if refusal else ""
        return Reply("refused", None, note=f"The endpoint refused to answer{words}.", **common)
    if not text.strip():
        return Reply("empty", None, note=_why_empty(choice), **common)
    notes = [REPLACED] if has_lone_surrogates(text) else []
    if reason not in STOPPED | CUT:
        notes.append(f"The endpoint's reason for stopping: {quoted(str(reason or 'none'))}.")
    note = " ".join(notes) or None
    return Reply("truncated" if reason in CUT else "answered", clean(text), note=note, **common)


def _words(choice: dict[str, Any]) -> tuple[str, str]:
    """Text and refusal of a choice, either possibly empty."""
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else choice.get("text")
    if isinstance(text, list):  # parts, as some servers write them
        parts = [item.get("text") for item in text if isinstance(item, dict)]
        text = "".join(part for part in parts if isinstance(part, str))
    if text is not None and not isinstance(text, str):
        raise UnreadableError("The endpoint's answer holds a text that is no text")
    refusal = message.get("refusal") if isinstance(message, dict) else None
    return text or "", refusal if isinstance(refusal, str) else ""


def _why_empty(choice: dict[str, Any]) -> str:
    if choice.get("finish_reason") in CUT:
        return "The answer reached its limit before its first visible character."
    return "The answer holds no visible character."
