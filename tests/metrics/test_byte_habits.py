"""Habits of the next byte: what two models share beyond a panel."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import NotEnoughEvidenceError
from workbench.metrics.byte_habits import Common, common_to, habit_correlation

PROBES, EACH, CLASSES = 8, 3, 12
PLACES = torch.arange(PROBES).repeat_interleave(EACH)


def roots(seed, base=None, share=0.0):
    dice = torch.Generator().manual_seed(seed)
    logits = torch.randn(PROBES * EACH, CLASSES, generator=dice, dtype=torch.float64) * 2
    own = logits.softmax(1)
    return (own if base is None else share * base.square() + (1 - share) * own).sqrt()


def panel(count=6, seed=100):
    return torch.stack([roots(seed + number) for number in range(count)])


def value(one, other, members=None):
    common = common_to(panel() if members is None else members)
    return habit_correlation(one, other, common, PLACES, PROBES).value


def test_a_model_goes_wholly_with_itself():
    assert value(roots(1), roots(1)) == pytest.approx(1)


def test_the_more_of_one_is_in_the_other_the_higher():
    one = roots(1)
    found = [value(one, roots(2, one, share)) for share in (0.0, 0.3, 0.6, 0.9)]
    assert found == sorted(found)
    assert found[0] < 0.4
    assert found[-1] > 0.9


def test_it_is_the_cosine_of_departures_from_the_mean_of_roots():
    one, other, members = roots(1), roots(2), panel(3)
    common = members.mean(0)
    a, b = (one - common).flatten(), (other - common).flatten()
    wanted = float(a @ b) / math.sqrt(float(a @ a) * float(b @ b))
    assert value(one, other, members) == pytest.approx(wanted, abs=1e-12)


def test_what_everybody_expects_counts_for_nothing():
    """Four models that share half of what they expect are no more alike beside others like them."""
    common = roots(50)
    apart = value(roots(1), roots(2))
    members = torch.stack([roots(60 + n, common, 0.5) for n in range(6)])
    beside_like = value(roots(1, common, 0.5), roots(2, common, 0.5), members)
    assert beside_like < 0.6 * value(roots(1, common, 0.5), roots(2, common, 0.5))
    assert beside_like == pytest.approx(apart, abs=0.15)


def test_the_probes_parts_have_the_value_as_their_mean():
    found = habit_correlation(roots(1), roots(2), common_to(panel()), PLACES, PROBES)
    assert float(found.contributions.mean()) == pytest.approx(found.value, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(0, 999), st.integers(2, 6))
def test_it_is_symmetric_and_lies_between_minus_one_and_one(one, other, count):
    members = panel(count)
    there, back = value(roots(one), roots(other), members), value(roots(other), roots(one), members)
    assert there == pytest.approx(back, abs=1e-12)
    assert -1 - 1e-12 <= there <= 1 + 1e-12


def test_only_positions_that_both_and_two_of_the_panel_were_read_at_count():
    one, other, members = roots(1), roots(2), panel(3)
    cut = one.clone()
    cut[:EACH] = torch.nan  # the first probe
    thin = members.clone()
    thin[:2, EACH : 2 * EACH] = torch.nan  # one of three is left at the second
    found = habit_correlation(cut, other, common_to(thin), PLACES, PROBES)
    assert found.contributions.isnan().tolist() == [True, True] + [False] * (PROBES - 2)
    kept = slice(2 * EACH, None)
    alone = habit_correlation(
        one[kept], other[kept], common_to(members[:, kept]), PLACES[kept] - 2, PROBES - 2
    )
    assert found.value == pytest.approx(alone.value, abs=1e-12)


def test_a_member_that_was_not_read_somewhere_is_no_zero_there():
    members = panel(3)
    members[0, 0] = torch.nan
    common = common_to(members)
    assert common.roots[0] == pytest.approx(members[1:, 0].mean(0))
    assert bool(common.known.all())


def test_few_probes_or_no_panel_are_not_enough():
    few = slice(0, 4 * EACH)
    with pytest.raises(NotEnoughEvidenceError):
        habit_correlation(
            roots(1)[few], roots(2)[few], common_to(panel()[:, few]), PLACES[few], PROBES
        )
    with pytest.raises(NotEnoughEvidenceError):
        value(roots(1), roots(2), panel(1))


def test_a_model_that_departs_from_nothing_goes_with_nobody():
    same = roots(1)
    common = Common(same, torch.ones(len(same), dtype=torch.bool))
    assert habit_correlation(same, roots(2), common, PLACES, PROBES).value == 0
