"""The list of probes by how far the suspect lies beyond the nearest control."""

from dataclasses import replace

import pytest

from tests import made
from workbench.records import ProbeValue, to_json
from workbench.store.views import ProbeQuery, find_probes

VALUES = {"a": (0.5, 0.4), "b": (0.9, 0.1), "c": (0.2, 0.6)}
"""Probe → value of the suspect, of every control."""


@pytest.fixture
def listed(tmp_path):
    """List the probes of a case whose only line has these values, in one direction."""

    def of(direction, **query):
        packs = (made.pack("style/greetings", probes=4),)
        store = made.planned_case(tmp_path, packs=packs)
        asked = dict(
            zip(VALUES.values(), (probe.address for probe in packs[0].probes), strict=False)
        )
        line = made.line("paired-embedding", "Likeness", store.plan(), "tuned", ())
        line = replace(
            line,
            direction=direction,
            suspect=replace(line.suspect, probes=_values(asked, 0)),
            controls=tuple(replace(one, probes=_values(asked, 1)) for one in line.controls),
        )
        found = replace(made.comparison(store.plan(), ()), lines=(line,))
        store.record("case", "comparison", [to_json(found)])
        rows = find_probes(store, ProbeQuery(**query), found, line)
        return [address.split("-")[-1] for address in rows["probe_address"]]

    return of


def _values(asked, side):
    return tuple(ProbeValue(address, both[side]) for both, address in asked.items())


def test_probes_stand_in_the_order_of_the_plan(listed):
    assert listed("similarity") == ["0", "1", "2", "3"]


def test_the_widest_margin_of_a_similarity_can_stand_first_and_no_value_last(listed):
    assert listed("similarity", furthest=True) == ["1", "0", "2", "3"]


def test_the_widest_margin_of_a_distance_is_the_smallest_value(listed):
    assert listed("distance", furthest=True) == ["2", "0", "1", "3"]


def test_only_probes_with_a_positive_margin_are_closer(listed):
    assert listed("distance", closer=True, furthest=True) == ["2"]
