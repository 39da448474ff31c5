"""Families and recipes drawn with replacement."""

import numpy as np
import pytest

from tests.evidence.simulated import kept, labelled, panel
from workbench.evidence.calibrators import BiStudent
from workbench.evidence.drawn import ROUNDS, draw
from workbench.evidence.labelled import derived_side, other_side
from workbench.evidence.system import System


def sides(pairs):
    one = System(pairs, "weights", "independent")
    return one.scores, one.derived, one.other


def generator():
    return np.random.default_rng(4)


def lonely():
    """Two recipes and two disjoint pairs of families: most draws leave a side without a spread."""
    rows = [("m", "n", "a", "b", "", "unrelated", 0.1), ("o", "p", "c", "d", "", "unrelated", 0.6)]
    rows += [("x", f"y{r}", "x", "x", r, "fine_tune_of", s) for r, s in (("r", 3.0), ("s", 4.0))]
    pairs = labelled(rows)
    index = np.arange(2)
    return np.arcsinh(pairs.score), derived_side(pairs, index + 2), other_side(pairs, index)


def test_a_draw_that_nothing_can_be_fitted_to_is_a_likelihood_ratio_of_one():
    drawn = draw(*lonely(), generator())
    assert 0 < len(drawn.fitted) < ROUNDS // 4
    values = drawn.log10_lr(np.full((ROUNDS, 1), 3.0))[:, 0]
    others = np.setdiff1d(np.arange(ROUNDS), drawn.fitted)
    assert (values[others] == 0).all()
    assert (values[drawn.fitted] != 0).all()


def test_draws_hold_both_recipes_and_all_four_families_as_often_as_chance_says():
    """Chance of both recipes 1/2, of one pair and the other, that is of all four families, 4!/4⁴."""
    share = len(draw(*lonely(), generator()).fitted) / ROUNDS
    expected = 0.5 * 24 / 256
    assert share == pytest.approx(expected, abs=4 * (expected * (1 - expected) / ROUNDS) ** 0.5)


def test_each_draw_is_the_fit_of_its_own_pairs():
    """Drawn once more by hand: each pair put in as often as its families, or its recipe, came up."""
    pairs = panel("draws", families=6, derivatives=6)
    scores, derived, other = sides(kept(pairs, np.flatnonzero(np.arange(len(pairs)) % 3)))
    dice = generator()
    drawn = draw(scores, derived, other, generator())
    recipes = dice.integers(derived.names, size=(ROUNDS, derived.names))
    families = dice.integers(other.names, size=(ROUNDS, other.names))
    for i, which in enumerate(drawn.fitted[:40]):
        ours = np.bincount(recipes[which], minlength=derived.names)[derived.first]
        count = np.bincount(families[which], minlength=other.names)
        theirs = count[other.first] * count[other.last]
        fit = BiStudent.fit(
            scores[derived.index],
            scores[other.index],
            ours * derived.weights,
            theirs * other.weights,
            derived.units,
            other.units,
        )
        assert drawn.fits.derived_mean[i] == pytest.approx(fit.derived_mean, abs=1e-10)
        assert drawn.fits.derived_sd[i] == pytest.approx(fit.derived_sd, abs=1e-10)
        assert drawn.fits.other_mean[i] == pytest.approx(fit.other_mean, abs=1e-10)
        assert drawn.fits.other_sd[i] == pytest.approx(fit.other_sd, abs=1e-10)


@pytest.mark.parametrize("score", [0.1, 0.3, 0.7, 1.1, 2.3])
def test_a_draw_of_one_score_again_and_again_shows_no_spread(score):
    """Thirds and elevenths of it round, and nothing may be fitted to the rounding."""
    strangers = [("m", "n", "a", "b", score), ("o", "p", "c", "d", score + 1)]
    rows = [
        (f"{m}{i}", n, a, b, "", "unrelated", s) for m, n, a, b, s in strangers for i in range(3)
    ]
    recipes = [("r", score + 2)] * 11 + [("s", score + 3)] * 7
    rows += [("x", f"y{i}", "x", "x", r, "fine_tune_of", s) for i, (r, s) in enumerate(recipes)]
    pairs = labelled(rows)
    index = np.arange(len(pairs))
    found = draw(
        pairs.score, derived_side(pairs, index[6:]), other_side(pairs, index[:6]), generator()
    )
    dice = generator()
    both = (np.ptp(dice.integers(2, size=(ROUNDS, 2)), axis=1) > 0).nonzero()[0]
    families = dice.integers(4, size=(ROUNDS, 4))
    everybody = [i for i in both if len(set(families[i])) == 4]
    assert found.fitted.tolist() == everybody


def test_the_noise_is_standard_normal():
    noise = draw(*sides(panel("noise", families=6)), generator()).noise
    assert abs(noise.mean()) < 4 / ROUNDS**0.5
    assert noise.std() == pytest.approx(1, abs=0.1)
