from dataclasses import replace

import numpy as np
import pytest

from workbench.errors import PlanError
from workbench.evidence.components import Components, Unknown, components, residuals
from workbench.evidence.fuse import centre

INTERACTION, REPEAT, TAU = 0.10, 0.15, 0.05
FOUND = Components(INTERACTION**2, REPEAT**2, TAU, 0.03, 0.08, 10, 30, 2)


def symmetric(dice, *shape):
    table = np.tril(dice.normal(size=shape), -1)
    return table + np.swapaxes(table, -1, -2)


def pilot(dice, models=9, probes=12, repeats=3, tau=TAU):
    """Tables with every effect of the model, those of single models large."""
    own = dice.normal(size=models)[None, None] + dice.normal(size=(1, probes, models))
    own = own + dice.normal(size=(repeats, probes, models))
    return (
        dice.normal(size=(1, probes, 1, 1))
        + own[..., None]
        + own[..., None, :]
        + tau * symmetric(dice, models, models)
        + INTERACTION * symmetric(dice, probes, models, models)
        + REPEAT * symmetric(dice, repeats, probes, models, models)
    )


def test_what_belongs_to_one_model_leaves_no_residual():
    level = np.random.default_rng(1).normal(size=7)
    assert residuals(3 + level[:, None] + level) == pytest.approx(np.zeros((7, 7)), abs=1e-12)


def test_residuals_are_those_of_least_squares():
    table = symmetric(np.random.default_rng(2), 6, 6)
    first, second = np.triu_indices(6, 1)
    design = np.zeros((15, 6))
    design[np.arange(15), first] += 1
    design[np.arange(15), second] += 1
    left = table[first, second]
    left = left - design @ np.linalg.lstsq(design, left, rcond=None)[0]
    assert residuals(table + 99 * np.eye(6))[first, second] == pytest.approx(left)


def test_two_way_centring_sees_nothing_but_residuals():
    table = symmetric(np.random.default_rng(3), 8, 8)
    assert centre(residuals(table), 0, 1, [3, 4, 6]) == pytest.approx(
        centre(table, 0, 1, [3, 4, 6])
    )


def test_each_part_is_found_on_average():
    dice = np.random.default_rng(4)
    found = [components(pilot(dice)) for _ in range(300)]
    tau = [0.0 if isinstance(one.tau, Unknown) else one.tau**2 for one in found]
    parts = np.array([[one.interaction, one.repeat] for one in found])
    parts = np.column_stack([parts, tau])
    error = parts.std(0) / np.sqrt(len(found))
    assert (abs(parts.mean(0) - [INTERACTION**2, REPEAT**2, TAU**2]) < 4 * error).all()
    assert (error < 0.03 * parts.mean(0)).all()


def test_the_interval_of_tau_holds_it_nine_times_in_ten():
    dice = np.random.default_rng(5)
    found = [components(pilot(dice, models=6, probes=40)) for _ in range(400)]
    held = sum(one.tau_low <= TAU <= one.tau_high for one in found)
    assert abs(held / 400 - 0.9) < 4 * (0.9 * 0.1 / 400) ** 0.5


def test_mean_squares_come_out_as_written_by_hand():
    """Four models have two degrees of freedom, spanned by three perfect matchings."""
    matching = np.zeros((4, 4))
    matching[[0, 1, 2, 3], [1, 0, 3, 2]] = 2
    matching[[0, 2, 1, 3], [2, 0, 3, 1]] = -1
    matching[[0, 3, 1, 2], [3, 0, 2, 1]] = -1
    sizes = np.array(
        [[1.0, 3.0], [5.0, 3.0]]
    )  # repeats × probes; squares of the matching add to 12
    found = components(sizes[:, :, None, None] * matching)
    # within: (−2, 0, 2, 0); probe means 3 and 3; all 3
    assert found.repeat == pytest.approx(12 * 8 / (2 * 2 * 1))
    assert found.interaction == 0
    assert found.tau == pytest.approx((12 * 4 * 9 / 2 / 4) ** 0.5)


def test_models_no_further_apart_than_noise_have_no_tau_and_the_reason_is_given():
    dice = np.random.default_rng(6)
    found = [components(pilot(dice, models=5, tau=0.0)) for _ in range(40)]
    unknown = [one for one in found if isinstance(one.tau, Unknown)]
    assert unknown
    assert "no more than noise" in unknown[0].tau.reason
    assert unknown[0].tau_low == 0


def test_with_one_repeat_noise_is_known_for_one_repeat_only():
    values = pilot(np.random.default_rng(7), repeats=1)
    found = components(values)
    assert found.noise(1) == found.interaction
    assert isinstance(found.noise(2), Unknown)
    assert "one repeat" in found.noise(2).reason


def test_repeats_divide_their_own_noise_only():
    assert FOUND.noise(5) == pytest.approx(0.01 + 0.0225 / 5)
    assert replace(FOUND, repeat=Unknown("lost")).noise(2) == Unknown("lost")


@pytest.mark.parametrize(("models", "probes"), [(3, 20), (9, 1)])
def test_a_pilot_too_small_to_measure_noise_is_refused(models, probes):
    with pytest.raises(PlanError, match=f"{models} models and {probes} probes"):
        components(np.zeros((2, probes, models, models)))


def test_a_missing_value_is_refused_and_the_diagonal_is_not_read():
    values = pilot(np.random.default_rng(8))
    values[..., np.arange(9), np.arange(9)] = np.nan
    assert components(values).repeat > 0
    values[0, 0, 1, 2] = np.nan
    with pytest.raises(PlanError, match="lacks the value"):
        components(values)
