"""Likelihood ratios of labelled scores: by hand, without kin, within bounds, and borne out."""

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from benchmarks.simulated import strangers
from tests.evidence.simulated import kept, labelled, panel
from workbench.digest import seed_from
from workbench.evidence.calibrators import BiGaussian
from workbench.evidence.performance import cllr
from workbench.evidence.system import System, steadied

NOBODY = frozenset()
UNRELATED = {
    ("a", "b"): 0.9, ("a", "c"): -0.4, ("a", "d"): 0.3, ("a", "e"): -1.2, ("a", "f"): 0.1,
    ("b", "c"): 0.5, ("b", "d"): -0.7, ("b", "e"): 0.2, ("b", "f"): -0.3,
    ("c", "d"): 0.8, ("c", "e"): -0.9, ("c", "f"): 0.4,
    ("d", "e"): 1.1, ("d", "f"): -0.2, ("e", "f"): 0.6,
}  # fmt: skip
DERIVED = [("a", "r1", 6.0), ("c", "r2", 3.0), ("c", "r2", 5.0), ("d", "r3", 9.0), ("e", "r4", 2.0)]


def small():
    """Six families, one pair of every two, five derivatives of four recipes."""
    others = [(f"{a}0", f"{b}0", a, b, "", "unrelated", s) for (a, b), s in UNRELATED.items()]
    own = [
        (f"{family}0", f"child{i}", family, family, recipe, "fine_tune_of", score)
        for i, (family, recipe, score) in enumerate(DERIVED)
    ]
    return labelled([*others, *own])


def system(pairs, alternative="independent", **options):
    return System(pairs, "weights", alternative, **options)


def predictive(score, mean, sd, units):
    return t.pdf(score, units - 1, mean, sd * math.sqrt(1 + 1 / units))


def by_hand(score):
    """Of a pair of families a and b. Left are c to f: 6 pairs of 4 families, and 3 recipes."""
    others = [math.asinh(UNRELATED[pair]) for pair in UNRELATED if not {"a", "b"} & set(pair)]
    other_mean = statistics.fmean(others)
    other_sd = math.sqrt(statistics.pvariance(others) * 4 / 3)
    r2, r3, r4 = (math.asinh(3), math.asinh(5)), math.asinh(9), math.asinh(2)
    weighed = [(r2[0], 1 / 6), (r2[1], 1 / 6), (r3, 1 / 3), (r4, 1 / 3)]
    mean = sum(weight * value for value, weight in weighed)
    sd = math.sqrt(sum(weight * (value - mean) ** 2 for value, weight in weighed) * 3 / 2)
    numerator = predictive(math.asinh(score), mean, sd, 3)
    return math.log10(numerator / predictive(math.asinh(score), other_mean, other_sd, 4))


@pytest.mark.parametrize("score", [0.9, 2.0, 4.0])
def test_one_likelihood_ratio_comes_out_as_by_hand(score):
    found = system(small()).unbounded(np.array(score), frozenset("ab"))
    assert found == pytest.approx(by_hand(score), abs=1e-12)


def test_a_labelled_pair_is_judged_without_its_own_families():
    assert system(small()).held_out[0] == pytest.approx(by_hand(0.9), abs=1e-12)


def test_kin_left_in_would_be_seen():
    one = system(small())
    assert abs(one.unbounded(np.array(2.0), NOBODY) - by_hand(2.0)) > 0.01


def with_scores(pairs, where, values):
    score = pairs.score.copy()
    score[where] = values
    return replace(pairs, score=score)


@pytest.fixture(scope="module")
def plain():
    return panel("kin", families=9, models=2, derivatives=9)


KIN = frozenset({"f1", "f4"})


def of_kin(pairs):
    return np.array([bool(families & KIN) for families in pairs.families])


def says(pairs, kin=KIN):
    """What is said of one score before bounds: the ratio, and some of those by drawn families."""
    one = system(pairs)
    drawn = one._drawn(kin).log10_lr(np.full((1000, 1), 1.4))
    return [float(one.unbounded(np.array(1.4), kin)), *drawn[:20, 0]]


def test_no_score_of_kin_has_any_part_in_fit_or_draws(plain):
    kin = of_kin(plain)
    changed = with_scores(plain, kin, plain.score[kin] * -3 + 5)
    assert says(changed) == says(plain)
    assert says(changed, NOBODY) != says(plain, NOBODY)


def test_a_score_of_strangers_has_a_part_in_fit_and_draws(plain):
    strangers = ~of_kin(plain)
    changed = with_scores(plain, strangers, plain.score[strangers] * 1.1)
    assert all(one != other for one, other in zip(says(changed), says(plain), strict=True))


def test_a_labelled_pair_is_bounded_as_if_its_families_were_not_there():
    pairs = panel("bounds", families=9, models=1, derivatives=18, shift=2.0)
    one = system(pairs)
    own = one.bounds(frozenset(pairs.families[0])).tightest
    assert tuple(one.bounds_held_out[0]) == own != one.bounds().tightest


def test_bounds_without_kin_come_from_likelihood_ratios_of_strangers_alone():
    pairs = panel("strangers", families=9, models=1, derivatives=18, shift=2.0)
    one = system(pairs)
    before = one._bound(KIN)
    one.held_out[of_kin(pairs)] = 9.0
    assert one._bound(KIN) == before
    assert one._bound(NOBODY) != before


def many_pairs(families, models, derivatives=40):
    return panel("cap", families=families, models=models, derivatives=derivatives, shift=40.0)


def test_ten_families_in_five_hundred_pairs_cannot_exceed_eleven():
    pairs = many_pairs(10, 4)
    one = system(pairs)
    assert len(one.other.index) > 500
    assert 0.95 < one.bounds().elub[1] <= math.log10(11)
    assert one.bounds().tightest[1] < 1
    assert float(one.bounded(one.unbounded(np.array(1e6), NOBODY), NOBODY)) < 1


def test_twenty_recipes_in_forty_derivatives_cannot_exceed_twenty_one_the_other_way():
    one = system(many_pairs(24, 1, derivatives=20))
    assert len(one.derived.index) == 20
    assert -math.log10(21) <= one.bounds().tightest[0] < -1


def test_three_families_give_a_reason_and_no_number():
    one = system(panel("three", families=3, models=4, derivatives=6))
    assert one.hindrance() == (
        "the calibration holds independent models of 3 families only; at least 5 are needed"
    )
    assert np.isnan(one.held_out).all()
    with pytest.raises(ValueError, match="of 3 families only"):
        one.bounds()


def test_an_alternative_nobody_stands_for_is_named():
    one = system(small(), "web")
    assert one.hindrance() == (
        "the calibration holds no models trained on recent crawls or on published answers of the "
        "reference"
    )
    assert one.families() == 0


def test_kin_that_leave_one_recipe_leave_no_likelihood_ratio():
    one = system(small())
    kin = frozenset("ade")  # of the third recipe there are two derivatives that differ
    assert one.hindrance(kin) == (
        "too few derivatives are left once the families of this pair are set aside"
    )
    assert np.isnan(one.unbounded(np.array(2.0), kin))


def test_kin_that_leave_one_pair_of_families_leave_no_likelihood_ratio():
    one = system(small())
    assert one.hindrance(frozenset("bcdf")) != ""
    assert one.families(frozenset("bcdf")) == 2


def test_families_are_counted_without_kin():
    one = system(small())
    assert (one.families(), one.families(frozenset("ab")), one.families(frozenset("z"))) == (
        6,
        4,
        6,
    )


def star():
    """One family is in every unrelated pair, so none of them can be judged without it."""
    others = [("hub", f"m{i}", "h", f"f{i}", "", "unrelated", i / 10) for i in range(8)]
    own = [("x", f"d{i}", "x", "x", f"r{i}", "fine_tune_of", 5 + i) for i in range(4)]
    return labelled(others + own)


def test_without_a_pair_that_could_be_judged_there_are_no_bounds_and_no_number():
    one = system(star())
    assert "nothing says how far a likelihood ratio may go" in one.hindrance()
    assert np.isnan(one.bounded_held_out).all()


def test_scores_that_are_all_alike_fit_nothing():
    pairs = small()
    same = replace(pairs, score=np.where(np.array(pairs.label) == "unrelated", 0.5, pairs.score))
    assert "too few independent models are left" in system(same).hindrance()


def test_strangers_alone_are_weighed_against_nothing():
    pairs = small()
    others = kept(pairs, [i for i, label in enumerate(pairs.label) if label == "unrelated"])
    assert system(others).hindrance() == "the calibration holds no derivatives"


def test_no_score_at_all_is_no_likelihood_ratio():
    pairs = small()
    nothing = replace(pairs, score=np.full(len(pairs), np.nan))
    assert system(nothing).hindrance() == "the calibration holds no independent models"


def test_derivatives_alone_are_weighed_against_nothing():
    pairs = small()
    own = kept(pairs, [i for i, label in enumerate(pairs.label) if label == "fine_tune_of"])
    assert system(own).hindrance() == "the calibration holds no independent models"


def test_derivatives_that_lie_below_strangers_make_every_score_say_nothing():
    pairs = small()
    flipped = replace(pairs, score=-pairs.score)
    scores = np.linspace(-9, 9, 7)
    assert system(flipped).unbounded(scores, NOBODY).tolist() == [0.0] * 7


def test_the_numbers_do_not_depend_on_the_order_of_rows(plain):
    order = np.random.default_rng(3).permutation(len(plain))
    assert says(kept(plain, order)) == pytest.approx(says(plain), abs=1e-12)


def test_the_numbers_do_not_depend_on_which_model_is_called_the_suspect(plain):
    turned = replace(
        plain,
        reference=plain.suspect,
        suspect=plain.reference,
        reference_family=plain.suspect_family,
        suspect_family=plain.reference_family,
    )
    assert says(turned) == says(plain)


def test_a_wider_spread_of_the_score_widens_the_interval():
    one = system(panel("spread", families=24, models=1, derivatives=24))
    narrow, wide = one.intervals(np.full(2, 2.5), np.array([0.0, 0.1]), NOBODY)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_more_families_narrow_the_interval():
    widths = []
    for families in (8, 40):
        one = system(panel("width", families=families, models=1, derivatives=families))
        widths.append(one._drawn(NOBODY).log10_lr(np.full((1000, 1), 2.0)).std())
    assert widths[1] < widths[0] / 1.5


def test_scores_are_logarithmic_far_out_and_linear_near_nothing():
    assert steadied(np.array([0.001]))[0] == pytest.approx(0.001, rel=1e-6)
    assert np.ptp(steadied(np.array([50.0, 100.0]))) == pytest.approx(math.log(2), abs=1e-4)


def test_another_calibrator_and_the_raw_score_are_other_systems():
    pairs = replace(small(), raw=small().score * 0.5)
    found = [
        float(one.unbounded(np.array(1.0), NOBODY))
        for one in (
            system(pairs),
            system(pairs, kernel="raw"),
            system(pairs, calibrator=BiGaussian),
        )
    ]
    assert len(set(found)) == 3


def test_pairs_without_a_raw_score_have_no_part_in_the_raw_system():
    pairs = small()
    raw = pairs.score.copy()
    raw[:2] = np.nan
    assert len(system(replace(pairs, raw=raw), kernel="raw").other.index) == len(UNRELATED) - 2


ROUNDS = 40
STRANGERS = 50


@pytest.fixture(scope="module", params=[{}, {"hub": 0.6, "pair": 0.3}], ids=["pairs", "hubs"])
def borne_out(request):
    """Bounded ratios of new pairs of families that no calibration has seen, and of held-out ones."""
    hub, pair = request.param.get("hub", 0.3), request.param.get("pair", 0.6)
    fresh, derived, held_out = [], [], []
    for round_ in range(ROUNDS):
        one = system(panel(round_, shift=2.0, models=1, derivatives=12, hub=hub, pair=pair))
        scores = [strangers(round_, STRANGERS, shift=s, hub=hub, pair=pair) for s in (0.0, 2.0)]
        values = one.unbounded(np.stack(scores), NOBODY)
        low, high = one.bounded(values, NOBODY)
        fresh.append(low)
        derived.append(high)
        other = one.judged[1]
        held_out.append((one.bounded_held_out[other.index], other.weights))
    return np.array(fresh), np.array(derived), held_out


def limit(k):
    """1/k, and three binomial standard errors of as many trials as there are calibrations."""
    return 1 / k + 3 * math.sqrt((1 / k) * (1 - 1 / k) / ROUNDS)


@pytest.mark.parametrize("k", [2, 5, 10])
def test_strangers_reach_k_no_more_often_than_one_in_k(borne_out, k):
    fresh, _, held_out = borne_out
    assert np.mean(fresh >= math.log10(k)) <= limit(k)
    own = [np.average(values >= math.log10(k), weights=weights) for values, weights in held_out]
    assert np.mean(own) <= limit(k)


def test_a_ratio_of_k_is_k_times_as_frequent_among_derivatives(borne_out):
    fresh, derived, _ = borne_out
    for k in (2, 4):
        assert np.mean(derived >= math.log10(k)) >= k * np.mean(fresh >= math.log10(k))


def test_the_cost_comes_close_to_what_knowing_both_distributions_would_cost(borne_out):
    fresh, derived, _ = borne_out
    dice = np.random.default_rng(seed_from("ideal"))
    known = [2 * (dice.standard_normal(20_000) + shift) - 2 for shift in (0, 2)]
    ideal = cllr(known[1] / math.log(10), known[0] / math.log(10))
    assert ideal < cllr(derived.ravel(), fresh.ravel()) < ideal + 0.15


def test_models_of_one_recipe_are_an_alternative_of_their_own_and_no_independent_ones():
    twins = [
        (f"{a}0", f"{b}0", a, b, "", "same_recipe_twin", score)
        for (a, b), score in UNRELATED.items()
        if {a, b} & {"a", "f"}
    ]
    rest = [
        (f"{a}0", f"{b}0", a, b, "", "unrelated", score)
        for (a, b), score in UNRELATED.items()
        if not {a, b} & {"a", "f"}
    ]
    pairs = labelled([*twins, *rest])
    assert system(pairs, "recipe").families() == 6
    assert system(pairs).families() == 4
