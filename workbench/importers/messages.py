"""Chat messages → the prompt they put and the answer they hold, as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.importers.rows import UnfitError, as_text, kind_of

ATTACHMENT = "attachment://"
MANY = "The prompt is written out from several messages."


def content_text(content: object, attachments: Mapping[str, Any] | None = None) -> str:
    """Text of a message: a text, or parts of which only texts are taken.

    Raises:
        UnfitError: If it holds anything but text, or an attachment that is not there.
    """
    if isinstance(content, str):
        return _attached(content, attachments or {})
    if not isinstance(content, list):
        raise UnfitError(f"a message's content is {kind_of(content)}, not a text")
    return "".join(_part(part, attachments or {}) for part in content)


def _part(part: object, attachments: Mapping[str, Any]) -> str:
    if isinstance(part, str):
        return _attached(part, attachments)
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "reasoning":  # thought aloud before the answer, and no part of it
        return ""
    if not isinstance(part, dict) or kind not in {"text", None}:
        shown = kind if isinstance(kind, str) and kind.isidentifier() else "a part of no known kind"
        raise UnfitError(f"a message holds {shown}, which is no text")
    return _attached(as_text(part.get("text"), "text"), attachments)


def _attached(text: str, attachments: Mapping[str, Any]) -> str:
    if not text.startswith(ATTACHMENT):
        return text
    found = attachments.get(text.removeprefix(ATTACHMENT))
    if not isinstance(found, str):
        raise UnfitError("a message points to an attachment that is not in the file")
    return found


def prompt_of(
    messages: Sequence[object], attachments: Mapping[str, Any] | None = None
) -> tuple[str, str | None]:
    """The prompt that messages put, and a note where they had to be written out.

    One message of the user is its own text. Several are written one after the other, each under its
    role in brackets.

    Raises:
        UnfitError: If there is none, or one holds more than text.
    """
    told = []
    for message in messages:
        if not isinstance(message, dict):
            raise UnfitError(f"a message is {kind_of(message)}, not an object")
        role = as_text(message.get("role"), "role")
        told.append((role, content_text(message.get("content"), attachments)))
    if not told:
        raise UnfitError("it holds no message before the answer")
    if len(told) == 1 and told[0][0] == "user":
        return told[0][1], None
    return "\n\n".join(f"[{role}]\n{text}" for role, text in told), MANY
