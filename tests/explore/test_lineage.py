import numpy as np
import pytest

from tests.explore.test_places import placed
from workbench.errors import CaseError
from workbench.explore.lineage import measured

RIGHT, UP, NEAR = (1.0, 0.0), (0.0, 1.0), (0.8, 0.6)


def answers(directions, probes=4, repeats=2):
    return placed(
        (run, f"p{n}", repeat, vector)
        for n in range(probes)
        for run, vector in directions.items()
        for repeat in range(repeats)
    )


def test_distances_are_those_of_the_definition():
    found = measured(answers({"a": RIGHT, "b": NEAR, "c": UP}))
    assert found.runs == ("a", "b", "c")
    # Every repeat is the same, so within is 1: 2 − 2 · cosine.
    assert np.allclose(found.distances, [[0, 0.4, 2], [0.4, 0, 0.8], [2, 0.8, 0]], atol=1e-6)
    assert found.probes == 4


def test_noise_within_a_model_is_no_distance():
    """Two models that draw from the same two answers lie at 0 on average over the draws."""
    dice = np.random.default_rng(5)
    rows = [
        (run, f"p{n}", repeat, (RIGHT, UP)[dice.integers(2)])
        for n in range(400)
        for run in ("a", "b", "c")
        for repeat in range(3)
    ]
    assert np.abs(measured(placed(rows)).distances).max() < 0.08


def test_the_tree_joins_the_nearest_first_and_says_how_sure_that_is():
    found = measured(answers({"a": RIGHT, "b": NEAR, "c": UP}))
    first, last = found.joins
    assert (first.first, first.second, first.support) == (0, 1, 1.0)
    assert first.height == pytest.approx(0.4)
    assert last.height == pytest.approx((2 + 0.8) / 2)
    assert last.support == 1.0


def test_a_join_that_hangs_on_one_probe_has_little_support():
    """b is with a at two probes of four and with c at the other two, a little nearer to a."""
    rows = []
    for n in range(4):
        with_a = n < 2
        for run, vector in (("a", RIGHT), ("c", UP), ("b", RIGHT if with_a else NEAR)):
            rows += [(run, f"p{n}", repeat, vector) for repeat in range(2)]
    found = measured(placed([*rows, *[("b", "p9", r, UP) for r in range(2)],
                             *[("c", "p9", r, UP) for r in range(2)],
                             *[("a", "p9", r, RIGHT) for r in range(2)]]))  # fmt: skip
    assert 0.5 < found.joins[0].support < 1.0


def test_a_model_without_common_probes_is_left_out_by_name():
    rows = answers({"a": RIGHT, "b": NEAR, "c": UP})
    lonely = placed([("d", "elsewhere", 0, UP)])
    both = placed(
        zip(
            rows.runs + lonely.runs,
            rows.probes + lonely.probes,
            rows.repeats + lonely.repeats,
            [*rows.vectors, *lonely.vectors],
            strict=True,
        )
    )
    found = measured(both)
    assert (found.runs, found.left_out) == (("a", "b", "c"), ("d",))


def test_two_models_make_no_tree():
    with pytest.raises(CaseError) as error:
        measured(answers({"a": RIGHT, "b": NEAR}))
    assert error.value.what == "Only 2 models have answers to the same probes."
