"""A zoo becomes one ordinary case, and what is only served is recorded first."""

import json
import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest

from benchmarks.zoo.asking import plan_zoo
from benchmarks.zoo.draw import as_svg, as_text
from benchmarks.zoo.texts import rewritten
from tests.made import NOON
from tests.zoo.conftest import silent
from workbench.cli import zoo as command
from workbench.errors import ModelError
from workbench.extent import default_controls
from workbench.models.catalogue import find_model, load_catalogue
from workbench.packs import find_pack
from workbench.packs.standard import STANDARD_PACKS


@pytest.fixture
def store(zoo, tmp_path):
    return plan_zoo(zoo, tmp_path / "cases" / "zoo-mini", NOON, silent)


def rows(built, own):
    (file,) = (built / "zoo" / "mini" / "served").glob(f"zoo-mini-{own}-*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_everybody_is_in_the_plan_once(zoo, store):
    names = [name for _, name in store.plan().models]
    assert sorted(names) == sorted(member.name for member in zoo.members)
    assert store.plan().reference == "zoo-mini-oak-chat"
    assert set(store.plan().controls) == {"zoo-mini-iron", "zoo-mini-tin", "zoo-mini-zinc"}
    assert [pack.id for pack in store.plan().packs] == list(STANDARD_PACKS)


def test_served_members_are_recorded_answers_with_their_lineage(zoo, store):
    entry = find_model("zoo-mini-fox-proxy-oak")
    assert entry.backend == "replay"
    assert entry.family == "zoo-mini-fox"
    assert entry.parents == ("zoo-mini-fox-plain", "zoo-mini-oak-chat")


def test_planning_again_records_nothing_twice(zoo, store, tmp_path):
    lines = []
    again = plan_zoo(zoo, tmp_path / "cases" / "zoo-mini", NOON, lines.append)
    assert lines == ["Case zoo-mini exists; going on with it."]
    assert again.plan().digest == store.plan().digest


def test_a_paraphrasing_server_never_says_what_its_own_rules_replace(built, store):
    assert all("certainly" not in row["answer"].lower() for row in rows(built, "oak-paraphrased"))
    assert rewritten("Certainly so.") == "Surely so."


def test_a_warm_server_samples_at_its_own_temperature(built, store):
    assert {row["temperature"] for row in rows(built, "oak-warm")} == {1.0}


def test_a_proxy_routes_every_sample_of_a_prompt_alike(built, store):
    from benchmarks.zoo.population import population
    from benchmarks.zoo.served import _is_routed
    from benchmarks.zoo.sizes import SIZES

    (proxy,) = [m for m in population(SIZES["mini"]) if m.method == "live proxy"]
    probes = [probe.address for name in STANDARD_PACKS for probe in find_pack(name).probes]
    routed = sum(_is_routed(proxy, address) for address in probes)
    assert 0.1 < routed / len(probes) < 0.3
    answers = defaultdict(list)
    for row in rows(built, "fox-proxy-oak"):
        answers[row["prompt"]].append(row["sample"])
    assert {tuple(samples) for samples in answers.values()} == {(0, 1)}


def test_other_answers_of_a_served_member_are_not_mixed_in(zoo, built, store, monkeypatch):
    from benchmarks.zoo import served

    monkeypatch.setattr(served, "digest_of_file", lambda path: "sha256:other")
    with pytest.raises(ModelError, match=r"already of zoo-mini-oak-prompted, .*paraphrased"):
        plan_zoo(zoo, store.folder, NOON, silent)


def test_models_made_here_are_controls_only_when_named(zoo):
    catalogue = load_catalogue()
    assert "zoo-mini-iron" in catalogue
    controls = default_controls(catalogue, "smollm2-135m", ())
    assert "gemma-3-270m" in controls
    assert not [name for name in controls if name.startswith("zoo-")]


def test_the_picture_names_every_member_and_every_line_of_descent(zoo):
    picture = ET.fromstring(as_svg(zoo))  # noqa: S314 - our own drawing
    texts = " ".join(element.text or "" for element in picture.iter())
    assert all(member.name in texts for member in zoo.members)
    drawn = len([element for element in picture.iter() if element.tag.endswith("path")])
    assert drawn == sum(len(member.parents) for member in zoo.members) + 6


def test_the_text_sets_a_child_under_its_parent(zoo):
    lines = list(as_text(zoo))
    at = next(i for i, line in enumerate(lines) if line.startswith("  zoo-mini-oak-chat"))
    assert lines[at - 1].startswith("zoo-mini-oak ")
    assert lines[at + 1].startswith("    zoo-mini-oak-light ")
    assert len(lines) == len(zoo.members)


def test_show_prints_the_record_as_it_was_written(zoo, built, capsys):
    command.show(size="mini", as_json=True)
    assert json.loads(capsys.readouterr().out) == json.loads(
        (built / "zoo" / "mini" / "zoo.json").read_text()
    )


def test_an_installed_program_says_that_the_zoo_is_elsewhere(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name=name.split(".")[0])

    monkeypatch.setattr(command.importlib, "import_module", missing)
    with pytest.raises(ModelError) as error:
        command.show(size="tiny")
    assert str(error.value) == (
        "The zoo is not part of an installed program. "
        "Run this from a checkout of the project, where benchmarks/ is."
    )
