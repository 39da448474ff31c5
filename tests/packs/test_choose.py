"""The most informative probes for a budget."""

from dataclasses import replace

import pytest

from tests import made
from tests.packs.test_weights import weights
from workbench.errors import PlanError
from workbench.packs.choose import choose
from workbench.records import Probe

SHORT = made.pack(probes=4, repeats=2)
OPENINGS = made.pack("continuation/openings", "next_token", probes=4, repeats=1)
GAPS = {"probe-0": 0.1, "probe-1": 0.4, "probe-2": -0.1, "probe-3": 0.3}


def _chosen(budget, packs=(SHORT,), found=None):
    found = found or {pack.id: weights(pack, **GAPS) for pack in packs}
    return {pack.id: [p.key for p in pack.probes] for pack in choose(packs, found, budget)}


def test_the_probes_with_the_widest_gap_are_taken_in_the_order_of_the_pack():
    assert _chosen(4) == {"style/greetings": ["probe-1", "probe-3"]}


def test_a_probe_that_tells_nothing_is_never_taken():
    assert _chosen(100) == {"style/greetings": ["probe-0", "probe-1", "probe-3"]}


def test_the_budget_counts_questions_not_probes():
    chosen = choose((SHORT,), {SHORT.id: weights(SHORT, **GAPS)}, 5)
    assert sum(pack.questions for pack in chosen) == 4


def test_distributions_take_half_of_the_budget_at_most():
    assert _chosen(4, (SHORT, OPENINGS)) == {
        "style/greetings": ["probe-1"],
        "continuation/openings": ["probe-1", "probe-3"],
    }


def test_a_group_is_taken_whole_or_not_at_all():
    probes = tuple(
        Probe(f"style/greetings#probe-{n}", f"Prompt {n}.", group="pair" if n < 2 else None)
        for n in range(4)
    )
    pack = replace(SHORT, probes=probes)
    found = {pack.id: weights(pack, **GAPS)}
    assert _chosen(4, (pack,), found) == {"style/greetings": ["probe-3"]}
    assert _chosen(6, (pack,), found) == {"style/greetings": ["probe-0", "probe-1", "probe-3"]}


def test_a_weak_pack_is_never_chosen_and_needs_no_weights():
    weak = replace(made.pack("identity/made", probes=2), weak="Learnt from many places.")
    assert list(_chosen(4, (SHORT, weak), {SHORT.id: weights(SHORT, **GAPS)})) == [SHORT.id]


def test_a_pack_without_weights_is_named():
    with pytest.raises(PlanError) as error:
        choose((SHORT, OPENINGS), {SHORT.id: weights(SHORT, **GAPS)}, 4)
    assert error.value.what == (
        "A budget needs weights, and these packs have none for their present version: "
        "continuation/openings."
    )


def test_a_budget_too_small_for_any_probe_is_an_error():
    with pytest.raises(PlanError, match="fits into a budget of 1"):
        choose((SHORT,), {SHORT.id: weights(SHORT, **GAPS)}, 1)
