"""The sealed fifth of a pack."""

from dataclasses import replace

import pytest

from tests import made
from workbench.packs import load_packs, part_of, sealed_addresses
from workbench.paths import PROJECT
from workbench.records import Probe


def _pack(probes=20):
    return made.pack(probes=probes)


def test_one_probe_in_five_is_sealed():
    assert len(sealed_addresses(_pack(20))) == 4
    assert len(sealed_addresses(_pack(14))) == 2
    assert sealed_addresses(_pack(4)) == frozenset()


def test_open_and_sealed_part_make_up_the_pack():
    pack = _pack(20)
    parts = part_of(pack, "open").probes + part_of(pack, "sealed").probes
    assert sorted(parts, key=str) == sorted(pack.probes, key=str)
    assert part_of(pack, "all") is pack


def test_a_new_version_or_title_seals_the_same_probes():
    pack = _pack(20)
    assert sealed_addresses(replace(pack, version=2, title="Another")) == sealed_addresses(pack)


def test_the_order_of_probes_plays_no_part():
    pack = _pack(20)
    assert sealed_addresses(replace(pack, probes=pack.probes[::-1])) == sealed_addresses(pack)


def test_removing_an_open_probe_unseals_none_but_the_last_in_line():
    pack = _pack(20)
    sealed = sealed_addresses(pack)
    gone = next(probe for probe in pack.probes if probe.address not in sealed)
    rest = replace(pack, probes=tuple(probe for probe in pack.probes if probe != gone))
    assert sealed_addresses(rest) < sealed
    assert len(sealed - sealed_addresses(rest)) == 1  # 19 probes leave room for 3


def test_a_group_is_sealed_whole():
    probes = tuple(
        Probe(f"style/greetings#p{n}", f"Prompt {n}.", group=f"g{n // 2}") for n in range(20)
    )
    sealed = sealed_addresses(replace(_pack(), probes=probes))
    groups = {probe.group for probe in probes if probe.address in sealed}
    assert len(sealed) == 4
    assert len(groups) == 2


def test_a_group_larger_than_the_sealed_part_stays_open():
    probes = tuple(Probe(f"style/greetings#p{n}", f"Prompt {n}.", group="all") for n in range(10))
    assert sealed_addresses(replace(_pack(), probes=probes)) == frozenset()


@pytest.mark.parametrize("pack", load_packs(PROJECT / "probes").values(), ids=lambda p: p.id)
def test_every_shipped_pack_holds_something_back(pack):
    share = len(sealed_addresses(pack)) / len(pack.probes)
    assert 0.1 < share <= 0.2
