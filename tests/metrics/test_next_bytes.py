import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.next_bytes import (
    MOST_BYTES,
    ByteTrie,
    aligned,
    bits_per_byte,
    code_bytes,
    code_of,
    is_open,
)

TOKENS = [b"a", b"ab", b"abc", None, b"b", b"\xff", b"\x00", b"a\x00b", b"ab", b" the", None]
vocabularies = st.lists(st.none() | st.binary(min_size=1, max_size=5), min_size=1, max_size=40)


def drawn(positions, size, seed, heat=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(positions, size, generator=generator) * heat).log_softmax(1)


def enumerated(tokens, row, n):
    """The same by adding up token after token."""
    found = {}
    for token, logprob in zip(tokens, row.double().tolist(), strict=True):
        key = None if token is None else token[:n]
        found[key] = found.get(key, 0.0) + math.exp(logprob)
    return found


@settings(max_examples=500, deadline=None)
@given(vocabularies, st.integers(1, MOST_BYTES), st.integers(0, 10_000))
def test_the_next_bytes_are_what_adding_up_every_token_gives(tokens, n, seed):
    logprobs = drawn(2, len(tokens), seed)
    found = ByteTrie(tokens).next_bytes(logprobs, n)
    for row, mass in zip(logprobs, found.mass, strict=True):
        wanted = enumerated(tokens, row, n)
        got = {found.string(place): float(value) for place, value in enumerate(mass)}
        assert got.keys() == wanted.keys()
        assert all(got[key] == pytest.approx(wanted[key], abs=1e-6) for key in wanted)
        assert math.fsum(got.values()) == pytest.approx(1, abs=1e-12)


def test_with_one_byte_nothing_is_open_and_with_two_short_tokens_are():
    trie = ByteTrie(TOKENS)
    assert not bool(is_open(trie.next_bytes(drawn(1, len(TOKENS), 1), 1).codes, 1).any())
    found = trie.next_bytes(drawn(1, len(TOKENS), 1), 2)
    still_open = {
        found.string(place) for place in is_open(found.codes, 2).nonzero().flatten().tolist()
    }
    assert still_open == {b"a", b"b", b"\xff", b"\x00"}


def test_the_order_of_the_vocabulary_changes_nothing():
    logprobs, order = drawn(3, len(TOKENS), 2), torch.randperm(len(TOKENS))
    one = ByteTrie(TOKENS).next_bytes(logprobs, 3)
    other = ByteTrie([TOKENS[i] for i in order]).next_bytes(logprobs[:, order], 3)
    assert torch.equal(one.codes, other.codes)
    assert torch.allclose(one.mass, other.mass, atol=1e-15)


def test_rounding_to_float16_leaves_a_distribution():
    found = ByteTrie(TOKENS).next_bytes(drawn(4, len(TOKENS), 3).half(), 1)
    assert torch.allclose(found.mass.sum(1), torch.ones(4, dtype=torch.float64), atol=1e-12)


def test_a_token_that_cannot_come_adds_nothing():
    logprobs = drawn(1, len(TOKENS), 4)
    logprobs[0, TOKENS.index(b" the")] = -torch.inf
    found = ByteTrie(TOKENS).next_bytes(logprobs, 1)
    assert float(found.mass[0, found.codes.tolist().index(code_of(b" "))]) == 0.0


def test_two_ways_to_cut_one_text_are_compared_in_bytes():
    whole, letters = ByteTrie([b"the", b"a"]), ByteTrie([b"t", b"h", b"e", b"a"])
    first = whole.next_bytes(torch.tensor([[0.25, 0.75]]).log(), 1)
    second = letters.next_bytes(torch.tensor([[0.25, 0.0, 0.0, 0.75]]).log(), 1)
    codes, p, q = aligned(first, second)
    assert [code_bytes(code) for code in codes.tolist()] == [b"a", b"e", b"h", b"t"]
    assert torch.allclose(p, q, atol=1e-7)


@given(st.binary(max_size=MOST_BYTES))
def test_a_code_is_its_string(string):
    assert code_bytes(code_of(string)) == string


@given(st.binary(max_size=MOST_BYTES), st.binary(max_size=MOST_BYTES))
def test_codes_sort_as_their_strings(one, other):
    assert (code_of(one) < code_of(other)) == (one < other)


def test_a_token_of_no_bytes_belongs_to_the_end():
    one, other = (
        ByteTrie([b"a", nothing]).next_bytes(drawn(1, 2, 5), 2) for nothing in (b"", None)
    )
    assert torch.equal(one.codes, other.codes)
    assert torch.equal(one.mass, other.mass)


def test_no_position_is_too_little():
    with pytest.raises(NotEnoughEvidenceError):
        ByteTrie(TOKENS).next_bytes(torch.empty(0, len(TOKENS)))


def test_another_vocabulary_or_too_many_bytes_are_refused():
    for shape, n in (((2, 3), 1), ((2, len(TOKENS)), MOST_BYTES + 1), ((2, len(TOKENS)), 0)):
        with pytest.raises(ValueError, match="bytes of distributions"):
            ByteTrie(TOKENS).next_bytes(torch.zeros(shape), n)


def test_bits_per_byte_of_a_coin_for_each_byte_is_one():
    assert bits_per_byte(torch.full((8,), math.log(0.5)), 8) == pytest.approx(1.0)
    assert bits_per_byte(torch.full((4,), math.log(0.25)), 8) == pytest.approx(1.0)


def test_a_token_that_cannot_come_has_no_bits():
    with pytest.raises(NotEnoughEvidenceError):
        bits_per_byte(torch.tensor([-1.0, -torch.inf]), 2)


def test_a_text_without_tokens_has_no_bits():
    with pytest.raises(NotEnoughEvidenceError):
        bits_per_byte(torch.empty(0), 3)
