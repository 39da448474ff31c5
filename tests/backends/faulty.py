"""A small endpoint of our own that misbehaves on request, at fixed, seeded rates."""

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from workbench.records import Endpoint, ModelEntry

FAULTS = ("429", "500", "slow", "cut", "drop", "twice", "late")
WORDS = ("stone", "river", "lamp", "seven", "harvest", "quiet", "ladder", "salt")


class Scripted(NamedTuple):
    """What the server sends instead of an answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = {"Content-Type": "application/json"}  # noqa: RUF012


Script = Callable[[str, dict[str, Any], dict[str, str]], Scripted | dict[str, Any] | None]


def chat(text, reason="stop", **more):
    """A chat answer as an endpoint writes it."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "served-1",
        "system_fingerprint": "fp-1",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8},
        **more,
    }


class FakeEndpoint(ThreadingHTTPServer):
    """Answers like a model whose words follow from prompt and seed; counts what it was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *, rate=0.0, seed=1, slow=0.4, script: Script | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rate, self.seed, self.slow, self.script = rate, seed, slow, script
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.faults: Counter[str] = Counter()
        self.hosts: list[str] = []
        self.headers_seen: list[dict[str, str]] = []
        self._tries: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def fault(self, content: bytes) -> str:
        """Which fault this try of this request gets; the same in every run, whatever the order."""
        with self._lock:
            self._tries[content] += 1
            number = self._tries[content]
        digest = hashlib.sha256(f"{self.seed}/{number}/".encode() + content).digest()
        dice = random.Random(digest)
        chosen = dice.choice(FAULTS) if dice.random() < self.rate else ""
        with self._lock:
            self.faults[chosen] += 1
        return chosen

    def handle_error(self, *_):
        """A client that went away is part of the test."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeEndpoint

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        asked, server = json.loads(content), self.server
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.asked.append((self.path, asked))
        server.headers_seen.append(headers)
        said = server.script(self.path, asked, headers) if server.script else None
        if said is None:
            said = answer(self.path, asked)
        if isinstance(said, dict):
            said = Scripted(json.dumps(said).encode())
        self._misbehave(server.fault(content), said)

    def _misbehave(self, fault: str, said: Scripted) -> None:
        match fault:
            case "429":
                self._send(
                    Scripted(b'{"error": {"message": "slow down"}}', 429), retry_after="0.01"
                )
            case "500":
                self._send(Scripted(b'{"error": {"message": "oops"}}', 500))
            case "slow":
                time.sleep(self.server.slow)
                self._send(said)
            case "cut":
                self._send(said, cut=True)
            case "drop":
                self.close_connection = True
                self.connection.close()
            case "twice":
                self._send(said)
                self._send(said)
            case "late":
                time.sleep(0.05)
                self._send(said)
            case _:
                self._send(said)

    def _send(self, said: Scripted, *, cut=False, retry_after="") -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body[: len(said.body) // 2] if cut else said.body)
        self.wfile.flush()
        if cut:
            self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


def answer(path, asked):
    """What the model behind the endpoint says."""
    raw = path.endswith("/completions") and not path.endswith("/chat/completions")
    prompt = asked["prompt"] if raw else asked["messages"][0]["content"]
    count = min(asked.get("max_tokens", 4), 4)
    dice = random.Random(f"{prompt}/{asked.get('seed')}")
    said = [chat(" ".join(dice.choice(WORDS) for _ in range(count)), "stop")["choices"][0]]
    if asked.get("n", 1) > 1:
        said *= asked["n"]
    if raw:
        said = [_raw_choice(prompt, asked)] * asked.get("n", 1)
    return chat("", choices=said)


def _raw_choice(prompt, asked):
    dice = random.Random(f"{prompt}/{asked.get('seed')}")
    choice = {"index": 0, "text": " " + dice.choice(WORDS), "finish_reason": "length"}
    if asked.get("logprobs"):
        content = [{"token": choice["text"], "logprob": -0.5, "top_logprobs": tops(prompt, asked)}]
        choice["logprobs"] = {"content": content}
    return choice


def tops(prompt, asked, most=20):
    """The most probable next tokens after a prompt, chat style, at most 20."""
    dice = random.Random(prompt)
    shares = sorted((dice.random() for _ in range(40)), reverse=True)
    k = min(asked["logprobs"], most)
    return [
        {"token": f" w{n}", "bytes": list(f" w{n}".encode()), "logprob": -2 - 0.2 * n - share / 9}
        for n, share in enumerate(shares[:k])
    ]


def entry(url, name="served", **changes):
    """An endpoint's entry with waits made for tests."""
    fields = {
        "served_as": "served-1",
        "allow_private": True,
        "timeout_seconds": 10.0,
        "backoff_seconds": 0.001,
    }
    return ModelEntry(
        name, "Served", name, "http", url, licence="none", endpoint=Endpoint(**(fields | changes))
    )
