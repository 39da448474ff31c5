from itertools import combinations, pairwise

import numpy as np
import pytest

from workbench.evidence.attribution import (
    NONE,
    Derived,
    Unrelated,
    attribute,
    derived_p,
    none_p,
)
from workbench.evidence.components import Unknown

ROUNDS = 2000
FAMILIES = 9
REFERENCES = 5
DERIVED = [Derived(4.0, "a"), Derived(6.0, "a"), Derived(5.0, "b"), Derived(8.0, "c")]
UNRELATED = [
    Unrelated(score, f"s{family}{one}", f"f{family}", f"r{reference}")
    for family in range(7)
    for one in range(2)
    for reference, score in enumerate([0.1 * family, 0.2 * one, 1.0])
]


def test_each_family_of_derivatives_weighs_the_same():
    """Half of family a, all of b, none of c: (1 + 0.5 + 1 + 0) / 4."""
    assert derived_p(5.5, DERIVED) == pytest.approx(2.5 / 4)


def test_ties_speak_for_the_suspect():
    assert derived_p(5.0, DERIVED) == pytest.approx((1 + 0.5 + 1) / 4)
    assert none_p(1.0, 3, UNRELATED) == 1
    assert none_p(1.0 + 1e-9, 3, UNRELATED) == pytest.approx(1 / 8)


def test_no_p_value_is_below_one_in_families_and_one():
    assert derived_p(-1e9, DERIVED) == pytest.approx(1 / 4)
    assert none_p(1e9, 3, UNRELATED) == pytest.approx(1 / 8)


def test_one_candidate_is_compared_with_single_scores_of_unrelated_pairs():
    """At 0.55 only references with 1.0 reach it, one of three, and in family 6 a second one."""
    expected = (1 + 6 * 1 / 3 + 2 / 3) / 8
    assert none_p(0.55, 1, UNRELATED) == pytest.approx(expected)


def by_listing(highest, candidates, scores):
    """Chance that the highest over one random reference of each of so many random families is there.

    `scores`: one list of scores for each family of references.
    """
    ways = list(combinations(scores, candidates))
    total = 0.0
    for families in ways:
        below = 1.0
        for family in families:
            below *= sum(score < highest for score in family) / len(family)
        total += 1 - below
    return total / len(ways)


@pytest.mark.parametrize("candidates", [1, 2, 3, 5])
def test_the_chance_for_the_best_of_several_is_that_of_all_ways_to_draw_them(candidates):
    dice = np.random.default_rng(1)
    scores = [list(dice.normal(size=count)) for count in (3, 1, 4, 2, 2)]
    calibration = [
        Unrelated(score, "s", "f", str(family))
        for family, seen in enumerate(scores)
        for score in seen
    ]
    expected = (1 + by_listing(0.4, candidates, scores)) / 2
    assert none_p(0.4, candidates, calibration) == pytest.approx(expected)


def test_more_candidates_than_families_are_dealt_into_blocks():
    one_block, two_blocks = none_p(1e9, 3, UNRELATED), none_p(1e9, 4, UNRELATED)
    assert two_blocks == pytest.approx(2 * one_block)
    assert none_p(0.0, 4, UNRELATED) == 1


def test_suspects_scored_against_few_families_are_not_taken_for_many_candidates():
    """One suspect knows three families; seven others know one each, and in three blocks say more."""
    rich = [Unrelated(0.0, "s", "f", str(reference)) for reference in range(3)]
    poor = [Unrelated(0.0, f"s{i}", f"g{i}", "0") for i in range(7)]
    assert none_p(1.0, 3, [*rich, *poor[:3]]) == pytest.approx(1 / 2)
    assert none_p(1.0, 3, [*rich, *poor]) == pytest.approx(3 / 9)


def test_a_clear_derivative_of_one_candidate_leaves_that_account_alone():
    found = attribute({"A": 7.0, "B": 0.3}, DERIVED, UNRELATED, alpha=0.3)
    assert found.fitting == ("A",)
    assert found.coverage == pytest.approx(0.7)
    assert [account.name for account in found.accounts] == ["A", "B", NONE]


def test_an_independent_suspect_leaves_none_of_these():
    assert attribute({"A": 0.3, "B": 0.1}, DERIVED, UNRELATED, alpha=0.3).fitting == (NONE,)


def test_a_score_between_both_kinds_fits_no_account():
    assert attribute({"A": 2.0, "B": 0.1}, DERIVED, UNRELATED, alpha=0.3).fitting == ()


def test_few_families_leave_out_nothing():
    found = attribute({"A": 2.0}, DERIVED, UNRELATED, alpha=0.05)
    assert found.fitting == ("A", NONE)


def test_an_account_that_cannot_be_tested_stays_with_its_reason():
    found = attribute({"A": 0.0}, [], [], alpha=0.3)
    assert found.fitting == ("A", NONE)
    assert [account.p for account in found.accounts] == [
        Unknown("no known derivative was scored"),
        Unknown("no unrelated pair was scored"),
    ]


@pytest.mark.parametrize(("scores", "alpha"), [({}, 0.1), ({"A": 1.0}, 0.0), ({"A": 1.0}, 1.0)])
def test_what_makes_no_sense_is_refused(scores, alpha):
    with pytest.raises(ValueError, match="a candidate or more"):
        attribute(scores, DERIVED, UNRELATED, alpha=alpha)


def derivatives(dice, families, each):
    """Scores that differ more between families than within."""
    own = dice.normal(5, 1, size=families)
    return [Derived(own[f] + dice.normal(0, 0.5), str(f)) for f in range(families) for _ in each]


def strangers(dice, families, each):
    own = dice.normal(0, 1, size=families)
    return [
        Unrelated(own[f] + dice.normal(), f"{f} {one}", str(f), str(reference))
        for f in range(families)
        for one in each
        for reference in range(REFERENCES)
    ]


def interval(share):
    """Four standard errors of a share over all rounds."""
    return 4 * (share * (1 - share) / ROUNDS) ** 0.5


def test_the_true_candidate_is_in_the_set_as_often_as_stated():
    """With one score for each of nine families the p-value is uniform on tenths."""
    dice, kept = np.random.default_rng(2), 0
    for _ in range(ROUNDS):
        *known, suspect = derivatives(dice, FAMILIES + 1, each=[0])
        kept += derived_p(suspect.score, known) > 0.2
    assert abs(kept / ROUNDS - 0.8) < interval(0.8)


def test_several_derivatives_of_a_family_do_not_make_the_set_miss_the_true_candidate():
    dice, kept = np.random.default_rng(3), 0
    for _ in range(ROUNDS):
        known = derivatives(dice, FAMILIES + 1, each=range(4))
        others = [one for one in known if one.family != "0"]
        kept += derived_p(known[0].score, others) > 0.2
    assert kept / ROUNDS > 0.8 - interval(0.8)
    assert kept / ROUNDS < 0.9 + interval(0.9)


@pytest.mark.parametrize("candidates", [1, 3])
def test_none_of_these_is_in_the_set_as_often_as_stated(candidates):
    dice, kept = np.random.default_rng(4), 0
    for _ in range(ROUNDS):
        known = strangers(dice, FAMILIES + 1, each=[0])
        mine = dice.permutation([one.score for one in known if one.family == "0"])
        others = [one for one in known if one.family != "0"]
        kept += none_p(float(mine[:candidates].max()), candidates, others) > 0.2
    assert kept / ROUNDS > 0.8 - interval(0.8)
    assert kept / ROUNDS < 0.9 + interval(0.9)


def test_single_scores_would_call_the_best_of_many_candidates_too_often():
    dice, called = np.random.default_rng(5), 0
    for _ in range(ROUNDS):
        known = strangers(dice, FAMILIES + 1, each=[0])
        best = max(one.score for one in known if one.family == "0")
        others = [one for one in known if one.family != "0"]
        called += none_p(best, 1, others) <= 0.2
    assert called / ROUNDS > 0.3


def test_a_higher_score_never_fits_derivation_less_or_independence_more():
    points = np.linspace(-1, 9, 41)
    assert all(a <= b for a, b in pairwise(derived_p(x, DERIVED) for x in points))
    assert all(a >= b for a, b in pairwise(none_p(x, 2, UNRELATED) for x in points))
