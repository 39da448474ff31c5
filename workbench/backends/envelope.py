"""What was asked and what an endpoint sent back, word for word, in one file per observation.

An envelope is canonical JSON, so that one exchange has one spelling and one digest. It never holds a
header of the request: that is where the key travels.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.digest import canonical

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """One exchange: the last attempt's answer, and how the attempts before it ended."""

    path: str
    """Route under the endpoint's address, such as `/chat/completions`."""
    request: Mapping[str, Any]
    """The JSON that was sent."""
    status: int
    content_type: str
    """Media type alone, in lower case."""
    body: bytes
    """As it came, a key in it taken out."""
    redacted: bool = False
    attempts: tuple[str, ...] = ()
    """One word or two for each attempt, the last one included."""

    def written(self) -> bytes:
        """Spell the envelope in its one form."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "path": self.path,
            "request": dict(self.request),
            "status": self.status,
            "content_type": self.content_type,
            "redacted": self.redacted,
            "attempts": list(self.attempts),
        }
        try:
            content["body"] = self.body.decode("utf-8")
        except UnicodeDecodeError:
            content["body_base64"] = base64.b64encode(self.body).decode()
        return canonical(content)


def read_envelope(content: bytes) -> Envelope:
    """Read an envelope back.

    Raises:
        ValueError: If it is none.
    """
    try:
        fields = json.loads(content)
        encoded = fields.get("body_base64")
        body = fields["body"].encode() if encoded is None else base64.b64decode(encoded)
        return Envelope(
            path=fields["path"],
            request=fields["request"],
            status=fields["status"],
            content_type=fields["content_type"],
            body=body,
            redacted=fields["redacted"],
            attempts=tuple(fields["attempts"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"not an envelope: {error}"
        raise ValueError(msg) from error
