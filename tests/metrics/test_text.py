import math

import numpy as np
import pytest

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.ngrams import characters, codes, ngrams, tokens, words
from workbench.metrics.style import format_marks, format_similarity, refuses, template_tags
from workbench.metrics.text import (
    character_similarity,
    opening_agreement,
    rare_phrase_similarity,
    word_bigram_similarity,
)

TWO_SIDED = [word_bigram_similarity, character_similarity, opening_agreement, format_similarity]


# --- words in any script ------------------------------------------------------------------------


def test_a_chinese_clause_is_not_one_word():
    assert words("我们今天去,好") == ["我", "们", "今", "天", "去", "好"]


def test_hindi_is_not_split_at_vowel_signs():
    assert words("नमस्ते दुनिया!") == ["नमस्ते", "दुनिया"]


def test_thai_characters_keep_their_marks():
    assert words("ดี") == ["ดี"]


def test_words_fold_case_and_drop_punctuation():
    assert words("Don't — STOP, 3rd_time!") == ["don", "t", "stop", "3rd_time"]


def test_tokens_keep_punctuation_and_draw_line_breaks_together():
    assert tokens("Yes.\n\n\nNo") == ["yes", ".", "\n", "no"]


def test_ngrams_are_counted_with_their_repeats():
    found = ngrams(codes(["a", "b", "a", "b"]), (2,))
    assert len(found) == 3
    assert len(set(found.tolist())) == 2


def test_ngrams_of_different_orders_never_share_a_number():
    sequence = characters("aaaa")
    assert not set(ngrams(sequence, (1,)).tolist()) & set(ngrams(sequence, (2,)).tolist())


def test_a_text_shorter_than_an_ngram_has_none():
    assert len(ngrams(characters("ab"), (3, 4))) == 0


# --- likeness of answers ------------------------------------------------------------------------


@pytest.mark.parametrize("metric", TWO_SIDED, ids=lambda metric: metric.__name__)
def test_the_same_answer_is_as_alike_as_can_be(metric):
    assert metric(["One two three four five six."], ["One two three four five six."]) == (
        pytest.approx(1)
    )


@pytest.mark.parametrize("metric", TWO_SIDED, ids=lambda metric: metric.__name__)
def test_likeness_does_not_depend_on_who_is_called_reference(metric):
    first, second = ["A plain answer", "- a list\n- of two"], ["A plain reply!"]
    assert metric(first, second) == pytest.approx(metric(second, first))
    assert metric(first, second) < 1


@pytest.mark.parametrize("metric", TWO_SIDED, ids=lambda metric: metric.__name__)
def test_no_answer_is_not_enough(metric):
    with pytest.raises(NotEnoughEvidenceError):
        metric([], ["something"])


def test_character_cosine_is_the_textbook_value():
    # "abcd": abc bcd abcd; "abce": abc bce abce; every weight is ln 2, so 1 of 3 is shared
    assert character_similarity(["abcd"], ["abce"]) == pytest.approx(1 / 3)


def test_openings_agree_up_to_the_first_word_that_differs():
    assert opening_agreement(["a b x d e"], ["a b c d e"]) == pytest.approx(2 / 5)


def test_openings_are_averaged_over_all_pairs_of_answers():
    assert opening_agreement(["a b c d e"], ["a b c d e", "z"]) == pytest.approx(0.5)


def test_a_phrase_that_everybody_uses_weighs_nothing():
    common = "it is what it is"
    assert rare_phrase_similarity([common], [common], [[common]]) == 0


def test_a_phrase_that_only_two_models_use_tells():
    assert rare_phrase_similarity(["we went up there"], ["we went up there"], [["no"]]) == (
        pytest.approx(1)
    )


def test_rare_phrases_need_a_background():
    with pytest.raises(NotEnoughEvidenceError):
        rare_phrase_similarity(["a b c"], ["a b c"], [])


# --- habits -------------------------------------------------------------------------------------


def test_templates_keep_grammar_and_drop_topic():
    first = template_tags("The dog was running to the house.")
    second = template_tags("The king was singing to the crowd.")
    assert first == second == ["the", "W", "was", "V-ing", "to", "the", "W", "."]


def test_other_languages_have_no_template():
    assert template_tags("Der Hund lief schnell über das Feld.") == []
    assert template_tags("") == []


def test_format_marks_see_lists_and_not_words():
    plain, listed = format_marks("one two"), format_marks("- one\n- two")
    assert plain.sum() == 0
    assert listed[0] == pytest.approx(math.log1p(2 * 1000 / 11))


@pytest.mark.parametrize(
    "text", ["I'm sorry, but I can't help with that.", "As an AI, I cannot provide this."]
)
def test_a_refusal_is_seen(text):
    assert refuses(text)


@pytest.mark.parametrize(
    "text", ["I cannot stress enough how good it is.", "Sure! " + "x" * 300 + " I'm sorry"]
)
def test_an_answer_is_no_refusal(text):
    assert not refuses(text)


def test_marks_are_numbers_for_an_empty_text():
    assert np.isfinite(format_marks("")).all()
