import time

import pytest
import torch

from tests.tiny import save_tiny_model, tiny_tokenizer
from workbench.backends import LocalBackend, Question, generation, reading
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


OUT_OF_MEMORY = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
)


def short_of_memory(monkeypatch, error, fits):
    """The model holds out for `fits` rows of cache at a time, and only after some tokens."""
    exact, sizes = generation.Writer._forward, []

    def forward(self, ids, mask, cache):
        sizes.append(len(mask))
        if len(mask) > fits and mask.shape[1] > 12:
            raise error
        return exact(self, ids, mask, cache)

    monkeypatch.setattr(generation.Writer, "_forward", forward)
    return sizes


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
def test_memory_that_runs_out_halves_the_batch_and_changes_no_answer(folder, monkeypatch, error):
    usual = replies(folder, MANY, batch=24)
    sizes = short_of_memory(monkeypatch, error, fits=3)
    again = replies(folder, MANY, batch=24)
    assert max(sizes) > 3
    assert {k: (r.outcome, r.text) for k, r in again.items()} == {
        k: (r.outcome, r.text) for k, r in usual.items()
    }


def test_memory_that_ran_out_once_is_not_asked_for_again(folder, monkeypatch):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"), batch=24)
    sizes = short_of_memory(monkeypatch, OUT_OF_MEMORY[1], fits=3)
    assert len(list(backend.ask([generate(0, r) for r in range(96)]))) == 96
    assert max(sizes[-12:]) <= 3


def test_an_answer_that_does_not_fit_alone_is_a_failed_reply(folder, monkeypatch):
    short_of_memory(monkeypatch, OUT_OF_MEMORY[0], fits=0)
    seen = replies(folder, [generate(1, r) for r in range(5)])
    assert {(r.outcome, r.note) for r in seen.values()} == {
        ("failed", "The machine ran out of memory on this question alone.")
    }


def test_a_distribution_that_does_not_fit_is_a_failed_reply(folder, monkeypatch):
    def too_large(self, ids, keep, cache):
        raise OUT_OF_MEMORY[1]

    monkeypatch.setattr(reading.Reader, "_forward", too_large)
    (reply,) = replies(folder, [read(1)]).values()
    assert (reply.outcome, reply.note[:31]) == ("failed", "The machine ran out of memory o")


def test_another_error_of_the_model_is_not_taken_for_a_lack_of_memory(folder, monkeypatch):
    short_of_memory(monkeypatch, RuntimeError("shapes do not fit"), fits=0)
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        replies(folder, [generate(1)])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("question", [generate(0), read(1)], ids=["answer", "distribution"])
def test_a_number_that_is_not_finite_is_a_failed_reply(folder, question, number):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"))
    with torch.no_grad():
        backend._model.model.norm.weight[:] = number
    ((_, reply),) = backend.ask([question])
    assert reply.outcome == "failed"
    assert "not finite" in reply.note


def test_a_choice_is_read_where_the_prompt_ends(folder):
    prompt = "Question: Which?\nA. one\nB. two\nAnswer (A or B):"
    choice, token = (
        replies(folder, [read(0, kind, prompt=prompt)]).popitem()[1]
        for kind in ("choice", "next_token")
    )
    assert choice.top == token.top
    assert [top.offset for top in choice.top] == [len(prompt)]


def shapes_of(monkeypatch):
    """(rows, new columns) of every pass of the model."""
    exact, shapes = generation.Writer._forward, []

    def forward(self, ids, mask, cache):
        shapes.append(tuple(ids.shape))
        return exact(self, ids, mask, cache)

    monkeypatch.setattr(generation.Writer, "_forward", forward)
    return shapes


def test_a_finished_answer_makes_room_for_the_next_one(folder, monkeypatch):
    """Short and long answers in turns: the batch stays full until nothing waits any more."""
    shapes = shapes_of(monkeypatch)
    asked = [generate(0, r, max_tokens=24 if r % 2 else 4) for r in range(64)]
    seen = replies(folder, asked, batch=8)
    tokens = sum(reply.token_count for reply in seen.values())
    steps = [rows for rows, columns in shapes if columns == 1]
    assert max(steps) == 8
    assert sum(steps) / len(steps) > 6.5
    assert sum(steps) == tokens - len(seen)  # the first token comes from the prompt's own pass


def test_what_all_prompts_begin_with_is_read_once(folder, monkeypatch):
    head = "A letter from the old town: we are well, the weather is fine. "
    asked = [generate(1, n, prompt=f"{head}{n} {'x' * n}?") for n in range(6)]
    usual = replies(folder, asked, batch=2)
    monkeypatch.setattr(generation, "shared_tokens", lambda prompts: 0)
    plain = replies(folder, asked, batch=2)
    assert {k: r.text for k, r in usual.items()} == {k: r.text for k, r in plain.items()}
    monkeypatch.undo()
    shapes = shapes_of(monkeypatch)
    replies(folder, asked, batch=2)
    wide = [columns for _, columns in shapes if columns > 1]
    assert wide[0] > 20
    assert max(wide[1:]) < 12


def test_the_seconds_of_all_answers_add_up_to_what_they_took_together(folder):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"), batch=4)
    started = time.perf_counter()
    seconds = [reply.seconds for _, reply in backend.ask([generate(0, r) for r in range(9)])]
    took = time.perf_counter() - started
    assert min(seconds) > 0
    assert sum(seconds) <= took


def test_a_language_model_that_is_one_part_of_several_is_asked(tmp_path):
    from transformers import (
        Gemma3Config,
        Gemma3ForConditionalGeneration,
        Gemma3TextConfig,
        SiglipVisionConfig,
    )

    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    tokenizer = tiny_tokenizer()
    text = Gemma3TextConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=2,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=256,
        **sizes,
    )
    seeing = SiglipVisionConfig(num_hidden_layers=1, image_size=28, patch_size=14, **sizes)
    config = Gemma3Config(text_config=text, vision_config=seeing, mm_tokens_per_image=4)
    Gemma3ForConditionalGeneration(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    backend = LocalBackend(ENTRY, tmp_path, choose_device("cpu"))
    assert len(backend.vocabulary.tokens) == len(tokenizer)
    asked = [generate(0, 0, template="raw"), read(0, "next_token")]
    assert {reply.outcome for _, reply in backend.ask(asked)} <= {"answered", "truncated"}


@pytest.fixture(scope="module")
def windowed(tmp_path_factory):
    """A model that sees 24 tokens back."""
    from transformers import MistralConfig, MistralForCausalLM

    folder = tmp_path_factory.mktemp("models") / "windowed"
    kind = {"shape": MistralConfig, "kind": MistralForCausalLM, "sliding_window": 24}
    return save_tiny_model(folder, seed=5, **kind)


@pytest.mark.parametrize("kind", ["folder", "windowed"])
def test_greedy_answers_are_those_of_generate(kind, request):
    """Answers of many lengths come and go in a small batch; the library writes each by itself."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = request.getfixturevalue(kind)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    head = "A letter from the old town: we are well, the weather is fine. " * (kind == "windowed")
    prompts = [f"{head}{PROMPTS[n % 4]} {'wood ' * (n % 5)}{n}" for n in range(12)]
    asked = [
        generate(0, n, prompt=prompt, template="raw", temperature=0.0, max_tokens=3 + 4 * (n % 6))
        for n, prompt in enumerate(prompts)
    ]
    seen = replies(folder, asked, batch=4)
    for question in asked:
        ids = tokenizer(question.prompt, return_tensors="pt")
        with torch.inference_mode():
            written = model.generate(**ids, do_sample=False, max_new_tokens=question.max_tokens)
        answer = written[0, ids.input_ids.shape[1] :]
        expected = tokenizer.decode(answer, skip_special_tokens=True)
        found = seen[question.address, question.repeat, "generate"].text
        assert (found or "") == expected  # an answer without a visible character is none
