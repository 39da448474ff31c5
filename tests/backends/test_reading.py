"""Reading given texts, against one plain pass of the model over each text by itself."""

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.backends.test_local import OUT_OF_MEMORY
from tests.tiny import save_tiny_model
from workbench.backends import LocalBackend, Question, reading
from workbench.backends.positions import kept_positions
from workbench.backends.reading import Text, batches, shared_tokens
from workbench.device import choose_device
from workbench.records import ModelEntry

ENTRY = ModelEntry("tiny", "Tiny", "tiny", "local", "folder:made", "safetensors")
HEAD = "A letter from the old town: we are well, the weather is fine. "
TEXTS = (
    "One, two, three, four, five. Red, green, blue. Yes or no?",
    "The quick brown fox runs",
    "dogs",
    "come soon and be well, the fox jumps over the lazy dog and runs into the green wood",
    "Ünïcödé «fine» 天気 weather, and then the old town again",
)
ANSWERS = (" It is fine.", " It is", " Come soon, dog.", "x", " It is fine, well and green: 天.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def backend(folder):
    return LocalBackend(ENTRY, folder, choose_device("cpu"))


@pytest.fixture(scope="module")
def plain(folder):
    """Tokens → next-token log-probabilities at each position, from one pass over them alone."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def read(ids):
        with torch.inference_mode():
            return model(torch.tensor([ids])).logits[0].double().log_softmax(1)

    return read


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder)


def passage(number, text, kind="passage", unit="u"):
    return Question(f"a/b#{number}", 0, kind, text, "raw", 1.0, 1, number, unit=unit)


def continued(number, text, prompt="Red?", template="chat", unit="u"):
    return Question(
        f"a/b#{number}",
        0,
        "reading",
        prompt,
        template,
        1.0,
        1,
        number,
        continuation=text,
        unit=unit,
    )


def replies(backend, questions):
    return {question.address: reply for question, reply in backend.ask(questions)}


def chances_of(ids, logprobs, first):
    return torch.stack([logprobs[i, ids[i + 1]] for i in range(first, len(ids) - 1)])


@pytest.mark.parametrize("head", ["", HEAD], ids=["nothing in common", "a common opening"])
def test_the_chance_of_every_token_of_a_passage_is_the_models_own(backend, plain, tokenizer, head):
    texts = [head + text for text in TEXTS]
    seen = replies(backend, [passage(n, text) for n, text in enumerate(texts)])
    for number, text in enumerate(texts):
        ids = tokenizer(text).input_ids
        found = seen[f"a/b#{number}"].likelihood.token_logprobs
        assert found.dtype == torch.float32
        expected = chances_of(ids, plain(ids), 0)
        assert torch.allclose(found.double(), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("head", ["", HEAD], ids=["nothing in common", "a common opening"])
@pytest.mark.parametrize("kind", ["passage", "next_token"])
def test_distributions_read_together_are_those_read_alone(backend, plain, tokenizer, head, kind):
    texts = [head + text for text in TEXTS]
    seen = replies(backend, [passage(n, text, kind) for n, text in enumerate(texts)])
    for number, text in enumerate(texts):
        reply, found = seen[f"a/b#{number}"], tokenizer(text, return_offsets_mapping=True)
        ends = [end for _, end in found.offset_mapping]
        whole = plain(found.input_ids)
        at = kept_positions(kind, text, ends)
        assert torch.allclose(reply.logprobs.double(), whole[at], rtol=1e-3, atol=1e-3)
        assert [ends[i] for i in at] == [top.offset for top in reply.top]


def test_the_ends_of_a_passages_tokens_spell_its_text(backend, tokenizer):
    (reply,) = replies(backend, [passage(0, TEXTS[0])]).values()
    ends = reply.likelihood.token_ends
    assert ends.dtype == torch.int32
    pieces = [
        TEXTS[0][a:b] for a, b in zip([0, *ends.tolist()], [*ends.tolist(), None], strict=True)
    ]
    assert pieces[1:-1] == tokenizer.batch_decode([[i] for i in tokenizer(TEXTS[0]).input_ids[2:]])
    assert ends[-1] == len(TEXTS[0])


def test_a_tokenizer_that_opens_every_text_gives_the_first_token_a_chance(folder, tokenizer):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"))
    from tokenizers import processors

    backend._tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    (reply,) = replies(backend, [passage(0, TEXTS[0])]).values()
    cut = tokenizer(TEXTS[0], return_offsets_mapping=True)
    assert reply.likelihood.token_ends.tolist() == [end for _, end in cut.offset_mapping]


@pytest.mark.parametrize("template", ["chat", "raw"])
def test_a_continuation_is_read_behind_the_prompt_in_the_models_own_format(
    backend, plain, tokenizer, template
):
    asked = [continued(n, text, template=template) for n, text in enumerate(ANSWERS)]
    seen = replies(backend, asked)
    shown = "<s>Red?</s><s>" if template == "chat" else "Red?"
    prompt = tokenizer(shown).input_ids
    for number, text in enumerate(ANSWERS):
        reply, ids = seen[f"a/b#{number}"], tokenizer(text).input_ids
        expected = chances_of([*prompt, *ids], plain([*prompt, *ids]), len(prompt) - 1)
        assert torch.allclose(reply.likelihood.token_logprobs.double(), expected, atol=2e-5)
        assert reply.likelihood.token_ends.tolist()[-1] == len(text)
        assert (reply.outcome, reply.text, reply.logprobs, reply.top) == (
            "answered",
            None,
            None,
            (),
        )
        assert (reply.token_count, reply.prompt_tokens) == (len(ids), len(prompt))


def test_a_likely_continuation_has_a_higher_chance_than_an_unlikely_one(backend, plain, tokenizer):
    """The sum of chances orders continuations as the model's own distribution does."""
    ranked = plain(tokenizer("Red?").input_ids)[-1].argsort(descending=True).tolist()
    words = [tokenizer.decode([token]) for token in ranked]
    words = [word for word in words if len(tokenizer(word).input_ids) == 1]
    words = [words[0], words[-1]]
    asked = [continued(n, word, template="raw") for n, word in enumerate(words)]
    seen = [r.likelihood.token_logprobs.sum().item() for r in replies(backend, asked).values()]
    assert seen[0] > seen[1]


def test_what_is_read_hangs_on_its_unit_and_on_nothing_else(backend):
    unit = [passage(n, HEAD + text) for n, text in enumerate(TEXTS)]
    other = [continued(n + 50, text, unit="other") for n, text in enumerate(ANSWERS)]
    alone, among = replies(backend, unit), replies(backend, [*other, *reversed(unit)])
    for address, reply in alone.items():
        again = among[address]
        assert torch.equal(reply.logprobs, again.logprobs)
        assert torch.equal(reply.likelihood.token_logprobs, again.likelihood.token_logprobs)


def rows_read(monkeypatch):
    """(rows, columns) of every pass."""
    exact, shapes = reading.Reader._forward, []

    def forward(self, ids, keep, cache):
        shapes.append(tuple(ids.shape))
        return exact(self, ids, keep, cache)

    monkeypatch.setattr(reading.Reader, "_forward", forward)
    return shapes


def test_tokens_in_common_are_read_once(backend, monkeypatch, tokenizer):
    shapes = rows_read(monkeypatch)
    replies(backend, [continued(n, "xyzw"[n], HEAD, template="raw") for n in range(4)])
    assert shapes[0] == (1, len(tokenizer(HEAD).input_ids))
    assert sum(rows * columns for rows, columns in shapes[1:]) == 0


def test_a_prompt_is_read_once_however_many_continuations_it_has(backend, monkeypatch, tokenizer):
    shapes = rows_read(monkeypatch)
    replies(backend, [continued(n, text, HEAD) for n, text in enumerate(ANSWERS)])
    prompt = len(tokenizer("<s>" + HEAD + "</s><s>").input_ids)
    assert shapes[0] == (1, prompt)
    longest = max(len(tokenizer(text).input_ids) for text in ANSWERS)
    assert sum(columns for _, columns in shapes[1:]) <= longest * 2


def test_few_logits_are_held_at_a_time_and_it_changes_nothing(folder, backend, monkeypatch):
    asked = [passage(n, text) for n, text in enumerate(TEXTS)]
    usual = replies(backend, asked)
    monkeypatch.setattr(reading, "LOGITS_BYTES", 3000)
    small = LocalBackend(ENTRY, folder, choose_device("cpu"))
    small._distributions._reader._logits = 3000
    sizes, exact = [], reading.Reader._forward

    def forward(self, ids, keep, cache):
        logits = exact(self, ids, keep, cache)
        sizes.append(logits.numel())
        return logits

    monkeypatch.setattr(reading.Reader, "_forward", forward)
    again = replies(small, asked)
    assert max(sizes) <= 3000
    for address, reply in usual.items():
        found = again[address]
        assert [t.ids[0] for t in found.top] == [t.ids[0] for t in reply.top]
        assert torch.allclose(
            found.likelihood.token_logprobs, reply.likelihood.token_logprobs, atol=2e-5
        )


@pytest.mark.parametrize("error", OUT_OF_MEMORY, ids=lambda error: type(error).__name__)
def test_memory_that_runs_out_halves_the_unit_and_loses_no_text(backend, monkeypatch, error):
    asked = [passage(n, text) for n, text in enumerate(TEXTS)]
    usual = replies(backend, asked)
    exact = reading.Reader._forward

    def forward(self, ids, keep, cache):
        if len(ids) > 1:
            raise error
        return exact(self, ids, keep, cache)

    monkeypatch.setattr(reading.Reader, "_forward", forward)
    again = replies(backend, asked)
    assert {a: r.outcome for a, r in again.items()} == dict.fromkeys(usual, "answered")
    for address, reply in usual.items():
        found = again[address].likelihood.token_logprobs
        assert torch.allclose(found, reply.likelihood.token_logprobs, atol=2e-5)


def test_a_text_longer_than_the_model_reads_fails_and_the_rest_of_its_unit_does_not(backend):
    asked = [continued(0, " well" * 300), continued(1, " well"), passage(2, "wood " * 400)]
    seen = replies(backend, asked)
    assert [seen[f"a/b#{n}"].outcome for n in range(3)] == ["failed", "answered", "failed"]
    assert "the model reads at most 256" in seen["a/b#0"].note


@pytest.mark.parametrize("text", ["", None])
def test_a_continuation_without_a_token_is_a_failed_reply(backend, text):
    (reply,) = replies(backend, [continued(0, text)]).values()
    assert (reply.outcome, reply.note) == ("failed", "The text holds no token to read.")


def test_one_text_that_is_not_finite_leaves_the_others_of_its_unit_alone(folder, tokenizer):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"))
    (token,) = tokenizer("天").input_ids[:1]
    with torch.no_grad():
        backend._model.lm_head.weight.data = backend._model.lm_head.weight.data.clone()
        backend._model.model.embed_tokens.weight[token] = float("nan")
    seen = replies(backend, [continued(n, text) for n, text in enumerate(("fine", "天 fine"))])
    assert [reply.outcome for reply in seen.values()] == ["answered", "failed"]
    assert "not finite" in seen["a/b#1"].note


def test_a_token_that_cannot_come_makes_its_text_a_failed_reading(folder, tokenizer):
    backend = LocalBackend(ENTRY, folder, choose_device("cpu"))
    (token,) = tokenizer("天").input_ids[:1]
    exact = backend._model.forward

    def ruled_out(*args, **kwargs):
        output = exact(*args, **kwargs)
        output.logits[..., token] = -torch.inf
        return output

    backend._model.forward = ruled_out
    seen = replies(backend, [continued(n, text) for n, text in enumerate(("fine", "天 fine"))])
    assert [reply.outcome for reply in seen.values()] == ["answered", "failed"]
    assert "not finite" in seen["a/b#1"].note


def test_texts_share_what_all_of_them_begin_with_but_never_their_last_token():
    forty = list(range(40))
    assert shared_tokens([[*forty, 1], [*forty, 2, 3]]) == 40
    assert shared_tokens([forty, [*forty, 2, 3]]) == 39
    assert shared_tokens([[*forty, 1], [*forty, 2], [7, *forty]]) == 0
    assert shared_tokens([[*forty, 1]]) == 0


def test_few_tokens_are_shared_only_where_that_spares_many():
    """A pass of its own has to spare 32 tokens: 31 × 1, 32 × 1, 16 × 2."""
    assert shared_tokens([[*range(31), 50 + n] for n in range(2)]) == 0
    assert shared_tokens([[*range(32), 50 + n] for n in range(2)]) == 32
    assert shared_tokens([[*range(16), 50 + n] for n in range(3)]) == 16


def lengths(*found):
    return [
        [len(text.ids) for text in batch] for batch in batches([Text([0] * n, 0) for n in found])
    ]


def test_a_longer_text_opens_another_batch_where_padding_costs_more_than_a_pass():
    """Padding n texts by d tokens costs n·d, a pass 32."""
    assert lengths(300, 10, 12, 18, 270) == [[10, 12, 18], [270, 300]]
    assert lengths(10, 41) == [[10, 41]]
    assert lengths(10, 43) == [[10], [43]]


def test_a_batch_holds_32_texts_at_most():
    assert [len(batch) for batch in lengths(*[9] * 70)] in ([32, 32, 6], [32, 6, 32], [6, 32, 32])


def test_no_text_is_lost_between_batches():
    asked = [n * n % 61 + 1 for n in range(100)]
    assert sorted(n for batch in lengths(*asked) for n in batch) == sorted(asked)
