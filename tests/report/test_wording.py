import pytest

from workbench.errors import ReportError
from workbench.report.wording import (
    Span,
    check,
    naming,
    own,
    plain,
    recorded,
    refused_phrases,
    say,
    spoken,
)


@pytest.mark.parametrize(
    "sentence",
    [
        "The suspect stole the reference.",
        "The answers were copied.",
        "A copy of the reference.",
        "This proves derivation.",
        "There is proof.",
        "The outputs match.",
        "The answers are identical.",
        "It is certain.",
        "We say so with scientific certainty.",
        "The probability that S was distilled is high.",
        "S was probably derived from R.",
        "S was trained on answers of R.",
        "The models are 87 % similar.",
        "The similarity is 87%.",
        "a similarity of 0.87 per cent",
        "There was no distillation.",
        "The fingerprint identifies the model.",
        "The method has zero errors.",
        "The finding is conclusive.",
        "This is beyond any reasonable doubt.",
        "The findings provide strong support for H_R.",
        "They provide very strong support.",
        "This strongly supports derivation.",
        "A p-value of 0.01 supports derivation.",
        "The difference is statistically significant.",
        "S is distilled from R.",
        "S has been derived from R.",
        "R is the source of S.",
        "S did not learn from R.",
        "This rules out derivation.",
        "Derivation is excluded.",
        "The models are 99 % likely to be kin.",
        "a likeness of 87 %",
        "It is more likely than not.",
        "There is no doubt.",
        "The evidence is overwhelming.",
        "The method is infallible.",
        "The maker acted with intent.",
        "The access was unauthorised.",
        "It was a breach of terms.",
        "This is a crime.",
        "S is innocent.",
        "S admits that it is R.",
        "This holds in all languages.",
    ],
)
def test_a_sentence_that_says_too_much_is_refused(sentence):
    assert refused_phrases(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The findings provide moderate support for H_R rather than H_ind.",
        "Provenance was provided; the score improved.",
        "The result is uncertain and the examination inconclusive.",
        "95 % interval, 0.85 to 0.95",
        "This is not evidence that no derivation took place.",
        "Copyright is not a matter of this report.",
        "The score is 0.87, higher than 8 of 9 controls.",
        "approved, disproven by others, waterproof, unmatched",
        "They provide moderately strong support for the former rather than the latter.",
        "Derivation at a lower dose is not excluded.",
        "S was re-served, quantised, fine-tuned or merged from the weights of R.",
        "Anything about other versions, settings, languages or dates than those recorded here.",
        "rank p-value 0.250, bullet points, admittedly doubtful",
    ],
)
def test_a_careful_sentence_passes(sentence):
    assert refused_phrases(sentence) == []


def test_every_refused_phrase_is_named_in_its_order():
    assert refused_phrases("It proves that S stole R.") == ["proves", "stole"]


def test_a_name_may_be_called_anything():
    words = say("The suspect {suspect} was asked.", suspect="proof-of-theft")
    check([words])
    assert plain(words) == "The suspect proof-of-theft was asked."


def test_a_phrase_that_a_name_interrupts_is_none():
    check([say("was {what} on", what="trained")])


def test_numbers_in_a_sentence_are_own_words():
    with pytest.raises(ReportError):
        check([say("The models are {n} % similar.", n=87)])


def test_a_refused_sentence_is_shown_with_what_to_do():
    with pytest.raises(ReportError) as error:
        spoken(own("The outputs match."))
    assert error.value.what == 'The report would say "match" in: The outputs match.'
    assert error.value.fix == (
        "Write what was observed and how strongly it supports a proposition."
    )


def test_names_are_set_apart_in_sentences_made_elsewhere():
    words = naming("alpha-2 is independent of alpha.", {"alpha", "alpha-2", ""})
    assert words == (
        Span("alpha-2", "name"),
        Span(" is independent of "),
        Span("alpha", "name"),
        Span("."),
    )


def test_a_name_inside_another_word_is_not_set_apart():
    assert naming("several bases", {"base"}) == own("several bases")


def test_braces_in_a_name_are_not_a_place_to_fill():
    assert plain(say("{a} and {b}", a="{b}", b="x")) == "{b} and x"


def test_recorded_text_is_not_linted():
    check([recorded("tokenizers do not match")])


def test_a_title_is_no_name_and_is_not_linted():
    words = naming("Exact match: too few.", {"alpha"}, {"Exact match"})
    check([words])
    assert words == (Span("Exact match", "recorded"), Span(": too few."))
