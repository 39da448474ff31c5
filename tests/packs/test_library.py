"""Finding packs by id, and the packs that are shipped."""

import pytest

from tests.packs.made import GOOD, changed, put
from workbench.errors import PackError
from workbench.packs import UnknownPackError, check_paths, find_pack, load_packs
from workbench.packs.schema import FAMILIES
from workbench.packs.weights import read_weights
from workbench.paths import PROJECT

SHIPPED = PROJECT / "probes"
FIRST_SIX = [
    "continuation/open-prose",
    "continuation/passages",
    "knowledge/invented-entities",
    "randomness/one-word-choices",
    "reasoning/arbitrary-steps",
    "style/short-answers",
]


def test_every_shipped_pack_checks_ok():
    problems = {file.name: file.problems for file in check_paths([SHIPPED], SHIPPED)}
    assert problems == dict.fromkeys(problems, ())


def test_the_first_six_packs_are_there():
    assert set(FIRST_SIX) <= set(load_packs(SHIPPED))


@pytest.mark.parametrize("pack_id", FIRST_SIX)
def test_a_shipped_pack_says_enough_to_be_judged(pack_id):
    pack = find_pack(pack_id, SHIPPED)
    assert len(pack.probes) >= 12
    assert len(pack.confounders) >= 2
    assert "arXiv:" in pack.source


@pytest.mark.parametrize("pack", load_packs(SHIPPED).values(), ids=lambda pack: pack.id)
def test_every_shipped_pack_was_weighed_in_its_present_version(pack):
    weights = read_weights(pack, SHIPPED)
    assert weights is not None
    assert len(weights.models) >= 5
    assert {weight.key for weight in weights.probes} <= {probe.key for probe in pack.probes}


def test_the_library_is_as_wide_as_it_says():
    packs = load_packs(SHIPPED).values()
    assert len(packs) >= 16
    assert sum(len(pack.probes) for pack in packs) >= 600
    assert {pack.family for pack in packs} == set(FAMILIES) - {"nursery"}


def test_passages_have_the_length_they_promise():
    passages = find_pack("continuation/passages", SHIPPED).probes
    assert all(150 <= len(probe.prompt) <= 300 for probe in passages)
    assert len({probe.language for probe in passages}) >= 3


def test_packs_come_in_the_order_of_their_ids(tmp_path):
    put(tmp_path, at="style/zebra.toml")
    put(tmp_path, at="code/ant.toml")
    assert list(load_packs(tmp_path)) == ["code/ant", "style/zebra"]


def test_hidden_folders_and_other_files_are_no_packs(tmp_path):
    put(tmp_path)
    put(tmp_path, "not a pack", at="README.md")
    put(tmp_path, "not a pack", at=".weights/style/made.toml")
    assert list(load_packs(tmp_path)) == ["style/made"]


def test_the_folder_can_be_set_from_outside(tmp_path, monkeypatch):
    put(tmp_path)
    monkeypatch.setenv("WORKBENCH_PROBES", str(tmp_path))
    assert list(load_packs()) == ["style/made"]
    assert find_pack("style/made").title == "Small choices"


def test_an_unknown_id_gets_the_nearest_known_one(tmp_path):
    put(tmp_path, at="style/short-answers.toml")
    with pytest.raises(UnknownPackError) as error:
        find_pack("style/short-answer", tmp_path)
    assert error.value.what == (
        'There is no pack "style/short-answer" (did you mean "style/short-answers"?).'
    )
    assert error.value.fix == "List the ids with `workbench packs list`."


@pytest.mark.parametrize(
    "pack_id",
    [
        "",
        "/",
        "style",
        "../style/made",
        "style/../style/made",
        "/etc/passwd",
        "style/made.toml",
        "style\\made",
        "style/ma\x00de",
        "Style/made",
        f"style/{'a' * 65}",
        "a/" * 100_000,
        "style/made\n",
    ],
)
def test_an_id_that_is_a_path_is_unknown(tmp_path, pack_id):
    put(tmp_path)
    with pytest.raises(UnknownPackError) as error:
        find_pack(pack_id, tmp_path)
    assert len(error.value.what) < 200
    assert error.value.what.isprintable()


def test_a_broken_pack_does_not_hide_a_good_one(tmp_path):
    put(tmp_path)
    put(tmp_path, "broken", at="style/broken.toml")
    assert find_pack("style/made", tmp_path).id == "style/made"


def test_the_problems_of_all_files_are_listed_together(tmp_path):
    put(tmp_path, changed(("version = 1", "version = 0")), at="style/one.toml")
    put(tmp_path, changed(("repeats = 4", "repeats = 1")), at="style/two.toml")
    with pytest.raises(PackError) as error:
        load_packs(tmp_path)
    assert error.value.problems == [
        "style/one.toml: line 3: version is outside 1 to 1,000,000",
        "style/two.toml: line 14: repeats is 1; without 2 or more the noise floor is unknown",
    ]


def test_a_folder_that_is_not_there_is_not_an_empty_library(tmp_path):
    with pytest.raises(PackError) as error:
        load_packs(tmp_path / "prbes")
    assert error.value.what.endswith("prbes is not a folder.")


def test_an_empty_folder_holds_no_packs(tmp_path):
    assert load_packs(tmp_path) == {}


def test_good_is_good(tmp_path):
    (checked,) = check_paths([put(tmp_path, GOOD)], tmp_path)
    assert checked.problems == ()
