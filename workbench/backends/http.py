"""Any endpoint that speaks the OpenAI protocol: vLLM, llama.cpp, Ollama, TGI, hosted services.

Synchronous outside; inside, one thread runs an event loop while questions are asked. Replies wait in
a queue until they are taken, so that none is lost when the caller is interrupted.
"""

import asyncio
import contextlib
import platform
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from workbench import __version__
from workbench.backends.address import checked_target, resolve
from workbench.backends.answers import failed, reply_from
from workbench.backends.base import Question, Replies, Reply, Sent
from workbench.backends.budget import Budget
from workbench.backends.keys import read_key
from workbench.backends.measuring import fatal, measure
from workbench.backends.requests import NotAskable, Request, request_for
from workbench.backends.wire import PASSING, LostError, Wire
from workbench.errors import BackendError
from workbench.records import Capabilities, EndpointTraits, ModelEntry

MOST_LOST = 25
"""Questions in a row without an answer, after which the endpoint counts as down."""
KEY_REMOVED = "The endpoint repeated the key; it was taken out before this answer was kept."


@dataclass(frozen=True, slots=True)
class _Ended:
    """Nothing more will arrive, and why if something went wrong."""

    error: BaseException | None


class HttpBackend:
    """A model behind an endpoint."""

    def __init__(
        self,
        entry: ModelEntry,
        budget: Budget | None = None,
        *,
        resolver: Callable[[str, int], list[str]] = resolve,
    ) -> None:
        """Check the address, fetch the key, and measure what the endpoint offers.

        Args:
            entry: The model's entry, with its endpoint.
            budget: What may be sent; the measurement counts.
            resolver: Host and port → addresses.

        Raises:
            BackendError: If the endpoint cannot be asked.
            BudgetSpentError: If the budget does not even allow the measurement.
        """
        if entry.endpoint is None:
            raise BackendError(
                f"{entry.name} has no endpoint.", fix="Add its endpoint table in models.toml."
            )
        self._entry, self._endpoint = entry, entry.endpoint
        key = read_key(entry)
        target = checked_target(entry, with_key=key is not None, resolver=resolver)
        secret = key.get_secret_value() if key else None
        self._wire = Wire(entry.endpoint, target, secret, budget)
        self._traits = asyncio.run(self._measured())
        self._arrived: SimpleQueue[tuple[Question, Reply] | _Ended] = SimpleQueue()
        self._crew: _Crew | None = None

    async def _measured(self) -> EndpointTraits:
        async with self._wire.opened():
            return await measure(self._wire, self._entry)

    # --- what it says of itself -------------------------------------------------------------

    @property
    def capabilities(self) -> Capabilities:
        """Text, and so many alternatives of the next token as were measured."""
        return Capabilities(
            text=True, logits=False, top_k=self._traits.completions_top_k, endpoint=self._traits
        )

    @property
    def weights_digest(self) -> None:
        """Unknown: an endpoint shows no weights."""
        return None

    @property
    def vocabulary(self) -> str:
        """Unknown."""
        return "an endpoint shows no tokenizer"

    @property
    def tokenizer_digest(self) -> None:
        """Unknown: an endpoint shows no vocabulary."""
        return None

    @property
    def device_sentence(self) -> str:
        """Where it is asked, and that nothing more is known."""
        return (
            f"Endpoint {self._entry.source}, asked as {self._endpoint.served_as}: on what, in which "
            "precision and with which weights it runs cannot be seen."
        )

    @property
    def versions(self) -> dict[str, str]:
        """Libraries on this side that could change an answer."""
        return {
            "workbench": __version__,
            "httpx": httpx.__version__,
            "python": platform.python_version(),
        }

    # --- asking -----------------------------------------------------------------------------

    def ask(self, questions: Sequence[Question]) -> Replies:
        """Give one reply per question as they arrive; what arrived earlier comes first.

        Closed early, it lets the questions under way be answered; the next call hands those out.

        Raises:
            BackendError: If the endpoint refuses for good, after every reply that had arrived.
            BudgetSpentError: If the budget is used up, likewise.
        """
        if not questions:
            self.close()
            yield from self._left()
            return
        yield from self._left()
        asking = _Asking()
        crew = self._crew = _Crew(self._asked(questions, asking), self._arrived)
        try:
            while not isinstance(item := self._arrived.get(), _Ended):
                yield item
        except GeneratorExit:
            asking.stopped = True
            crew.wait()
            raise
        finally:
            crew.stop()
        if item.error is not None:
            raise item.error

    def _left(self) -> Iterator[tuple[Question, Reply]]:
        while True:
            try:
                item = self._arrived.get_nowait()
            except Empty:
                return
            if not isinstance(item, _Ended):
                yield item

    def close(self) -> None:
        """Give up what is under way."""
        if self._crew is not None:
            self._crew.stop()

    async def _asked(self, questions: Sequence[Question], asking: "_Asking") -> None:
        todo = iter(questions)
        async with self._wire.opened():
            workers = (self._worker(todo, asking) for _ in range(self._endpoint.concurrency))
            ends = await asyncio.gather(*workers, return_exceptions=True)
        # One error stops all; the others finished what they had under way.
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _worker(self, todo: Iterator[Question], asking: "_Asking") -> None:
        try:
            for question in todo:
                self._arrived.put((question, await self._reply(question, asking)))
                if asking.stopped:
                    return
        finally:
            asking.stopped = True

    async def _reply(self, question: Question, asking: "_Asking") -> Reply:
        wanted = request_for(question, self._endpoint, self._traits)
        if isinstance(wanted, NotAskable):
            return failed(wanted.prompt_format, wanted.reason)
        started = time.perf_counter()
        try:
            reply = await self._exchanged(question, wanted, asking)
        except LostError as error:
            asking.lose(self._entry, str(error))
            prompt_format = "chat" if "messages" in wanted.body else "raw"
            reply = failed(prompt_format, str(error))
        return replace(reply, seconds=time.perf_counter() - started)

    async def _exchanged(self, question: Question, wanted: Request, asking: "_Asking") -> Reply:
        exchange = await self._wire.exchange(
            wanted.path, wanted.body, wanted.tokens_in, wanted.tokens_out
        )
        if error := fatal(self._entry, exchange):
            raise error
        reply = reply_from(exchange, question.kind, question.prompt, question.continuation)
        if exchange.status in PASSING or exchange.status >= 500:
            asking.lose(self._entry, reply.note or "")
        else:
            asking.lost = 0
        sent = replace(reply.sent or Sent(None), raw=exchange.written())
        notes = [reply.note, KEY_REMOVED if exchange.redacted else None]
        return replace(reply, sent=sent, note=" ".join(filter(None, notes)) or None)


@dataclass(slots=True)
class _Asking:
    """How one call is going, shared by its workers."""

    stopped: bool = False
    lost: int = 0
    """Questions in a row without an answer."""

    def lose(self, entry: ModelEntry, why: str) -> None:
        """Count a question without an answer; too many in a row end the call."""
        self.lost += 1
        if self.lost >= MOST_LOST:
            raise BackendError(
                f"The endpoint of {entry.name} left {MOST_LOST} questions in a row without an "
                f"answer ({why.rstrip('.')}).",
                fix="Go on when it is up again: run the same command; what is recorded is kept.",
            )


class _Crew:
    """A thread with an event loop that asks, until it is done or told to stop."""

    def __init__(
        self,
        work: Coroutine[Any, Any, None],
        arrived: "SimpleQueue[tuple[Question, Reply] | _Ended]",
    ) -> None:
        self._arrived, self._loop = arrived, asyncio.new_event_loop()
        self._task = self._loop.create_task(work)
        self._thread = threading.Thread(target=self._run, name="endpoint", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.wait([self._task]))
        error = None if self._task.cancelled() else self._task.exception()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        self._arrived.put(_Ended(error))

    def wait(self) -> None:
        """Wait until what is under way has ended by itself."""
        self._thread.join()

    def stop(self) -> None:
        """Cancel what is under way and wait for the thread; what has arrived stays."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it ended by itself in the meantime
                self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join()
