import numpy as np
import pytest

from workbench.evidence.fuse import centre, centred_many, fuse, slopes, spread
from workbench.evidence.panel import centred


def symmetric(seed, models=6):
    table = np.random.default_rng(seed).normal(size=(models, models))
    return table + table.T


def test_centring_is_that_of_the_control_panel():
    table = symmetric(1)
    pairs = {(str(i), str(j)): {"p": table[i, j]} for i in range(6) for j in range(6) if i != j}
    expected = centred(pairs, "0", "1", ["1", "2", "3", "4"])["p"]
    assert float(centre(table, 0, 1, [2, 3, 4])) == pytest.approx(expected)


def test_what_makes_a_model_alike_to_everybody_is_taken_away():
    table, hub = symmetric(2), np.zeros((6, 6))
    hub[0, :] += 5
    hub[:, 0] += 5
    assert centre(table + hub, 0, 1, [2, 3]) == pytest.approx(centre(table, 0, 1, [2, 3]))


def test_every_round_is_centred_on_its_own():
    tables = np.stack([symmetric(3), symmetric(4)])
    found = centred_many(tables, [(0, 1), (0, 2), (1, 2)], [[3, 4], [3, 5], [3, 5]])
    assert found.shape == (2, 3)
    assert centred_many(tables[1], [(0, 2)], [[3, 5]]) == pytest.approx(found[1, [1]])
    assert found[1, 1] == pytest.approx(float(centre(tables[1], 0, 2, [3, 5])))


def test_every_pair_has_a_cohort_and_every_measure_a_unit():
    with pytest.raises(ValueError, match="zip"):
        centred_many(symmetric(3), [(0, 1), (0, 2)], [[3, 4]])
    with pytest.raises(ValueError, match="zip"):
        fuse([symmetric(3)], [1.0, 2.0])


def test_slopes_find_what_goes_with_length():
    length, format_ = np.random.default_rng(5).normal(size=(2, 400))
    assert slopes(2 * length + 0.5 * format_, np.stack([length, format_])) == pytest.approx(
        [2, 0.5]
    )


def test_a_negative_slope_becomes_none_and_the_rest_is_fitted_anew():
    length, format_ = np.random.default_rng(6).normal(size=(2, 400))
    found = slopes(2 * length - format_, np.stack([length, format_]))
    assert found[1] == 0
    alone = float(length @ (2 * length - format_) / (length @ length))
    assert found[0] == pytest.approx(alone)


def test_where_every_slope_is_negative_none_is_taken():
    nuisances = np.random.default_rng(6).normal(size=(2, 400))
    assert slopes(-nuisances.sum(0), nuisances).tolist() == [0, 0]


def test_fused_measures_weigh_the_same_whatever_their_unit():
    table = symmetric(7)
    assert fuse([table, table / 1000], [1.0, 0.001]) == pytest.approx(table)


def test_a_measure_without_spread_is_left_out():
    table = symmetric(8)
    assert fuse([table, np.zeros((6, 6))], [2.0, 0.0]) == pytest.approx(table / 2)
    with pytest.raises(ValueError, match=r"^no measure tells unrelated models apart$"):
        fuse([table], [0.0])


def test_spread_is_taken_about_zero():
    assert spread(np.array([3.0, 3.0])) == pytest.approx(3)
