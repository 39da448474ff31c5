"""Endpoints in the list of models: what fits in their table, and where their address leads."""

import math
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from workbench.records import Endpoint, ModelEntry

WEIGHT_FIELDS = ("format", "file", "sha256")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LIMITS: dict[str, tuple[float, float]] = {
    "concurrency": (1, 64),
    "requests_per_minute": (1, 1_000_000),
    "tokens_per_minute": (1, 1_000_000_000),
    "price_in": (0, 1_000_000),
    "price_out": (0, 1_000_000),
    "timeout_seconds": (0.1, 3_600),
    "max_retries": (0, 50),
    "backoff_seconds": (0.001, 60),
}
"""Field → smallest and largest value."""


def endpoint_problems(entry: ModelEntry) -> Iterator[str]:
    """What does not fit in an endpoint's entry whose fields have the right types."""
    yield from (f"an endpoint has no {field}" for field in WEIGHT_FIELDS if getattr(entry, field))
    yield from address_problems(entry.source)
    if entry.endpoint is None:
        yield "the table endpoint is missing, with served_as at least"
        return
    yield from _key_problems(entry.endpoint)
    yield from _limit_problems(entry.endpoint)


def address_problems(address: str) -> Iterator[str]:
    """What does not fit in an endpoint's address, as far as its spelling shows."""
    parts = split_address(address)
    if parts is None:
        yield f'source "{_without_userinfo(address)}" is not the address of an endpoint'
        return
    if parts.scheme not in {"http", "https"}:
        yield "source does not start with https:// or http://"
    if "@" in parts.netloc:
        yield "source names a user or a password; name the key with api_key_env instead"
    if parts.query or parts.fragment:
        yield "source goes on after its path; leave out what follows ? or #"


def split_address(address: str) -> SplitResult | None:
    """Take an address apart; None if it has no host, a port out of range or odd characters."""
    if not address.isascii() or any(c.isspace() or not c.isprintable() for c in address):
        return None
    try:
        parts = urlsplit(address)
        sound = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if sound else None


def _without_userinfo(address: str) -> str:
    return re.sub(r"//[^/]*@", "//", address)[:200]


def _key_problems(endpoint: Endpoint) -> Iterator[str]:
    if not endpoint.served_as.strip():
        yield "endpoint.served_as is empty"
    if endpoint.api_key_env is not None and not VARIABLE.fullmatch(endpoint.api_key_env):
        # What stands there may be a key, so it is not repeated.
        yield "endpoint.api_key_env is not the name of an environment variable"
    if endpoint.api_key_keyring is not None:
        service, _, user = endpoint.api_key_keyring.partition("/")
        if not (service and user):
            yield "endpoint.api_key_keyring is not of the form service/user"
        if endpoint.api_key_env is not None:
            yield "endpoint names two places for its key; keep one"


def _limit_problems(endpoint: Endpoint) -> Iterator[str]:
    for field, (low, high) in LIMITS.items():
        value = getattr(endpoint, field)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            yield f"endpoint.{field} is outside {low:g} to {high:,g}"
    if (endpoint.price_in is None) != (endpoint.price_out is None):
        yield "endpoint names one of price_in and price_out; name both or neither"
    if not re.fullmatch(r"[A-Z]{3}", endpoint.currency):
        yield "endpoint.currency is not three capital letters"
