import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import DistributionError, NotEnoughEvidenceError
from workbench.metrics.options import (
    ONE_LETTER,
    option_correlation,
    option_logprobs,
    option_residuals,
    same_letter_share,
)

NAN = math.nan


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def world(models=6, questions=300, options=4, seed=0):
    """Independent models: own noise, own liking for letters, one difficulty that all of them share."""
    shared = noise(questions, options, seed=seed + 1)
    strength = torch.linspace(0.5, 3, models, dtype=torch.float64)[:, None, None]
    letters = 2 * noise(models, 1, options, seed=seed + 2)
    return strength * shared + letters + noise(models, questions, options, seed=seed + 3)


def correlation(logprobs, first=0, second=1, **named):
    return option_correlation(option_residuals(logprobs), first, second, **named)


# --- reading letters --------------------------------------------------------------------------


def test_a_letter_is_read_with_and_without_a_space_before_it():
    found = option_logprobs(
        [" A", "B", "A", " b"], [math.log(x) for x in (0.4, 0.2, 0.1, 0.1)], "AB"
    )
    assert found.exp().tolist() == pytest.approx([0.5, 0.2])


def test_a_letter_that_is_not_listed_is_missing_and_never_made_up():
    found = option_logprobs(["A", "the"], [-0.1, -3.0], "ABC")
    assert found.isnan().tolist() == [False, True, True]


@pytest.mark.parametrize("token", ["Answer", "A.", "\nA", "  A", "a", ""])
def test_what_only_begins_with_a_letter_is_no_answer(token):
    assert bool(option_logprobs([token], [-0.1], "A").isnan().all())


def test_a_log_probability_above_zero_is_malformed():
    with pytest.raises(DistributionError, match="above 0 or is not a number"):
        option_logprobs(["A"], [0.5], "AB")


def test_a_log_probability_that_is_no_number_is_malformed():
    with pytest.raises(DistributionError, match="above 0 or is not a number"):
        option_logprobs(["A"], [NAN], "AB")


def test_lists_of_two_lengths_are_malformed():
    with pytest.raises(DistributionError, match="2 tokens comes with 1"):
        option_logprobs(["A", "B"], [-0.1], "AB")


# --- runs that did not answer -----------------------------------------------------------------


def test_the_share_of_the_commonest_letter_is_counted():
    rows = torch.tensor([[[0.0, -1], [0, -1], [-1, 0], [0, -1]], [[-1.0, 0]] * 4])
    assert same_letter_share(rows).tolist() == [0.75, 1.0]
    assert ONE_LETTER < 1


def test_questions_without_an_answer_have_no_letter():
    rows = torch.tensor([[[0.0, -1], [NAN, NAN], [-1, 0]], [[NAN, NAN]] * 3])
    assert same_letter_share(rows)[0] == 0.5
    assert bool(same_letter_share(rows)[1].isnan())


# --- residuals --------------------------------------------------------------------------------


def test_residuals_are_the_textbook_double_centring():
    # rows centred: (1, -1), (3, -3); the letters' means are then (2, -2)
    residuals = option_residuals(torch.tensor([[[2.0, 0.0], [6.0, 0.0]]]))
    assert residuals.tolist() == [[[-1.0, 1.0], [1.0, -1.0]]]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_residuals_do_not_see_liking_for_letters_nor_what_else_was_probable(seed):
    rows = world(seed=seed, questions=20)
    moved = rows + 5 * noise(6, 1, 4, seed=seed + 7) + 5 * noise(6, 20, 1, seed=seed + 8)
    torch.testing.assert_close(option_residuals(moved), option_residuals(rows))


def test_questions_with_four_five_and_six_options_are_kept_apart():
    rows = world(questions=30, options=6)
    rows[:, 10:20, 5:], rows[:, :10, 4:] = NAN, NAN
    residuals = option_residuals(rows)
    assert torch.equal(residuals.isnan(), rows.isnan())
    alone = option_residuals(rows[:, 10:20, :5])
    torch.testing.assert_close(residuals[:, 10:20, :5], alone)


def test_a_question_with_one_option_missing_was_not_answered():
    rows = world(questions=30)
    rows[2, 4, 1] = NAN
    residuals = option_residuals(rows)
    assert bool(residuals[2, 4].isnan().all())
    assert not bool(residuals[0, 4].isnan().any())


def test_a_single_question_with_these_letters_leaves_nothing():
    rows = world(questions=30, options=5)
    rows[:, 1:, 4] = NAN
    assert bool(option_residuals(rows)[:, 0].isnan().all())


def test_an_infinite_log_probability_is_malformed():
    rows = world(questions=30)
    rows[0, 0, 0] = -math.inf
    with pytest.raises(DistributionError, match="infinite"):
        option_residuals(rows)


def test_two_dimensions_are_malformed():
    with pytest.raises(DistributionError, match="2 dimensions"):
        option_residuals(torch.zeros(3, 4))


# --- correlation ------------------------------------------------------------------------------


def test_the_more_models_in_the_panel_the_less_two_independent_models_correlate():
    rows = world(models=80, questions=2_000)
    raw = torch.corrcoef(option_residuals(rows)[[78, 79]].flatten(1))[0, 1]
    few = correlation(rows[[0, 20, 40, 78, 79]], 3, 4).value
    many = correlation(rows, 78, 79).value
    assert few < raw - 0.2
    assert abs(many) < 0.08


def test_a_shared_habit_is_found_beside_a_shared_difficulty():
    rows = world(models=40, questions=2_000)
    habit = noise(2_000, 4, seed=50)
    rows[[0, 1]] += habit
    # Each residual is habit and noise of equal variance, so half of it is shared.
    assert correlation(rows).value == pytest.approx(0.5, abs=0.05)
    assert abs(correlation(rows, 0, 2).value) < 0.08


def test_scale_and_liking_for_letters_do_not_matter():
    rows = world()
    rows[0] = 7 * rows[1] + torch.tensor([5.0, 0, 0, -5])
    assert correlation(rows).value == pytest.approx(1.0)


def test_the_opposite_habit_gives_minus_one():
    rows = world()
    rows[0] = -rows[1]
    assert correlation(rows).value == pytest.approx(-1.0)


def test_both_sides_are_treated_alike():
    rows = world()
    assert correlation(rows, 1, 3).value == pytest.approx(correlation(rows, 3, 1).value)


def test_questions_add_up_to_the_value():
    found = correlation(world())
    assert found.contributions.shape == (300,)
    assert float(found.contributions.mean()) == pytest.approx(found.value)


def test_relatives_of_either_side_stay_out_of_the_panel():
    rows = world(models=7)
    rows[[0, 1, 2]] += noise(300, 4, seed=50)
    families = ["a", "a", "a", "b", "c", "d", "e"]
    apart = correlation(rows, families=families)
    assert apart.panel == 4
    assert apart.value == pytest.approx(0.5, abs=0.1)
    assert correlation(rows).value < apart.value - 0.1


def test_a_question_that_one_side_did_not_answer_is_not_counted():
    rows = world()
    rows[1, 7] = NAN
    found = correlation(rows)
    assert found.contributions.isnan().nonzero().flatten().tolist() == [7]
    assert float(found.contributions.nanmean()) == pytest.approx(found.value)


def test_a_gap_in_the_panel_costs_no_question():
    rows = world()
    rows[4, 7] = NAN
    assert not bool(correlation(rows).contributions.isnan().any())


def test_a_model_twice_in_the_panel_counts_once():
    rows = world()
    twice = torch.cat([rows, rows[5:]])
    assert correlation(twice).value == pytest.approx(correlation(rows).value)


def test_four_questions_are_too_few():
    with pytest.raises(NotEnoughEvidenceError, match="at least 5 answers and got 4"):
        correlation(world(questions=4))


def test_one_other_model_is_no_panel():
    with pytest.raises(NotEnoughEvidenceError, match="at least 2 answers and got 1"):
        correlation(world(models=3))


def test_a_panel_that_takes_more_than_it_leaves_is_refused():
    # 5 questions of 4 options leave 5 * 3 - 3 = 12 free values
    assert correlation(world(models=8, questions=5)).panel == 6
    with pytest.raises(NotEnoughEvidenceError, match="at least 14 answers and got 12"):
        correlation(world(models=9, questions=5))


def test_a_model_that_always_gives_the_same_letter_has_no_correlation():
    rows = world()
    rows[0] = torch.tensor([0.0, -1, -2, -3])
    with pytest.raises(NotEnoughEvidenceError, match="differing choices"):
        correlation(rows)
