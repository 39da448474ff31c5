from dataclasses import replace

import numpy as np
import pytest

from tests.evidence.test_components import FOUND, symmetric
from workbench.evidence.components import Unknown
from workbench.evidence.fuse import centre
from workbench.evidence.panel import rank_p
from workbench.evidence.power import (
    Design,
    cap,
    cheapest,
    detectable,
    families_needed,
    power_by_rank,
    probes_needed,
    reach,
)

SCALE = (("weak", 0.0), ("moderate", 1.0), ("moderately strong", 2.0), ("strong", 3.0))
DESIGN = Design(probes=100, repeats=2, queries=200, cost=200.0)


@pytest.mark.parametrize(
    ("tau", "repeats", "probes"),
    [(0.01, 1, 2925), (0.01, 5, 1305), (0.02, 2, 479), (0.03, 1, 325), (0.05, 5, 53)],
)
def test_probes_follow_from_the_components(tau, repeats, probes):
    """By hand: 9 (0.01 + 0.0225 / m) / tau², rounded up."""
    assert probes_needed(replace(FOUND, tau=tau), repeats) == probes


def test_so_many_probes_widen_the_null_by_a_twentieth_in_simulation():
    dice, tau, repeats = np.random.default_rng(1), 0.05, 2
    probes = probes_needed(replace(FOUND, tau=tau), repeats)
    mean = tau * symmetric(dice, 4000, 8, 8)
    noise = np.stack([symmetric(dice, 4000, 8, 8) for _ in range(2)])
    mean += (0.10 * noise[0] + 0.15 / repeats**0.5 * noise[1]) / probes**0.5
    scores = centre(mean, 0, 1, list(range(2, 8)))
    alone = tau * (1 + 2 / 6 + 2 / 30) ** 0.5  # of centring with six controls, without noise
    assert scores.std() / alone == pytest.approx(1.054, abs=0.03)


def test_what_the_pilot_could_not_tell_is_passed_on():
    assert probes_needed(replace(FOUND, tau=Unknown("a")), 2) == Unknown("a")
    assert probes_needed(replace(FOUND, repeat=Unknown("b")), 2) == Unknown("b")
    assert cheapest(replace(FOUND, tau=Unknown("a")), probe_cost=1, repeat_cost=1) == Unknown("a")


def test_noiseless_values_take_one_probe():
    assert probes_needed(replace(FOUND, interaction=0.0, repeat=0.0), 1) == 1


@pytest.mark.parametrize(("probe_cost", "best"), [(0, 1), (1, 2), (4, 3), (16, 6)])
def test_the_cheapest_repeats_are_near_the_square_root_rule(probe_cost, best):
    """√(c_probe / c_repeat · 0.0225 / 0.01) is 0, 1.5, 3 and 6."""
    found = cheapest(replace(FOUND, tau=0.001), probe_cost=probe_cost, repeat_cost=1)
    assert found.repeats == best
    assert found.queries == found.probes * best
    assert found.cost == found.probes * (probe_cost + best)


def test_repeats_below_the_fewest_allowed_are_not_offered():
    assert cheapest(FOUND, probe_cost=0, repeat_cost=1, fewest=2).repeats == 2


def bound_by_trial(families, derivatives):
    """Largest odds threshold, in steps of 0.1 %, at which the system beats saying nothing."""
    derived = np.array([1e9] * derivatives + [1e-12])  # the last of each side misleads
    unrelated = np.array([1e-9] * families + [1e12])
    threshold = np.exp(np.arange(0, 9, 0.001))
    cost = (derived <= threshold[:, None]).mean(1)
    cost = cost + threshold * (unrelated > threshold[:, None]).mean(1)
    return np.log10(threshold[cost <= 1].max())


@pytest.mark.parametrize(("families", "derivatives"), [(10, 5), (30, 10), (110, 30), (1000, 300)])
def test_the_cap_is_where_a_system_is_worth_no_more_than_saying_nothing(families, derivatives):
    assert cap(families, derivatives) == pytest.approx(
        bound_by_trial(families, derivatives), abs=0.0005
    )


def test_a_panel_of_nobody_carries_nothing():
    assert cap(0, 10) == 0
    assert cap(10, 0) == 0


@pytest.mark.parametrize(("derivatives", "families"), [(1, 199), (30, 103), (10_000, 100)])
def test_a_hundredfold_ratio_takes_more_than_a_hundred_families(derivatives, families):
    assert families_needed(2.0, derivatives) == families
    assert cap(families, derivatives) >= 2.0
    assert cap(families - 1, derivatives) < 2.0


def test_thirty_families_reach_moderate_and_the_report_says_what_more_would_take():
    found = reach(30, 10, SCALE)
    assert found.level == "moderate"
    assert 10**found.cap == pytest.approx(31 * 10 / 11)
    assert found.needed == (
        ("weak", 1),
        ("moderate", 10),
        ("moderately strong", 109),
        ("strong", 1099),
    )


def test_a_level_takes_the_families_of_its_rule_even_where_the_ratio_takes_fewer():
    found = reach(15, 30, SCALE, {"moderate": 20})
    assert found.level == "weak"
    assert dict(found.needed)["moderate"] == 20


def test_without_derivatives_nothing_can_be_reached_and_the_reason_is_given():
    assert "known derivative" in reach(30, 0, SCALE).reason
    assert "0 families" in reach(0, 9, SCALE).level.reason


@pytest.mark.parametrize(
    ("controls", "shift", "power"),
    [(20, 3, 0.84), (20, 4, 0.97), (40, 3, 0.78), (40, 4, 0.95), (99, 3, 0.68), (99, 4, 0.92)],
)
def test_the_chance_of_beating_every_control(controls, shift, power):
    dice = np.random.default_rng(2)
    highest = dice.normal(size=(20_000, controls)).max(1)
    won = (dice.normal(size=20_000) + shift > highest).mean()
    assert power_by_rank(shift, controls, 1) == pytest.approx(won, abs=0.012)
    assert power_by_rank(shift, controls, 1) == pytest.approx(power, abs=0.006)


@pytest.mark.parametrize("allowed", [1, 3])
def test_without_a_shift_the_power_is_the_false_positive_rate(allowed):
    assert power_by_rank(0, 19, allowed) == pytest.approx(allowed / 20)


def test_the_smallest_detectable_shift_is_found_four_times_in_five_in_simulation():
    dice, controls, rounds = np.random.default_rng(3), 6, 2000
    found = detectable(FOUND, DESIGN, controls, false_positives=0.29)
    spread = (0.05**2 + FOUND.noise(2) / 100) ** 0.5
    tables = spread * symmetric(dice, rounds, controls + 2, controls + 2)
    tables[:, 0, 1] += found.shift
    tables[:, 1, 0] += found.shift
    scores = np.column_stack(
        [
            centre(tables, 0, one, [m for m in range(1, controls + 2) if m != one])
            for one in range(1, controls + 2)
        ]
    )
    detected = [rank_p(row[0], row[1:]) <= found.false_positives + 1e-9 for row in scores]
    assert found.false_positives == pytest.approx(2 / 7)
    assert np.mean(detected) == pytest.approx(0.8, abs=4 * (0.16 / rounds) ** 0.5)
    assert found.in_tau == pytest.approx(found.shift / 0.05)


def test_a_shift_is_told_as_a_share_of_a_full_derivative_where_one_is_known():
    alone = detectable(FOUND, DESIGN, 30, false_positives=0.05)
    assert "no full derivative" in alone.share.reason
    found = detectable(FOUND, DESIGN, 30, false_positives=0.05, full_shift=2 * alone.shift)
    assert found.share == pytest.approx(0.5)


def test_more_probes_find_smaller_shifts_but_never_below_what_families_differ_by():
    def shift(probes):
        design = replace(DESIGN, probes=probes)
        return detectable(FOUND, design, 30, false_positives=0.05).in_tau

    assert shift(20) > shift(200) > shift(10**9)
    assert shift(10**9) == pytest.approx(
        detectable(
            replace(FOUND, interaction=0.0, repeat=0.0), DESIGN, 30, false_positives=0.05
        ).in_tau
    )


def test_few_controls_cannot_show_a_low_false_positive_rate():
    found = detectable(FOUND, DESIGN, 18, false_positives=0.05)
    assert found.reason == "18 controls cannot show a false-positive rate below 1 in 19"
    assert detectable(FOUND, DESIGN, 19, false_positives=0.05).false_positives == 0.05
    assert "two controls" in detectable(FOUND, DESIGN, 1, false_positives=0.6).reason


def test_what_is_not_known_of_noise_leaves_no_detectable_shift():
    for lost in (replace(FOUND, tau=Unknown("a")), replace(FOUND, repeat=Unknown("a"))):
        assert detectable(lost, DESIGN, 30, false_positives=0.05) == Unknown("a")


def test_finds_rarer_than_false_alarms_are_refused():
    with pytest.raises(ValueError, match="more frequent"):
        detectable(FOUND, DESIGN, 30, false_positives=0.9)
