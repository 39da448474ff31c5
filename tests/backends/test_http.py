from tests.backends.faulty import FakeEndpoint, entry
from workbench.backends import HttpBackend, Question


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


def test_a_thousand_questions_through_faults_get_a_thousand_answers_each_once():
    with FakeEndpoint(rate=0.3, slow=0.5) as server:
        made = entry(server.url, concurrency=16, max_retries=15, timeout_seconds=0.3)
        backend = HttpBackend(made)
        wanted = [question(n, r) for n in range(250) for r in range(4)]
        seen = [(q.address, q.repeat, r.outcome, r.note) for q, r in backend.ask(wanted)]
        backend.close()
    assert len(seen) == len({(address, repeat) for address, repeat, _, _ in seen}) == 1000
    assert {outcome for _, _, outcome, _ in seen} == {"answered"}
    assert server.faults.total() > 1300
