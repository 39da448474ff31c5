"""The benchmark of token boundaries, against adding up every tokenisation of a text."""

from functools import cache

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.boundaries import Reading
from benchmarks.covering import CLASSES, Spelling, covered
from tests.tiny import save_tiny_model
from workbench.backends.spelling import spelled


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = save_tiny_model(tmp_path_factory.mktemp("tiny"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    model.lm_head.weight.data.mul_(0.1)  # even enough that every way to cut a text counts
    return model, tokenizer, spelled(tokenizer, len(tokenizer)).tokens


@torch.inference_mode()
def enumerated(model, tokens, before, dropped):
    """P(dropped and one byte more), byte by byte, over all token sequences that just cover them."""

    @cache
    def chances(ids):
        return model(input_ids=torch.tensor([ids])).logits[0, -1].double().softmax(0).tolist()

    def cover(ids, left):
        total = 0.0
        for number, name in enumerate(tokens):
            if name and name.startswith(left):
                total += chances(ids)[number]
            elif name and left.startswith(name):
                total += chances(ids)[number] * cover((*ids, number), left[len(name) :])
        return total

    def end(ids, left):
        if not left:
            return sum(chances(ids)[n] for n, name in enumerate(tokens) if name is None)
        return sum(
            chances(ids)[number] * end((*ids, number), left[len(name) :])
            for number, name in enumerate(tokens)
            if name and left.startswith(name)
        )

    whole = [cover(before, dropped + bytes([byte])) for byte in range(256)] + [end(before, dropped)]
    return torch.tensor(whole, dtype=torch.float64) / sum(whole)


@pytest.mark.parametrize(("text", "back"), [("we run into t", 1), ("A letter to", 2)])
def test_the_covering_sum_is_what_adding_up_every_tokenisation_gives(tiny, text, back):
    model, tokenizer, tokens = tiny
    ids = tokenizer(text).input_ids
    own = tuple(ids[-back:])
    spelling = Spelling(tokens)
    found = covered(spelling, Reading(model, ids).behind(len(ids) - back), own, small=0)
    wanted = enumerated(model, tokens, tuple(ids[:-back]), spelling.written(own))
    assert torch.allclose(found.mass, wanted, rtol=1e-4, atol=1e-8)
    assert found.crossing > 0.1
    assert found.recut > 1e-4
    assert found.left_out == 0


def made(**chances):
    """A vocabulary of four, whose next token has the same chances wherever it stands."""
    tokens = [b"a", b"b", b"ab", b"abc", None]
    row = torch.tensor([chances.get(name, 0.0) for name in ("a", "b", "ab", "abc", "end")])
    return Spelling(tokens), lambda asked: [row.double()] * len(asked)


def test_every_share_of_a_vocabulary_of_four_is_right():
    spelling, predict = made(a=0.3, b=0.2, ab=0.2, abc=0.2, end=0.1)
    found = covered(spelling, predict, (2,))
    whole = 0.2 + 0.2 + 0.3 * 0.2  # ab itself, abc, a and b
    assert found.crossing == pytest.approx(0.2 / whole)
    assert found.recut == pytest.approx(0.06 / whole)
    assert float(found.mass[ord("c")]) == pytest.approx(0.2 / whole)
    assert float(found.mass[ord("a")]) == pytest.approx(0.26 * 0.7 / whole)
    assert float(found.mass[CLASSES - 1]) == pytest.approx(0.26 * 0.1 / whole)


def test_what_is_not_followed_is_named():
    spelling, predict = made(a=0.3, b=0.2, ab=0.2, abc=0.2, end=0.1)
    found = covered(spelling, predict, (2,), small=2.0)
    assert found.recut == 0
    assert found.left_out == pytest.approx(0.3 / 0.7)


def test_nothing_dropped_is_the_plain_distribution():
    spelling, predict = made(a=0.3, b=0.2, ab=0.2, abc=0.2, end=0.1)
    found = covered(spelling, predict, ())
    assert torch.allclose(found.mass, spelling.next_bytes(predict([()])[0]))
    assert (found.crossing, found.recut) == (0, 0)
