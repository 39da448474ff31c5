"""What an endpoint offers, found out by asking: servers ignore options without a word.

Each option is tried with a request of one token (the seed with a few more) and believed only where
the answer shows it: `echo` where the prompt comes back, two answers where two come, a seed where it
gives the same answer twice and another seed another one.
"""

from typing import Any

from workbench.backends.answers import (
    TOO_LONG,
    content_of,
    error_codes,
    error_words,
    reply_from,
)
from workbench.backends.base import Sent
from workbench.backends.envelope import Envelope
from workbench.backends.requests import CHAT, RAW
from workbench.backends.shapes import UnreadableError, token_chances
from workbench.backends.wire import LostError, Wire
from workbench.errors import BackendError
from workbench.models.prices import most_tokens
from workbench.records import EndpointTraits, ModelEntry

PROMPT = "One, two, three, four"
SEED_PROMPT = "Write some words, any words that come to mind."
SEED_TOKENS = 16
SAME_LOGPROB = 0.05
"""Nats; temperature 0 moves a distribution by far more where a server applies it first."""
LADDER = (64, 20, 5, 1)
"""Alternatives asked for, until one is answered: hosted services stop at 20 or 5."""
OPTIONS: dict[str, Any] = {"temperature": 1.0, "top_p": 1.0, "seed": 1}
DICE: tuple[dict[str, Any], ...] = (
    {"temperature": 0.0},
    {"temperature": 1.0, "seed": 1},
    {"temperature": 1.0, "seed": 2},
)
"""Ways to ask for a next token. llama.cpp shows no distribution beside an end of text, nor, in a
chat, beside a token that is part of a character: another token may be drawn."""
FATAL = frozenset({400, 401, 402, 403, 404, 405, 422})
REFUSED_OPTION = frozenset({400, 422})

Chances = dict[tuple[str, str | None, int | None], float]
"""Token → its log-probability."""


async def measure(wire: Wire, entry: ModelEntry) -> EndpointTraits:
    """Find out what an endpoint offers, in about 15 requests.

    Raises:
        BackendError: If it refuses the key, does not know the model, or answers neither route.
    """
    return await _Measuring(wire, entry).traits()


def fatal(entry: ModelEntry, exchange: Envelope) -> BackendError | None:
    """The error that ends a run, where asking on would only repeat it."""
    if exchange.status not in FATAL:
        return None
    words, codes = _words(exchange)
    if TOO_LONG & codes or "content_filter" in codes:
        return None  # about this one prompt
    status, said = exchange.status, f': "{words}"' if words else ""
    fixes = {
        401: "Check the key that its entry names; it is not accepted.",
        402: "Check the account that the key belongs to.",
        403: "Check what the key is allowed to do, and whether this machine may ask.",
        404: "Check served_as and the end of source, which is often /v1, in models.toml.",
    }
    return BackendError(
        f"The endpoint of {entry.name} answered {status} to {exchange.path}{said}.",
        fix=fixes.get(status, "Check its table in models.toml; what is recorded so far is kept."),
    )


def _words(exchange: Envelope) -> tuple[str, set[str]]:
    try:
        content = content_of(exchange)
    except UnreadableError:
        return "", set()
    return error_words(content)[1], error_codes(content)


class _Measuring:
    """Asks, and gathers what came back."""

    def __init__(self, wire: Wire, entry: ModelEntry) -> None:
        if entry.endpoint is None:
            raise ValueError("not an endpoint")
        self._wire, self._entry, self._served_as = wire, entry, entry.endpoint.served_as
        self._remarks: list[str] = []
        self._length_field = "max_tokens"
        self._first: Sent | None = None
        self._refused: tuple[str, ...] = ()

    async def traits(self) -> EndpointTraits:
        chat = await self._route(CHAT)
        completions = await self._route(RAW)
        if self._first is None:
            raise self._neither()
        main = CHAT if chat else RAW
        self._refused = await self._refused_options(main)
        return EndpointTraits(
            chat=chat,
            completions=completions,
            chat_top_k=await self._top_k(CHAT) if chat else 0,
            completions_top_k=(raw_k := await self._top_k(RAW) if completions else 0),
            reading_temperature=await self._reading(raw_k) if raw_k else 1.0,
            echo=completions and await self._echo(),
            several=await self._several(main),
            seed_honoured=None if "seed" in self._refused else await self._seed(main),
            length_field=self._length_field,
            answered_as=self._first.answered_as,
            system_fingerprint=self._first.system_fingerprint,
            refused=self._refused,
            remarks=tuple(dict.fromkeys(self._remarks)),
        )

    async def _ask(self, path: str, prompt: str = PROMPT, **options: Any) -> Envelope | None:  # noqa: ANN401
        """One answer of one token, or more where `length` says so; None if none came."""
        length = options.pop("length", 1)
        request = {"model": self._served_as, self._length_field: length, **options}
        chat = [{"role": "user", "content": prompt}]
        request |= {"messages": chat} if path == CHAT else {"prompt": prompt}
        try:
            exchange = await self._wire.exchange(path, request, most_tokens(prompt), length)
        except LostError as error:
            self._remark(path, str(error).rstrip("."))
            return None
        refusal = fatal(self._entry, exchange) if exchange.status in {401, 402, 403} else None
        if refusal is not None:
            raise refusal
        if exchange.status != 200:
            self._remark(path, f"{exchange.status} {_words(exchange)[0]}".strip())
        return exchange

    def _remark(self, path: str, words: str) -> None:
        self._remarks.append(f"{path}: {words}")

    async def _route(self, path: str) -> bool:
        """Whether a route answers at all, under one of the two names of the longest answer."""
        for name in dict.fromkeys((self._length_field, "max_completion_tokens")):
            self._length_field, before = name, self._length_field
            exchange = await self._ask(path)
            if exchange is not None and exchange.status == 200:
                reply = reply_from(exchange, "generate", PROMPT)
                if reply.outcome != "failed":
                    self._first = self._first or reply.sent or Sent(None)
                    return True
                self._remark(path, (reply.note or "").rstrip("."))
            self._length_field = before
            if exchange is None or "max_completion_tokens" not in _words(exchange)[0]:
                return False
        return False

    def _neither(self) -> BackendError:
        said = "; ".join(dict.fromkeys(self._remarks))
        return BackendError(
            f"The endpoint of {self._entry.name} answers neither {CHAT} nor {RAW} ({said}).",
            fix="Check served_as and the end of source, which is often /v1, in models.toml.",
        )

    async def _refused_options(self, path: str) -> tuple[str, ...]:
        if not await self._refuses(path, OPTIONS):
            return ()
        each = [name for name in OPTIONS if await self._refuses(path, {name: OPTIONS[name]})]
        return tuple(each)

    async def _refuses(self, path: str, options: dict[str, Any]) -> bool:
        exchange = await self._ask(path, PROMPT, **options)
        return exchange is not None and exchange.status in REFUSED_OPTION

    async def _top_k(self, path: str) -> int:
        """Alternatives beside a token, as many as came for the largest number that was answered."""
        for k in LADDER:
            options = {"logprobs": True, "top_logprobs": k} if path == CHAT else {"logprobs": k}
            for dice in DICE:
                found = await self._alternatives(path, **options, **dice)
                if found:
                    return len(found)
                if found is None:  # refused, or no answer: a smaller number may do
                    break
            if found is not None:
                return 0  # answered three times without: the option is ignored
        return 0

    async def _alternatives(self, path: str, **options: Any) -> Chances | None:  # noqa: ANN401
        """The next tokens after the prompt, possibly none; None where nothing was answered."""
        kept = {name: value for name, value in options.items() if name not in self._refused}
        choices = _choices(await self._ask(path, PROMPT, **kept))
        try:
            tokens = token_chances(choices[0]) if choices else []
        except ValueError as error:
            self._remark(path, str(error))
            return {}
        found = tokens[0].alternatives if tokens else ()
        # By bytes and number too: the text of half a character says little.
        named = {(t.text, t.spelled, t.id): t.logprob for t in found if t.logprob is not None}
        return named if choices else None

    async def _reading(self, k: int) -> float:
        """0 if distributions read at temperatures 0 and 1 are the same, otherwise 1."""
        cold = await self._alternatives(RAW, logprobs=k, **DICE[0]) or {}
        for dice in DICE[1:]:
            warm = await self._alternatives(RAW, logprobs=k, **dice) or {}
            shared = cold.keys() & warm.keys()
            if shared:
                worst = max(abs(cold[token] - warm[token]) for token in shared)
                return 0.0 if worst < SAME_LOGPROB else 1.0
        return 1.0

    async def _echo(self) -> bool:
        exchange = await self._ask(RAW, echo=True, logprobs=1)
        if exchange is None or exchange.status != 200:
            return False
        return reply_from(exchange, "passage", PROMPT).outcome == "answered"

    async def _several(self, path: str) -> bool:
        return len(_choices(await self._ask(path, n=2))) == 2

    async def _seed(self, path: str) -> bool | None:
        texts = []
        for seed in (11, 11, 12):
            exchange = await self._ask(
                path, SEED_PROMPT, temperature=1.0, length=SEED_TOKENS, seed=seed
            )
            reply = reply_from(exchange, "generate", "") if exchange else None
            if reply is None or reply.outcome == "failed":
                return None
            texts.append(reply.text or "")
        first, again, other = texts
        if first != again:
            return False
        return True if other != first else None


def _choices(exchange: Envelope | None) -> list[dict[str, Any]]:
    if exchange is None or exchange.status != 200:
        return []
    try:
        found = content_of(exchange).get("choices")
    except UnreadableError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
