import pytest
import torch

from tests.tiny import save_tiny_model
from workbench.backends import LocalBackend, Question, generation
from workbench.device import choose_device
from workbench.records import ModelEntry

ENTRY = ModelEntry("tiny", "Tiny", "tiny", "local", "folder:made", "safetensors")
PROMPTS = ("Hello", "A letter to the old town, please: come soon and be well", "One, two", "Red?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


def generate(number, repeat=0, **changes):
    fields = {
        "address": f"style/test#{number}",
        "repeat": repeat,
        "kind": "generate",
        "prompt": PROMPTS[number % len(PROMPTS)],
        "template": "chat" if number % 2 else "raw",
        "temperature": 0.9,
        "max_tokens": 12,
        "seed": 1000 * number + repeat,
    }
    return Question(**(fields | changes))


def read(number, kind="passage", **changes):
    return generate(number, kind=kind, template="raw", **changes)


def replies(folder, questions, batch=16):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"), batch=batch)
    return {(q.address, q.repeat, q.kind): reply for q, reply in backend.ask(questions)}


MANY = [generate(n, r) for n in range(4) for r in range(6)] + [read(1), read(3, "next_token")]


@pytest.mark.parametrize("batch", [1, 3, 24])
def test_answers_do_not_depend_on_the_batch_size(folder, batch):
    seen, again = replies(folder, MANY, batch=7), replies(folder, MANY, batch=batch)
    assert {k: r.text for k, r in seen.items()} == {k: r.text for k, r in again.items()}
    for key, reply in seen.items():
        if reply.logprobs is not None:
            assert torch.equal(reply.logprobs, again[key].logprobs)


def test_near_ties_are_read_from_the_row_alone(folder, monkeypatch):
    usual = replies(folder, MANY)
    monkeypatch.setattr(generation, "NEAR_TIE", 1e9)  # every token is computed alone
    alone = replies(folder, MANY)
    assert {k: r.text for k, r in usual.items()} == {k: r.text for k, r in alone.items()}


def test_rounding_in_a_batch_changes_no_answer(folder, monkeypatch):
    """Rounding a thousand times larger than the real one, and a margin as much larger."""
    usual = replies(folder, MANY)
    exact, dice = generation.Writer._forward, torch.Generator().manual_seed(1)

    def rounded(self, ids, mask, cache):
        logits = exact(self, ids, mask, cache)
        return logits + 0.2 * (torch.rand(logits.shape, generator=dice) - 0.5)

    monkeypatch.setattr(generation.Writer, "_forward", rounded)
    monkeypatch.setattr(generation, "NEAR_TIE", 0.5)
    again = replies(folder, MANY)
    assert {k: r.text for k, r in usual.items()} == {k: r.text for k, r in again.items()}


def test_another_seed_gives_other_answers(folder):
    first = replies(folder, [generate(0, seed=1)])
    second = replies(folder, [generate(0, seed=2)])
    assert [r.text for r in first.values()] != [r.text for r in second.values()]


def test_every_question_gets_exactly_one_reply(folder):
    assert len(replies(folder, MANY)) == len(MANY)


def test_an_answer_cut_at_the_limit_is_truncated(folder):
    (reply,) = replies(folder, [generate(0, max_tokens=2)]).values()
    assert (reply.outcome, reply.token_count) == ("truncated", 2)


def test_sampling_follows_the_models_own_distribution(folder):
    draws = [generate(0, r, max_tokens=1, temperature=1.0, seed=r) for r in range(3000)]
    seen = replies(folder, draws, batch=500)
    counts = {}
    for reply in seen.values():
        counts[reply.text] = counts.get(reply.text, 0) + 1
    (whole,) = replies(folder, [read(0, "next_token")]).values()
    best, text = whole.top[0].logprobs[0], whole.top[0].tokens[0]
    expected = 3000 * torch.tensor(best).exp().item()
    assert abs(counts[text] - expected) < 4 * expected**0.5


def test_a_prompt_longer_than_the_model_reads_fails_with_its_reason(folder):
    (reply,) = replies(folder, [generate(0, prompt="wood " * 400)]).values()
    assert reply.outcome == "failed"
    assert "reads at most 256" in reply.note


def test_distributions_sum_to_one_and_know_their_place(folder):
    (reply,) = replies(folder, [read(1)]).values()
    totals = reply.logprobs.double().exp().sum(1)
    assert torch.allclose(totals, torch.ones_like(totals), atol=2e-3)
    assert len(reply.top) == len(reply.logprobs)
    assert [top.offset for top in reply.top] == sorted({top.offset for top in reply.top})
    assert reply.top[0].logprobs[0] == max(reply.logprobs[0].float()).item()


def test_weights_that_give_nan_are_a_failed_reply(folder, monkeypatch):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"))
    with torch.no_grad():
        backend._model.lm_head.weight[0] = float("nan")
    outcomes = {reply.outcome for _, reply in backend.ask([generate(0), read(1)])}
    assert outcomes == {"failed"}
