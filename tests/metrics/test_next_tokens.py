import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.next_bytes import ByteTrie
from workbench.metrics.next_tokens import (
    NextTokens,
    byte_profile,
    next_byte_js,
    next_byte_js_of,
    next_bytes_js,
    next_token_js,
    next_token_top1,
)

WORDS = [b" the", b" a", b" an", b"\n", b" ", b"t", b"a", b"th", None]
LETTERS = [b" ", b"t", b"h", b"e", b"a", b"n", b"\n", None]


def rows(positions, size, seed):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(positions, size, generator=generator) * 2).log_softmax(1)


def whole(tokens, offsets=(5, 9), seed=0):
    return NextTokens(tuple(offsets), rows(len(offsets), len(tokens), seed), ByteTrie(tokens))


def listed(seen, k):
    """The same model seen through an endpoint: its k most probable tokens, by their bytes."""
    tokens = seen.trie._tokens
    lists = []
    for row in seen.logprobs.double():
        best = row.topk(min(k, len(row))).indices.tolist()
        found = {}
        for i in best:
            if tokens[i] is not None:
                found.setdefault(tokens[i], float(row[i]))
        lists.append(found)
    return NextTokens(seen.offsets, lists=tuple(lists))


@pytest.mark.parametrize("metric", [next_token_js, next_byte_js, next_bytes_js])
def test_a_model_is_no_distance_from_itself(metric):
    found = metric(whole(WORDS), whole(WORDS))
    assert found.low == pytest.approx(0, abs=1e-12)
    assert found.estimate == pytest.approx(0, abs=1e-12)


def test_a_model_agrees_with_itself():
    assert next_token_top1(whole(WORDS), whole(WORDS)).estimate == 1


def test_bytes_of_two_tokenizers_give_the_textbook_value():
    half = math.log(0.5)
    one = NextTokens((3,), torch.tensor([[half, half]]), ByteTrie([b"ab", b"cd"]))
    other = NextTokens((3,), torch.tensor([[0.0, -torch.inf]]), ByteTrie([b"a", b"b"]))
    # p = (1/2, 1/2), q = (1, 0) over the first bytes a and c
    wanted = (0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25) + math.log2(1 / 0.75)) / 2
    assert next_byte_js(one, other).estimate == pytest.approx(wanted, abs=1e-9)


def test_only_shared_positions_count():
    one, other = whole(WORDS, (1, 5, 9), seed=1), whole(WORDS, (5, 7), seed=2)
    only = next_byte_js(
        NextTokens((5,), one.logprobs[1:2], one.trie),
        NextTokens((5,), other.logprobs[:1], one.trie),
    )
    assert next_byte_js(one, other).estimate == pytest.approx(only.estimate)
    assert list(byte_profile(one, other)) == [5]


def test_models_read_at_different_places_have_nothing_to_compare():
    with pytest.raises(NotEnoughEvidenceError):
        next_byte_js(whole(WORDS, (1,)), whole(WORDS, (2,)))


def test_a_tokenizer_without_a_spelling_has_no_next_bytes():
    unspelled = NextTokens((5, 9), rows(2, 9, 1))
    with pytest.raises(NotEnoughEvidenceError):
        next_byte_js(unspelled, whole(WORDS))
    assert next_token_js(unspelled, whole(WORDS)).estimate > 0


def test_lists_give_no_divergence_over_tokens():
    with pytest.raises(NotEnoughEvidenceError):
        next_token_js(listed(whole(WORDS), 3), whole(WORDS))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(1, 8), st.integers(1, 9))
def test_limits_of_lists_hold_what_whole_distributions_show(one, other, k, m):
    first, second = whole(LETTERS, seed=one), whole(WORDS, seed=other)
    for metric in (next_byte_js,):
        true = metric(first, second)
        found = metric(listed(first, k), listed(second, m))
        assert found.low - 1e-9 <= true.estimate <= found.high + 1e-9
        assert found.low <= found.estimate <= found.high


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 9999))
def test_two_bytes_lie_between_what_one_byte_shows_and_what_is_open(one, other):
    first, second = whole(LETTERS, seed=one), whole(WORDS, seed=other)
    found = next_bytes_js(first, second)
    assert next_byte_js(first, second).estimate <= found.low + 1e-9
    assert found.low <= found.estimate <= found.high <= 1 + 1e-12
    back = next_bytes_js(second, first)
    assert (back.estimate, back.low, back.high) == pytest.approx(
        (found.estimate, found.low, found.high)
    )


def test_what_follows_a_short_token_may_settle_it_either_way():
    # One model writes " " and then anything, the other writes " t" at once.
    one = NextTokens((3,), torch.tensor([[0.0]]), ByteTrie([b" "]))
    other = NextTokens((3,), torch.tensor([[0.0]]), ByteTrie([b" t"]))
    found = next_bytes_js(one, other)
    assert found.low == pytest.approx(0, abs=1e-12)
    assert found.high == pytest.approx(1)


# --- many pairs at once -------------------------------------------------------------------------


def test_many_pairs_at_once_give_to_the_bit_what_each_gives_alone():
    sides = [whole(WORDS, seed=1), whole(LETTERS, seed=2), whole(WORDS, (5, 7, 9), seed=3)]
    pairs = [(0, 1), (0, 2), (1, 2), (2, 1)]
    together = next_byte_js_of(sides, pairs)
    assert together == [next_byte_js(sides[i], sides[j]) for i, j in pairs]


def test_lists_and_whole_distributions_may_stand_side_by_side():
    exact, other = whole(LETTERS, seed=1), whole(LETTERS, seed=2)
    sides = [exact, other, listed(other, 3)]
    between, limited = next_byte_js_of(sides, [(0, 1), (0, 2)])
    assert between.low == between.high
    assert limited.low < between.estimate < limited.high


def test_pairs_without_a_shared_position_or_a_spelling_have_no_value():
    sides = [whole(WORDS, (1,)), whole(WORDS, (2,)), NextTokens((1,), rows(1, 9, 1))]
    assert next_byte_js_of(sides, [(0, 1), (0, 2)]) == [None, None]
