"""When the next request may be sent: limits per minute, and waits that a server asks for."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 300.0
"""Seconds; a server that asks for more is asked again after this long."""


class Pace:
    """Spaces requests evenly, so that no minute holds more than its share."""

    def __init__(self, requests: int | None, tokens: int | None) -> None:
        """Set limits per minute; None for none."""
        self._requests, self._tokens = requests, tokens
        self._next = 0.0

    def delay(self, tokens: int, now: float) -> float:
        """Give the next request its turn.

        Args:
            tokens: Prompt and answer together, at most.
            now: Seconds of a clock that only goes forward.

        Returns:
            Seconds to wait before sending, 0 or more.
        """
        start = max(now, self._next)
        shares = [60.0 / self._requests] if self._requests else []
        shares += [60.0 * tokens / self._tokens] if self._tokens else []
        self._next = start + max(shares, default=0.0)
        return start - now

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing for so long: one request was told to wait, so all are."""
        self._next = max(self._next, now + seconds)


def retry_after(value: str | None, now: Callable[[], datetime]) -> float | None:
    """Seconds that a `Retry-After` header asks to wait.

    Args:
        value: Seconds or an HTTP date; None where the header is missing.
        now: Tells the time, timezone-aware.

    Returns:
        From 0 to `LONGEST_WAIT`; None where the header is missing or neither.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now()).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None  # noqa: PLR0124
