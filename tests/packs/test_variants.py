"""Packs as they are asked once more at another temperature."""

from dataclasses import replace

from tests import made
from workbench.packs.schema import NAME
from workbench.packs.variants import planned_name, variants, with_variants

TEXTS = made.pack(probes=3, repeats=4)
READ = made.pack("continuation/openings", "next_token", 2, 1)
WEAK = replace(made.pack("identity/made"), weak="Learnt from many places.")
NAMED = replace(made.pack("randomness/made"), metrics=("mmd-squared",))


def test_packs_of_texts_alone_have_a_variant():
    assert [one.id for one in variants((TEXTS, READ, WEAK, NAMED), 0.3)] == ["style/greetings~0.3"]


def test_a_variant_differs_in_its_temperature_and_its_names():
    (one,) = variants((TEXTS,), 0.3)
    names = {"id": TEXTS.id, "probes": TEXTS.probes}
    assert one.decoding == replace(TEXTS.decoding, temperature=0.3)
    assert replace(one, decoding=TEXTS.decoding, **names) == TEXTS
    assert one.probes[0].address == "style/greetings~0.3#probe-0"
    assert [probe.prompt for probe in one.probes] == [probe.prompt for probe in TEXTS.probes]


def test_no_pack_file_can_have_the_name_of_a_variant():
    (one,) = variants((TEXTS,), 0.3)
    assert not NAME.fullmatch(one.id.partition("/")[2])


def test_every_name_of_a_variant_leads_back_to_its_pack():
    (one,) = variants((TEXTS,), 1.25)
    assert planned_name(one.id) == TEXTS.id
    assert [planned_name(p.address) for p in one.probes] == [p.address for p in TEXTS.probes]
    assert planned_name("style/greetings#probe-0@control-a~b") == (
        "style/greetings#probe-0@control-a~b"
    )


def test_variants_stand_behind_all_that_counts():
    assert with_variants((TEXTS, READ), None) == (TEXTS, READ)
    assert with_variants((TEXTS, READ), 0.3) == (TEXTS, READ, *variants((TEXTS,), 0.3))
