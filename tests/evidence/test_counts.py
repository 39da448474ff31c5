import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from workbench.evidence.counts import lower_limit, upper_limit


def test_nothing_in_thirty_may_still_be_one_in_eleven():
    assert upper_limit(0, 30) == pytest.approx(1 - 0.05 ** (1 / 30))
    assert f"{upper_limit(0, 30):.3f}" == "0.095"


def test_everything_in_thirty_may_still_miss_one_in_eleven():
    assert lower_limit(30, 30) == pytest.approx(0.05 ** (1 / 30))


@given(st.integers(1, 400), st.data())
def test_a_limit_is_the_rate_at_which_the_count_would_be_that_rare(trials, data):
    events = data.draw(st.integers(0, trials))
    confidence = data.draw(st.sampled_from([0.9, 0.95, 0.99]))
    high, low = upper_limit(events, trials, confidence), lower_limit(events, trials, confidence)
    if events < trials:
        assert binom.cdf(events, trials, high) == pytest.approx(1 - confidence)
    if events > 0:
        assert binom.sf(events - 1, trials, low) == pytest.approx(1 - confidence)


def test_where_all_or_none_happened_one_limit_is_the_end():
    assert (upper_limit(4, 4), lower_limit(0, 4)) == (1, 0)


def test_without_a_trial_any_rate_is_possible():
    assert (lower_limit(0, 0), upper_limit(0, 0)) == (0, 1)


@pytest.mark.parametrize("limit", [upper_limit, lower_limit])
@pytest.mark.parametrize(("events", "trials"), [(-1, 4), (5, 4)])
def test_counts_that_cannot_be_are_refused(limit, events, trials):
    with pytest.raises(ValueError, match=f"^{events} events of {trials} trials cannot be$"):
        limit(events, trials)


@pytest.mark.parametrize("limit", [upper_limit, lower_limit])
@pytest.mark.parametrize("confidence", [0, 1])
def test_a_confidence_lies_between_none_and_certainty(limit, confidence):
    with pytest.raises(ValueError, match=f"^a confidence of {confidence} is not between 0 and 1$"):
        limit(1, 4, confidence)
