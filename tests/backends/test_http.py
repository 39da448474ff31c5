import json
import shutil
import ssl
import subprocess
import threading
import time

import pytest

from tests.backends.faulty import FakeEndpoint, Scripted, answer, chat, entry
from workbench.backends import Budget, HttpBackend, Question
from workbench.backends.envelope import read_envelope
from workbench.backends.wire import MOST_BYTES
from workbench.errors import BackendError, BudgetSpentError


def question(number=0, repeat=0, **changes):
    fields = {
        "address": f"style/test#{number}",
        "repeat": repeat,
        "kind": "generate",
        "prompt": f"Say something about {number}",
        "template": "chat",
        "temperature": 0.8,
        "max_tokens": 4,
        "seed": 1000 * number + repeat,
    }
    return Question(**(fields | changes))


def expected(asked):
    request = {"messages": [{"content": asked.prompt}], "max_tokens": 4, "seed": asked.seed}
    return answer("/v1/chat/completions", request)["choices"][0]["message"]["content"]


def planned(said):
    """A script that answers the questions of a test so, and measurements as usual."""

    def script(path, asked, headers):
        prompt = asked["messages"][0]["content"] if "messages" in asked else asked["prompt"]
        return said if prompt.startswith("Say") else None

    return script


def ask(server, questions, budget=None, **changes):
    backend = HttpBackend(entry(server.url, **({"max_retries": 2} | changes)), budget)
    try:
        return [reply for _, reply in backend.ask(questions)]
    finally:
        backend.close()


def test_a_thousand_questions_through_faults_get_a_thousand_answers_each_once():
    with FakeEndpoint(rate=0.3, slow=1.7) as server:
        made = entry(server.url, concurrency=16, max_retries=15, timeout_seconds=1.5)
        backend = HttpBackend(made)
        wanted = [question(n, r) for n in range(250) for r in range(4)]
        seen = list(backend.ask(wanted))
        backend.close()
    assert len(seen) == len({(q.address, q.repeat) for q, _ in seen}) == 1000
    assert {reply.outcome for _, reply in seen} == {"answered"}
    assert all(reply.text == expected(q) for q, reply in seen)
    assert server.faults.total() - server.faults[""] > 300


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
def test_what_may_pass_is_asked_again_and_kept_if_it_does_not(status):
    said = Scripted(b'{"error": {"message": "busy"}}', status)
    with FakeEndpoint(script=planned(said)) as server:
        (reply,) = ask(server, [question()])
    assert (reply.outcome, reply.note) == ("failed", f'The endpoint answered {status}: "busy".')
    kept = read_envelope(reply.sent.raw)
    assert kept.attempts == (str(status),) * 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
def test_a_refusal_for_good_stops_at_once_with_two_sentences(status):
    said = Scripted(b'{"error": {"message": "not you"}}', status)
    with FakeEndpoint(script=planned(said)) as server:
        backend = HttpBackend(entry(server.url, concurrency=1))
        measured = len(server.asked)
        with pytest.raises(BackendError) as error:
            list(backend.ask([question(n) for n in range(9)]))
        assert len(server.asked) == measured + 1
    assert f'answered {status} to /chat/completions: "not you".' in error.value.what
    assert error.value.fix.endswith(".")


BAD = {
    "malformed JSON": (Scripted(b'{"choices": [{'), "not well-formed JSON"),
    "empty choices": ({"choices": []}, "holds no choice"),
    "wrong type": (Scripted(b"<p>", 200, {"Content-Type": "text/html"}), "text/html"),
    "error in a 200": ({"error": {"message": "no such thing"}}, 'answered 200: "no such thing"'),
    "invalid UTF-8": (Scripted(b'{"a": "\xff"}'), "not valid UTF-8"),
    "redirect": (Scripted(b"", 307, {"Location": "http://127.0.0.1:9/"}), "leads elsewhere"),
    "compressed": (
        Scripted(b"x", 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
        "a compressed answer",
    ),
    "50 MB": (Scripted(b" " * (50 << 20)), f"larger than {MOST_BYTES >> 20} MB"),
}


@pytest.mark.parametrize(("said", "why"), BAD.values(), ids=BAD)
def test_what_is_no_answer_is_a_failed_reply_with_its_reason(said, why):
    with FakeEndpoint(script=planned(said)) as server:
        (reply,) = ask(server, [question()])
    assert (reply.outcome, reply.text) == ("failed", None)
    assert why in reply.note


def test_a_busy_word_inside_a_200_is_asked_again():
    said = [{"error": {"code": 429, "message": "slow down"}}, chat("Here I am.")]

    def script(path, asked, headers):
        return said.pop(0) if "Say" in json.dumps(asked) else None

    with FakeEndpoint(script=script) as server:
        (reply,) = ask(server, [question()])
    assert reply.text == "Here I am."


def test_a_server_that_hangs_is_given_up_with_a_reason():
    def script(path, asked, headers):
        if "Say" in json.dumps(asked):
            time.sleep(0.6)

    with FakeEndpoint(script=script) as server:
        (reply,) = ask(server, [question()], timeout_seconds=0.2, max_retries=1)
    assert reply.note == "No answer in time, after 2 attempts."
    assert reply.sent.raw is None


def test_an_endpoint_that_went_down_stops_the_run():
    said = Scripted(b"{}", 503)
    with FakeEndpoint(script=planned(said)) as server:
        backend = HttpBackend(entry(server.url, max_retries=0, concurrency=2))
        seen = []
        with pytest.raises(BackendError, match="25 questions in a row without an answer"):
            seen.extend(reply for _, reply in backend.ask([question(n) for n in range(90)]))
    assert len(seen) < 30


def test_an_exchange_is_kept_with_what_was_asked_and_without_a_header():
    with FakeEndpoint() as server:
        (reply,) = ask(server, [question(7, seed=(1 << 40) + 5)])
    kept = read_envelope(reply.sent.raw)
    assert kept.request == {
        "model": "served-1",
        "messages": [{"role": "user", "content": "Say something about 7"}],
        "temperature": 0.8,
        "top_p": 1.0,
        "max_tokens": 4,
        "seed": 5,
    }
    assert (kept.path, kept.status, kept.attempts) == ("/chat/completions", 200, ("200",))
    assert b"uthorization" not in reply.sent.raw


def test_the_host_is_called_by_its_name_and_reached_at_the_address_checked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FakeEndpoint() as server:
        made = entry(f"http://models.example:{server.server_port}/v1")
        backend = HttpBackend(made, resolver=lambda *_: ["127.0.0.1"])
        assert [reply.outcome for _, reply in backend.ask([question()])] == ["answered"]
        hosts = {headers["host"] for headers in server.headers_seen}
    assert hosts == {f"models.example:{server.server_port}"}


@pytest.fixture
def impostor(tmp_path):
    """A TLS server whose certificate nobody vouches for; it notes the names it is called by."""
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x"]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", *options, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server, names = FakeEndpoint(), []
    context.sni_callback = lambda _, name, __: names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with server:
        yield server, names


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_certificate_is_checked_for_the_name_and_not_for_the_address(impostor, monkeypatch):
    monkeypatch.setenv("SERVED_KEY", "sk-CANARY-0001")
    server, names = impostor
    made = entry(
        f"https://models.example:{server.server_port}/v1", api_key_env="SERVED_KEY", max_retries=0
    )
    with pytest.raises(BackendError, match="certificate does not vouch for its name"):
        HttpBackend(made, resolver=lambda *_: ["127.0.0.1"])
    assert set(names) == {"models.example"}
    assert server.headers_seen == []


def test_what_an_endpoint_offers_is_measured():
    with FakeEndpoint() as server:
        backend = HttpBackend(entry(server.url))
        traits = backend.capabilities.endpoint
    assert (traits.chat, traits.completions, traits.echo) == (True, True, False)
    assert (traits.completions_top_k, traits.chat_top_k) == (20, 0)
    assert (traits.seed_honoured, traits.several) == (True, True)
    assert (traits.answered_as, traits.system_fingerprint) == ("served-1", "fp-1")
    assert (backend.weights_digest, backend.tokenizer_digest) == (None, None)


def test_fields_that_an_endpoint_refuses_are_never_sent():
    def script(path, asked, headers):
        for field in ("seed", "max_tokens"):
            if field in asked:
                message = f"{field} is not supported, use max_completion_tokens"
                return Scripted(json.dumps({"error": {"message": message}}).encode(), 400)
        return None

    with FakeEndpoint(script=script) as server:
        backend = HttpBackend(entry(server.url))
        (reply,) = [reply for _, reply in backend.ask([question()])]
        sent = server.asked[-1][1]
    traits = backend.capabilities.endpoint
    assert (traits.refused, traits.length_field) == (("seed",), "max_completion_tokens")
    assert "seed" not in sent
    assert sent["max_completion_tokens"] == 4
    assert reply.outcome == "answered"


def test_an_endpoint_that_takes_no_temperature_cannot_be_asked_as_planned():
    def script(path, asked, headers):
        return Scripted(b'{"error": {"message": "no"}}', 400) if "temperature" in asked else None

    with FakeEndpoint(script=script) as server:
        (reply,) = ask(server, [question()])
    assert reply.note == "The endpoint takes no temperature, so it cannot be asked as planned."


def test_a_seed_that_is_ignored_is_noticed():
    count = iter(range(1000))

    def script(path, asked, headers):
        return chat(f"word {next(count)}") if "messages" in asked else None

    with FakeEndpoint(script=script) as server:
        assert HttpBackend(entry(server.url)).capabilities.endpoint.seed_honoured is False


def test_an_endpoint_that_knows_no_such_model_says_what_to_do():
    said = Scripted(b'{"error": {"message": "no model"}}', 404)
    with FakeEndpoint(script=lambda *_: said) as server, pytest.raises(BackendError) as error:
        HttpBackend(entry(server.url))
    assert "answers neither /chat/completions nor /completions" in error.value.what
    assert "served_as" in error.value.fix


def test_a_key_that_is_not_accepted_is_named_at_once(monkeypatch):
    monkeypatch.setenv("SERVED_KEY", "sk-CANARY-0001")
    said = Scripted(b'{"error": {"message": "Incorrect key sk-CANARY-0001"}}', 401)
    with FakeEndpoint(script=lambda *_: said) as server, pytest.raises(BackendError) as error:
        HttpBackend(entry(server.url, api_key_env="SERVED_KEY"))
    assert "answered 401" in error.value.what
    assert "CANARY" not in str(error.value)


def test_next_tokens_are_read_where_log_probabilities_are_given():
    with FakeEndpoint() as server:
        (reply,) = ask(server, [question(kind="next_token", template="raw", prompt="Say it")])
    (top,) = reply.top
    assert (reply.outcome, reply.text, top.offset, len(top.tokens)) == ("answered", None, 6, 20)


def test_passages_fail_with_their_reason_where_nothing_is_echoed():
    with FakeEndpoint() as server:
        measured = len(server.asked)
        (reply,) = ask(server, [question(kind="passage", template="raw")])
        assert not any(body.get("echo") for _, body in server.asked[measured + 15 :])
    assert reply.note == "The endpoint gives no log-probabilities of the prompt's own tokens."


def test_a_budget_stops_cleanly_and_every_answer_it_bought_is_kept():
    with FakeEndpoint() as server:
        budget = Budget(queries=40)
        backend = HttpBackend(entry(server.url, concurrency=3), budget)
        left, seen = 40 - budget.sent, []
        with pytest.raises(BudgetSpentError):
            seen.extend(backend.ask([question(n) for n in range(60)]))
        seen += backend.ask(())
    assert len(server.asked) == 40
    assert len(seen) == left > 10


def test_replies_that_had_arrived_when_asking_was_cut_short_are_handed_out():
    with FakeEndpoint() as server:
        backend = HttpBackend(entry(server.url, concurrency=4))
        asking = backend.ask([question(n) for n in range(12)])
        first = next(asking)
        while backend._arrived.qsize() < 11:
            time.sleep(0.01)
        asking.close()
        left = list(backend.ask(()))
    assert len({q.address for q, _ in [first, *left]}) == 12


def _held(gate):
    """A server that answers question 1 only once the gate is open."""

    def script(path, asked, headers):
        if "Say something about 1" in json.dumps(asked):
            gate.wait(20)

    return FakeEndpoint(script=script)


def test_asking_that_is_told_to_stop_keeps_what_was_under_way_and_sends_nothing_new():
    gate = threading.Event()
    with _held(gate) as server:
        backend = HttpBackend(entry(server.url, concurrency=2))
        asking = backend.ask([question(0), question(1), *(question(n) for n in range(2, 40))])
        seen = [next(asking)]
        threading.Timer(0.3, gate.set).start()
        asking.close()
        seen += backend.ask(())
    assert "style/test#1" in {q.address for q, _ in seen}
    assert len(seen) < 40


def test_closing_the_backend_gives_up_what_is_under_way():
    gate = threading.Event()
    with _held(gate) as server:
        backend = HttpBackend(entry(server.url))
        asking = backend.ask([question(0), question(1)])
        next(asking)
        backend.close()
        assert not backend._crew._thread.is_alive()
        gate.set()
        asking.close()
