import pytest

from tests import opinions
from workbench.evidence import grounds
from workbench.evidence.counts import upper_limit
from workbench.records import ErrorRate


def reasons(value, low, high, errors=(), question="weights", **changes):
    weighing = opinions.weighed("independent", value, low, high, **changes)
    return grounds.evidence_reasons(weighing.level, weighing, errors, question)


@pytest.mark.parametrize("kind", ["supporting", "opposing", "neutral", "undecided"])
def test_the_first_reason_speaks_of_findings_and_never_of_what_is_true(kind):
    assert opinions.KINDS[kind]().reasons[0] == grounds.FRAME


def test_error_rates_are_counts_with_their_upper_limit():
    unrelated = ErrorRate("unrelated", "weak support", 0, 741, 58, 9, 0, upper_limit(0, 9))
    derived = ErrorRate("fine_tune_of", "weak support", 8, 10, 1, 4, 4, 1.0)
    said = reasons(0.7, 0.4, 0.8, (unrelated, derived))
    assert said[2] == (
        "In validation, 0 of 9 families of unrelated models came out at this level or beyond (0 "
        "of 741 pairs); the true share of such families could be up to 28 %."
    )
    assert said[3] == "2 of 10 known derivatives did not come out so high."
    assert said[4] == grounds.OTHERS


def test_error_rates_against_derivation_count_the_derivatives():
    rate = ErrorRate(
        "distilled_from", "weak support for the alternative", 1, 31, 5, 4, 1, upper_limit(1, 4)
    )
    said = reasons(-0.7, -0.8, -0.4, (rate,), "outputs")
    assert said[2] == (
        "In validation, 1 of 4 families of models that learned from answers came out at this "
        "level or beyond (1 of 31 pairs); the true share of such families could be up to 75 %."
    )


def test_error_rates_of_another_level_are_not_said():
    rate = ErrorRate("unrelated", "moderate support", 0, 741, 58, 9, 0, 0.28)
    assert not any("In validation" in reason for reason in reasons(0.7, 0.4, 0.8, (rate,)))


def test_how_often_nothing_could_be_said_goes_with_an_answer_that_says_nothing():
    rate = ErrorRate("unrelated", "weak support", 0, 741, 683, 9, 0, 0.28)
    assert (
        "In validation there was no support either way for 683 of 741 pairs of unrelated models."
        in reasons(0.0, -0.2, 0.2, (rate,))
    )


def test_weak_support_is_called_little_on_either_side():
    assert reasons(0.7, 0.4, 0.8)[1].endswith("from a model of which the alternative is true.")
    assert reasons(-0.7, -0.8, -0.4)[1].endswith("from a derivative.")
    assert not any("little" in reason for reason in reasons(1.5, 1.1, 1.6, most=2.0))


def test_the_cap_is_said_and_whether_the_value_stands_at_it():
    cap = (
        "With this calibration, in which 9 families stand for independence, the likelihood ratio "
        "cannot be above 7.2 or below 1/7.9, whatever the findings."
    )
    assert reasons(0.7, 0.4, 0.86)[-1] == cap
    assert reasons(0.86, 0.4, 0.86)[-1] == f"{cap} It stands at that limit."


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.4, -0.25, 0.8, "about 2.6 times as many prompts and families would be needed."),
        (-0.4, -0.8, 0.25, "about 2.6 times as many prompts and families would be needed."),
        (0.31, -0.85, 0.8, "more than 10 times as many prompts and families would be needed."),
        (0.1, -0.5, 0.8, "How much more would be needed cannot be said from so rough a value."),
        (0.4, -0.9, 0.8, "How much more would be needed cannot be said from so rough a value."),
    ],
)
def test_how_much_more_would_be_needed_is_said_where_it_can_be(value, low, high, words):
    assert reasons(value, low, high)[-1].endswith(words)


def test_nothing_more_is_asked_for_where_a_level_is_reached_or_the_answer_is_settled():
    for found in (reasons(0.7, 0.4, 0.8), reasons(0.0, -0.2, 0.2)):
        assert not any("needed" in reason for reason in found)


def test_bounds_at_1_are_said_with_what_would_be_needed():
    nothing = opinions.weighed("independent", 0.0, 0.0, 0.0, least=0.0, most=0.0)
    reasons = grounds.evidence_reasons("no support either way", nothing, (), "weights")
    assert " ".join(reasons[2:]) == (
        "With this calibration, in which 9 families stand for independence, the likelihood ratio "
        "cannot be other than 1, whatever the findings. A calibration with more families would be "
        "needed to reach any level at all."
    )
