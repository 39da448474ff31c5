"""One endpoint over HTTP: send, read within bounds, wait, try again; never twice the same answer.

What can pass (429, 5xx, timeouts, dropped connections, cut-off bodies) is tried again with growing,
jittered waits. The first answer that came whole is the answer: nothing here ever chooses.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import stamina
import stamina.instrumentation

from workbench import __version__
from workbench.backends.address import CONNECT_SECONDS, Target
from workbench.backends.answers import content_of, error_code, usage
from workbench.backends.budget import Budget
from workbench.backends.envelope import Envelope
from workbench.backends.pace import Pace, retry_after
from workbench.backends.redact import Redactor
from workbench.backends.shapes import UnreadableError
from workbench.digest import canonical
from workbench.models.prices import price
from workbench.records import Endpoint

MOST_BYTES = 8 << 20
"""Longest body that is read; an answer of 4,096 tokens with 64 alternatives each is far shorter."""
PASSING = frozenset({408, 409, 425, 429})
UNREADABLE_TRIES = 3
"""Whole bodies that are no JSON are asked for again so often: each may have been billed."""
LONGEST_BACKOFF = 60
"""In first waits."""

stamina.instrumentation.set_on_retry_hooks(())  # the attempts stand in the envelope, not in a log


class PassingError(Exception):
    """An attempt that failed in a way that may pass."""

    def __init__(self, word: str, wait: float | None = None, seen: Envelope | None = None) -> None:
        """Keep what happened, what the server asks to wait, and what it sent."""
        super().__init__(word)
        self.word, self.wait, self.seen = word, wait, seen


class LostError(Exception):
    """No answer came, after every attempt; the message says why, as a sentence."""


class Wire:
    """Sends requests to one endpoint."""

    def __init__(
        self, endpoint: Endpoint, target: Target, key: str | None, budget: Budget | None = None
    ) -> None:
        """Take the endpoint's limits, its checked address, its key and the budget."""
        self._endpoint, self._target = endpoint, target
        self._redactor = Redactor(key)
        self._headers = _headers(target, key)
        self._pace = Pace(endpoint.requests_per_minute, endpoint.tokens_per_minute)
        self.budget = budget or Budget()
        self._client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep connections open inside this context, in its event loop."""
        most = self._endpoint.concurrency
        async with httpx.AsyncClient(
            headers=self._headers,
            timeout=httpx.Timeout(self._endpoint.timeout_seconds, connect=CONNECT_SECONDS),
            # A connection of its own for each request: on one that is used again, an answer that
            # a server sends twice would be taken for the answer to the next question.
            limits=httpx.Limits(max_connections=most, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        ) as client:
            self._client = client
            yield

    async def exchange(
        self, path: str, request: Mapping[str, Any], tokens_in: int, tokens_out: int
    ) -> Envelope:
        """Ask once, with the retries that make sense.

        Args:
            path: Route under the endpoint's address.
            request: The JSON to send.
            tokens_in: Tokens of the prompt, at most.
            tokens_out: Tokens of the answer, at most.

        Returns:
            What came back last: an answer, a refusal, or a failure that did not pass.

        Raises:
            LostError: If no whole answer came.
            BudgetSpentError: If the budget does not allow another request.
        """
        attempts: list[str] = []
        most = price(self._endpoint, tokens_in, tokens_out)
        try:
            async for attempt in self._tries():
                with attempt:
                    delay = self._pace.delay(tokens_in + tokens_out, time.monotonic())
                    await asyncio.sleep(delay)
                    return await self._attempt(path, request, most, attempts)
        except PassingError as error:
            if error.seen is None:
                raise LostError(_lost(error.word, len(attempts))) from None
            return error.seen
        raise AssertionError("a retry context ends by returning or raising")

    def _tries(self) -> AsyncIterator[stamina.Attempt]:
        first = self._endpoint.backoff_seconds
        return stamina.retry_context(
            on=self._wait_for,
            attempts=self._endpoint.max_retries + 1,
            timeout=None,
            wait_initial=first,
            wait_max=LONGEST_BACKOFF * first,
            wait_jitter=first,
        ).__aiter__()

    def _wait_for(self, error: Exception) -> bool | float:
        if not isinstance(error, PassingError):
            return False
        if error.wait is None:
            return True
        self._pace.hold(error.wait, time.monotonic())
        return error.wait

    async def _attempt(
        self, path: str, request: Mapping[str, Any], most: float | None, attempts: list[str]
    ) -> Envelope:
        self.budget.reserve(most)
        try:
            async with asyncio.timeout(self._endpoint.timeout_seconds):
                response, body = await self._sent(path, request)
        except (TimeoutError, httpx.TimeoutException):
            attempts.append("no answer in time")
            raise PassingError(attempts[-1]) from None
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise LostError("The endpoint's certificate does not vouch for its name.") from None
            attempts.append("connection dropped")
            raise PassingError(attempts[-1]) from None
        attempts.append(str(response.status_code))
        body, redacted = self._redactor.body(body)
        kind = self._redactor.text(response.headers.get("content-type", ""))[0]
        seen = Envelope(
            path=path,
            request=request,
            status=response.status_code,
            content_type=kind.partition(";")[0].strip().lower()[:100],
            body=body,
            redacted=redacted,
            attempts=tuple(attempts),
        )
        self._judge(seen, response.headers.get("retry-after"), attempts, most)
        return seen

    async def _sent(self, path: str, request: Mapping[str, Any]) -> tuple[httpx.Response, bytes]:
        if self._client is None:
            raise RuntimeError("the wire is not open")
        message = self._client.build_request(
            "POST",
            self._target.base + path,
            content=canonical(dict(request)),
            extensions={"sni_hostname": self._target.host},
        )
        response = await self._client.send(message, stream=True)
        try:
            return response, await _bounded(response)
        finally:
            await response.aclose()

    def _judge(
        self, seen: Envelope, wait: str | None, attempts: list[str], most: float | None
    ) -> None:
        """Settle what it cost, and raise what may pass."""
        if seen.status in PASSING or seen.status >= 500:
            self.budget.settle(most, 0.0 if seen.status in PASSING else None)
            raise PassingError(str(seen.status), retry_after(wait, _now), seen)
        if seen.status != 200:
            self.budget.settle(most, 0.0)
            return
        try:
            content = content_of(seen)
        except UnreadableError:
            attempts[-1] = "unreadable"
            if attempts.count("unreadable") < UNREADABLE_TRIES:
                raise PassingError("unreadable", None, seen) from None
            return
        code = error_code(content)
        if code is not None and (code in PASSING or code >= 500):
            raise PassingError(str(code), retry_after(wait, _now), seen)
        counted = [usage(content, name) for name in ("prompt_tokens", "completion_tokens")]
        self.budget.settle(most, price(self._endpoint, *counted))


def _headers(target: Target, key: str | None) -> dict[str, str]:
    headers = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": f"model-workbench/{__version__}",
    }
    return headers | ({"Authorization": f"Bearer {key}"} if key else {})


async def _bounded(response: httpx.Response) -> bytes:
    """Read a body as it came, up to a limit; a compressed one could be of any size."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise LostError("The endpoint sent a compressed answer, which it was told not to.")
    parts, length = [], 0
    async for part in response.aiter_raw():
        parts.append(part)
        length += len(part)
        if length > MOST_BYTES:
            raise LostError(
                f"The endpoint's answer is larger than {MOST_BYTES >> 20} MB; reading was stopped."
            )
    return b"".join(parts)


def _lost(word: str, attempts: int) -> str:
    what = "Connection dropped" if word == "connection dropped" else "No answer in time"
    return f"{what}, after {attempts} {'attempt' if attempts == 1 else 'attempts'}."


def _now() -> datetime:
    return datetime.now(UTC)
