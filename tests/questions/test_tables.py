"""Tables of likeness, and ranks made from them."""

import numpy as np
import pytest

from workbench.evidence.panel import centred
from workbench.questions.paired import add_up
from workbench.questions.profiles import ProfileTable
from workbench.questions.score import _control_scores
from workbench.questions.source import Answered


def test_profiles_never_compare_a_prompt_with_itself():
    """Two models that share everything within a group of prompts and nothing across groups."""
    products = np.zeros((2, 2, 2, 2))
    for group in range(2):
        products[group, :, group, :] = 1.0
    assert ProfileTable(products).at(np.ones((1, 2)))[0, 0, 1] == 0


def test_controls_are_ranked_with_the_suspect_in_their_cohort():
    for seed in range(20):
        table = np.random.default_rng(seed).normal(size=(5, 5))
        table = table + table.T
        pairs = {(str(i), str(j)): {"p": table[i, j]} for i in range(5) for j in range(5) if i != j}
        scores = {c: centred(pairs, "0", c, ["1", "2", "3", "4"])["p"] for c in "1234"}
        assert _control_scores(table, 0, 1, [2, 3, 4]) == pytest.approx([scores[c] for c in "234"])


def test_an_easy_prompt_speaks_for_no_pair_in_particular():
    """Models 0 and 1 alone answered a prompt at which everybody would be alike."""
    prompts = (
        Answered("a", "", np.array([0, 1, 2]), ("", "", "")),
        Answered("b", "", np.array([0, 1]), ("", "")),
    )
    alike = {"a": np.full((3, 3), 0.1), "b": np.full((2, 2), 0.9)}
    table = add_up(lambda prompt: alike[prompt.prompt], prompts, [0, 0], 3).at(np.ones((1, 1)))
    assert table[0, 0, 1] == pytest.approx(table[0, 0, 2], abs=1e-12)
