import random
from itertools import permutations

import pytest
import torch

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.hamming import (
    answers_p_value,
    characters,
    hamming_distance,
    hamming_gram,
    hamming_mmd,
    hamming_p_value,
)


def brute_force(texts, prompts, n, length):
    def k(a, b):
        a, b = a[:length].ljust(length, "\0"), b[:length].ljust(length, "\0")
        return sum(x == y for x, y in zip(a, b, strict=True)) / length

    def mean(first, second):
        found = [
            k(texts[i], texts[j])
            for i in first
            for j in second
            if i != j and prompts[i] == prompts[j]
        ]
        return sum(found) / len(found)

    x, y = range(n), range(n, len(texts))
    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


TEXTS = ["abc", "abd", "xyz", "x", "abq", "zzz", "xyy", "yyyyy"]
PROMPTS = [0, 0, 1, 1, 0, 0, 1, 1]


def gram_of(texts, prompts):
    return hamming_gram(characters(texts, 4), torch.tensor(prompts))


def test_it_is_the_statistic_of_the_paper():
    found = hamming_mmd(gram_of(TEXTS, PROMPTS), 4, torch.tensor(PROMPTS))
    assert found == pytest.approx(brute_force(TEXTS, PROMPTS, 4, 4), abs=1e-12)


def test_equal_answers_are_no_distance_apart():
    texts = ["same"] * 6
    assert hamming_mmd(gram_of(texts, [0] * 6), 3, torch.zeros(6)) == pytest.approx(0, abs=1e-12)


def test_texts_of_different_prompts_are_not_compared():
    assert gram_of(["ab", "ab"], [0, 1])[0, 1] == 0


def test_permutations_stay_within_prompts_and_reach_the_exact_p_value():
    exact = []
    observed = brute_force(TEXTS, PROMPTS, 4, 4)
    zero = [i for i, p in enumerate(PROMPTS) if p == 0]
    one = [i for i, p in enumerate(PROMPTS) if p == 1]
    for a in permutations(zero):
        for b in permutations(one):
            order = [*a[:2], *b[:2], *a[2:], *b[2:]]
            texts = [TEXTS[i] for i in order]
            exact.append(brute_force(texts, [PROMPTS[i] for i in order], 4, 4) >= observed - 1e-9)
    generator = torch.Generator().manual_seed(3)
    p = hamming_p_value(
        gram_of(TEXTS, PROMPTS), 4, torch.tensor(PROMPTS), rounds=20_000, generator=generator
    )
    assert p == pytest.approx(sum(exact) / len(exact), abs=0.015)


def test_p_value_is_never_zero_even_for_models_that_never_agree():
    texts = ["aaaa"] * 20 + ["bbbb"] * 20
    p = hamming_p_value(
        gram_of(texts, [0] * 40),
        20,
        torch.zeros(40),
        rounds=99,
        generator=torch.Generator().manual_seed(1),
    )
    assert p == 1 / 100


def test_blocks_do_not_change_the_number_of_permutations(monkeypatch):
    monkeypatch.setattr("workbench.metrics.hamming.BLOCK_BYTES", 1)
    texts = ["aaaa"] * 8 + ["bbbb"] * 8
    p = hamming_p_value(
        gram_of(texts, [0] * 16),
        8,
        torch.zeros(16),
        rounds=49,
        generator=torch.Generator().manual_seed(1),
    )
    assert p == 1 / 50


def test_one_answer_a_prompt_is_not_enough():
    with pytest.raises(NotEnoughEvidenceError):
        hamming_mmd(gram_of(["a", "b"], [0, 0]), 1, torch.zeros(2))


def test_astral_characters_count_once():
    assert characters(["😀b"], 3).tolist() == [[0x1F600, ord("b"), -1]]


def test_the_distance_at_one_probe_is_the_statistic_over_that_probe():
    one, other = ["Hello there.", "Hello."], ["Goodbye.", "Good day.", "Hello."]
    rows = characters([*one, *other], 1000)
    prompts = torch.zeros(5, dtype=torch.int64)
    wanted = hamming_mmd(hamming_gram(rows, prompts), 2, prompts)
    assert hamming_distance(one, other) == wanted


def test_answers_drawn_alike_are_called_rarely_and_others_always():
    dice = random.Random(4)

    def answers(words):
        return [dice.choice(words) * 3 for _ in range(4)]

    alike = [(answers(["ab", "cd", "ef"]), answers(["ab", "cd", "ef"])) for _ in range(20)]
    apart = [(answers(["ab", "cd"]), answers(["xy", "zz"])) for _ in range(20)]
    found = [
        answers_p_value(pairs, rounds=199, generator=torch.Generator().manual_seed(1))
        for pairs in (alike, apart)
    ]
    assert found[0] > 0.05
    assert found[1] == 1 / 200
