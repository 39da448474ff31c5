import math
import re
from itertools import product

import pytest

from tests import opinions
from workbench.evidence import wording
from workbench.evidence.levels import LEVELS, NEUTRAL, level_of, side
from workbench.evidence.propositions import ALTERNATIVES, DERIVED, LABEL_WORDS
from workbench.records import QUESTIONS, Weighing
from workbench.report.wording import refused_phrases

RATIOS = (1, 1.01, 1.5, 2, 3.2, 9.99, 10, 27, 99.9, 100, 137, 999)
VALUES = sorted({sign * math.log10(ratio) for ratio in RATIOS for sign in (1, -1)})
SPREADS = (0.0, 0.2, 1.5)
LONGEST = 35
"""Words of a sentence, names and numbers included."""


def grid():
    """Opinions on both questions over likelihood ratios, intervals and bounds of every kind."""
    for question, value, spread, most in product(QUESTIONS, VALUES, SPREADS, (0.86, 3.0)):
        held = max(-most, min(most, value))
        low, high = max(-most, held - spread), min(most, held + spread)
        one = opinions.weighed("independent", held, low, high, least=-most, most=most)
        yield opinions.opinion(question, one)
        shifted = opinions.weighed("sibling", held / 2, low / 2, high / 2, least=-most, most=most)
        yield opinions.opinion(question, one, shifted)


def every_opinion():
    yield from grid()
    yield from (make(question) for make in opinions.KINDS.values() for question in QUESTIONS)


def sentences(text):
    return [part for part in re.split(r"(?<=[.?])\s+", text) if part]


def test_the_grid_reaches_every_level_for_both_questions():
    reached = {(opinion.question, opinion.level) for opinion in grid()}
    assert reached == set(product(QUESTIONS, LEVELS))


def test_every_opinion_says_two_sentences():
    assert {len(sentences(opinion.wording)) for opinion in every_opinion()} == {2}


def test_no_opinion_uses_a_refused_phrase():
    for opinion in every_opinion():
        for text in (opinion.wording, *opinion.reasons):
            assert refused_phrases(text) == [], text


def test_no_opinion_holds_what_is_no_number():
    for opinion in every_opinion():
        for text in (opinion.wording, *opinion.reasons):
            assert not re.search(r"\b(?:nan|inf|none)\b|e[+-]\d", text, re.IGNORECASE), text


def test_the_sentences_are_short():
    for opinion in every_opinion():
        for text in (opinion.wording, *opinion.reasons):
            for sentence in sentences(text):
                assert len(sentence.split()) <= LONGEST, sentence


def test_a_level_is_always_said_in_its_own_words():
    for opinion in grid():
        if opinion.level != NEUTRAL:
            assert (
                f"They provide {wording.strength(opinion.level)} for the former" in opinion.wording
            )


def said(value, low, high, question="weights", **changes):
    weighing = opinions.weighed("independent", value, low, high, least=-3.0, most=3.0, **changes)
    return wording.supported(question, weighing.level, weighing, "R", "S")


def test_support_for_derivation_is_said_with_its_interval():
    assert said(1.43, 1.0, 1.7) == (
        "The findings are about 27 times (90 % interval 10 to 50) more probable if S comes from "
        "the weights of R than if S is independent of R. They provide moderate support for the "
        "former rather than the latter."
    )


def test_support_for_the_alternative_is_said_as_prominently_with_what_it_leaves_open():
    assert said(-1.43, -1.7, -1.0, "outputs") == (
        "The findings are about 27 times (90 % interval 10 to 50) more probable if S is "
        "independent of R than if S learned from what R wrote. They provide moderate support for "
        "the former rather than the latter; derivation at a lower dose, or followed by masking, "
        "is not excluded."
    )


@pytest.mark.parametrize(
    ("value", "low", "strength"),
    [
        (1.5, 1.0, "moderate support"),
        (2.5, 2.0, "moderately strong support"),
        (0.5, 0.001, "weak support"),
        (1.2, math.nextafter(1.0, 0.0), "weak support"),
    ],
)
def test_a_level_is_read_at_the_limit_nearer_to_1(value, low, strength):
    assert f"They provide {strength} for the former" in said(value, low, 2.9)
    assert f"They provide {strength} for the former" in said(-value, -2.9, -low)


def test_a_ratio_at_its_bound_claims_no_precision():
    capped = opinions.weighed("independent", 0.86, 0.86, 0.86)
    words = wording.supported("weights", capped.level, capped, "R", "S")
    assert words.startswith(
        "The findings are about 7.2 times (as far as this calibration allows) more "
        "probable if S comes from the weights of R"
    )


def test_a_limit_just_over_1_reads_well():
    assert "(90 % interval just over 1 to 10)" in said(0.5, 0.001, 1.0)


def test_findings_that_do_not_help_say_so():
    assert opinions.neutral().wording == (
        "The findings are about equally probable under each of the statements weighed. They do "
        "not help to tell these apart."
    )


def test_an_interval_that_holds_1_is_inconclusive_and_no_evidence_of_independence():
    opinion = opinions.undecided()
    assert opinion.status == "inconclusive"
    assert opinion.wording == (
        "The 90 % interval of the likelihood ratio (1/1.8 to 6.3) leaves open which statement the "
        "findings support. The examination is inconclusive, and this is not evidence that no "
        "derivation took place."
    )


def test_bounds_at_1_are_said_of_the_alternative_that_they_belong_to():
    nothing = opinions.weighed("sibling", 0.0, 0.0, 0.0, least=0.0, most=0.0)
    alone = wording.undecided(nothing, [nothing])
    assert alone.startswith(
        "Against a common base model the likelihood ratio is 1 with this calibration whatever the "
        "findings, so they cannot support either statement. The examination is inconclusive"
    )
    beside = opinions.weighed("independent", 1.0, -0.04, 1.0)
    assert (
        "findings, and against the other explanations tested they support neither statement."
        in (wording.undecided(nothing, [beside, nothing]))
    )


def test_what_an_alternative_explains_as_well_is_inconclusive():
    assert opinions.explained_otherwise("outputs").wording == (
        "The findings support the statement that tuned learned from what base wrote over "
        "independence, but not over a common base model. The examination is inconclusive, because "
        "a common base model could explain them as well."
    )


def test_failed_conditions_are_named_and_no_opinion_is_given():
    opinion = opinions.gated()
    assert opinion.wording == (
        "Conditions set before any case was seen are not met: control panel. No evaluative "
        "opinion is given, and the findings are listed for information only."
    )
    assert opinion.level is None


def test_an_alternative_that_was_not_tested_is_named_with_the_reason():
    assert wording.untested(Weighing("web", reason="there are none"), "R", "S") == (
        "S met text of R in public crawls or published collections: not tested, because there are none."
    )


def test_to_say_a_level_of_an_untested_alternative_is_an_error():
    with pytest.raises(ValueError, match="nothing was weighed against web"):
        wording.supported("weights", "weak support", Weighing("web"), "R", "S")


def test_every_label_that_a_proposition_counts_has_words():
    counted = {label for one in (*ALTERNATIVES, *DERIVED.values()) for label in one.labels}
    assert counted <= set(LABEL_WORDS)


def test_both_sides_have_as_many_levels():
    assert [side(level) for level in LEVELS] == [1, 1, 1, 0, -1, -1, -1]
    assert level_of(0.5, 0.2, 0.8) == "weak support"
