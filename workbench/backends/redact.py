"""Takes a key out of what a server sent, however it is spelled there."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

REDACTED = "[key removed]"


class Redactor:
    """Knows one key, and shows it to nobody."""

    def __init__(self, key: str | None) -> None:
        """Take the key; None if there is none, and then nothing is ever changed."""
        spellings = dict.fromkeys(_spellings(key)) if key else {}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def __repr__(self) -> str:
        return "Redactor(…)"

    def text(self, text: str) -> tuple[str, bool]:
        """Take the key out of a text; say whether it was there."""
        found = False
        for spelling in self._spellings:
            if spelling in text:
                text, found = text.replace(spelling, REDACTED), True
        return text, found

    def body(self, body: bytes) -> tuple[bytes, bool]:
        """Take the key out of a body, also where JSON escapes hide it; say whether it was there.

        A body with a hidden key is written anew as JSON, which changes its spelling, not its
        content.
        """
        found = False
        for spelling in self._spellings:
            needle = spelling.encode()
            if needle in body:
                body, found = body.replace(needle, REDACTED.encode()), True
        if b"\\" in body and self._spellings:
            try:
                cleaned, hidden = self._cleaned(json.loads(body))
            except (ValueError, RecursionError):
                return body, found  # not JSON: nothing here undoes its escapes
            if hidden:
                return json.dumps(cleaned).encode(), True
        return body, found

    def _cleaned(self, value: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any JSON value
        match value:
            case str():
                return self.text(value)
            case list():
                items = [self._cleaned(item) for item in value]
                return [item for item, _ in items], any(hidden for _, hidden in items)
            case dict():
                pairs = [(self.text(key), self._cleaned(item)) for key, item in value.items()]
                hidden = any(one[1] or other[1] for one, other in pairs)
                return {key[0]: item[0] for key, item in pairs}, hidden
            case _:
                return value, False


def _spellings(key: str) -> Iterator[str]:
    """A key as it stands, and as headers, addresses and JSON carry it."""
    yield key
    yield quote(key, safe="")
    yield json.dumps(key)[1:-1]
    for text in (key, f"Bearer {key}"):
        for shift in range(3):
            # Base64 of the key inside a longer text depends on where it starts; its middle does not.
            padded = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")
            yield padded[(0, 2, 3)[shift] : len(padded) - 1]
    yield key.encode().hex()
    yield key[::-1]
