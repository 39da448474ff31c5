import random
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.stats import kstest

from workbench.evidence.panel import both_ways, centred, needed, rank_p
from workbench.evidence.verdict import conclude
from workbench.records import EvidenceLine, NoScore, PairScore, Score

PANEL = ["S", "a", "b", "c"]


def pairs_of(value, members=("R", *PANEL), probes=("p1", "p2")):
    return both_ways(
        {
            frozenset(pair): {probe: value(*pair, probe) for probe in probes}
            for pair in combinations(members, 2)
        }
    )


def test_equal_similarity_everywhere_centres_to_zero():
    found = centred(pairs_of(lambda *_: 0.7), "R", "S", PANEL)
    assert found == {"p1": pytest.approx(0), "p2": pytest.approx(0)}


def test_what_a_model_is_to_everybody_is_taken_away():
    generic = {"R": 0.1, "S": 0.3, "a": 0.0, "b": 0.05, "c": 0.2}
    found = centred(pairs_of(lambda x, y, _: generic[x] + generic[y]), "R", "S", PANEL)
    assert found["p1"] == pytest.approx(0)


def test_what_two_models_share_beyond_that_remains():
    found = centred(pairs_of(lambda x, y, _: 0.4 + 0.25 * ({x, y} == {"R", "S"})), "R", "S", PANEL)
    assert found["p1"] == pytest.approx(0.25)


@pytest.mark.parametrize("pair", [("R", "S"), ("R", "a"), ("a", "S"), ("a", "b")])
def test_a_probe_that_one_pair_lacks_is_left_out(pair):
    pairs = pairs_of(lambda *_: 0.5)
    pairs[pair] = {"p1": 0.5}
    assert list(centred(pairs, "R", "S", PANEL)) == ["p1"]


def test_a_measure_may_depend_on_the_order_of_a_pair():
    pairs = {pair: {"p1": 0.0} for pair in permutations(("R", *PANEL), 2)}
    pairs["R", "S"] = {"p1": 1.0}
    assert centred(pairs, "R", "S", PANEL) == {"p1": 1.0}
    assert centred(pairs, "S", "R", ["R", "a", "b", "c"]) == {"p1": 0.0}


def test_the_pairs_needed_are_those_that_move_the_score_and_in_that_direction():
    flat = {pair: {"p": 0.0} for pair in permutations(("R", *PANEL), 2)}
    signs = needed("R", "S", PANEL)
    for pair in flat:
        moved = centred(flat | {pair: {"p": 1.0}}, "R", "S", PANEL)["p"]
        assert (moved > 0) - (moved < 0) == signs.get(pair, 0)


def test_rank_p_counts_ties_against_the_suspect():
    assert rank_p(0.5, [0.5, 0.1, 0.2]) == 0.5
    assert rank_p(0.6, [0.5, 0.1, 0.2]) == 0.25


def test_an_independent_suspect_outranks_the_panel_no_more_often_than_chance():
    dice = random.Random(11)
    panel, rounds, first = ["S", *"abcdefg"], 3000, 0
    for _ in range(rounds):
        generic = {name: dice.gauss(0, 0.3) for name in ["R", *panel]}
        pairs = pairs_of(
            lambda x, y, _: generic[x] + generic[y] + dice.gauss(0, 0.1),  # noqa: B023
            ("R", *panel),
            ("p",),
        )
        scores = {x: centred(pairs, "R", x, panel)["p"] for x in panel}
        others = [score for name, score in scores.items() if name != "S"]
        first += rank_p(scores["S"], others) <= 1 / 8
    assert abs(first / rounds - 1 / 8) < 4 * (1 / 8 * 7 / 8 / rounds) ** 0.5


def test_rank_p_of_an_independent_suspect_is_uniform():
    # Each probe is a panel of its own. A p-value takes six values; its place between two is drawn.
    dice, rounds = np.random.default_rng(12), 2000
    panel = ["S", *"abcde"]
    pairs = {
        frozenset(pair): dict(enumerate(dice.normal(size=rounds)))
        for pair in combinations(("R", *panel), 2)
    }
    scores = {x: centred(both_ways(pairs), "R", x, panel) for x in panel}
    found = [rank_p(scores["S"][i], [scores[x][i] for x in panel[1:]]) for i in range(rounds)]
    spread = np.array(found) - dice.uniform(0, 1 / 6, rounds)
    assert kstest(spread, "uniform").pvalue > 1e-3


def line(raw, centred_score):
    suspect = PairScore("S", "suspect", raw, centred_score)
    return EvidenceLine("m", "Metric", "similarity", "unit", suspect, (), 0.25, True)


SCORE = Score("m", 0.9, 0.8, 1.0, 20)


def test_without_a_calibration_the_answer_is_inconclusive_however_high_the_score():
    verdict = conclude("R", "S", [line(SCORE, SCORE)], controls=3)
    assert verdict.status == "inconclusive"
    assert verdict.wording.startswith("Inconclusive: not calibrated for this protocol.")
    assert verdict.opinions == ()
    assert "holds 3 independent families" in verdict.reasons[1]


def test_models_with_nothing_in_common_are_not_comparable():
    none = NoScore("m", "different tokenizers")
    verdict = conclude("R", "S", [line(none, none)], controls=3)
    assert verdict.status == "not comparable"
    assert verdict.reasons == ("Metric: different tokenizers.",)


def test_alternatives_that_were_not_tested_are_named():
    verdict = conclude("R", "S", [line(SCORE, SCORE)], controls=3)
    assert len(verdict.untested) == 5
    assert "come from the same base model" in verdict.untested[0]
