"""Recorded cases brought together."""

import json
from dataclasses import replace

import pytest
import torch

from tests import made
from workbench.digest import digest_of_text
from workbench.errors import CaseError, ModelError
from workbench.records import ModelEntry, to_json
from workbench.weigh import read_panel

NAMES = ("base", "tuned", "alpha", "beta", "gamma")


class Encoder:
    """Stands in for the sentence encoder: a unit vector that hangs on nothing but the text."""

    revision = "made"

    def embed(self, texts):
        rows = []
        for text in texts:
            generator = torch.Generator().manual_seed(int(digest_of_text(text)[7:22], 16))
            rows.append(torch.randn(4, generator=generator))
        return torch.nn.functional.normalize(torch.stack(rows), dim=1)


def catalogue():
    return {
        name: ModelEntry(
            name=name,
            title=name,
            family="base" if name == "tuned" else name,
            backend="local",
            source="folder:/none",
            format="safetensors",
            parents=("base",) if name == "tuned" else (),
        )
        for name in NAMES
    }


def read(*stores, packs=None):
    packs = packs or [pack for store in stores for pack in store.packs()]
    return read_panel(stores, packs, catalogue(), lambda _: Encoder())


def test_one_model_of_each_family_is_independent(tmp_path):
    panel = read(made.recorded_case(tmp_path))
    assert [one.entry.name for one in panel.independent] == ["base", "alpha", "beta", "gamma"]
    assert [(p.entry.name, c.entry.name) for p, c in panel.derived] == [("base", "tuned")]


def test_answers_and_distributions_are_taken_from_the_journals(tmp_path):
    store = made.recorded_case(tmp_path)
    base = read(store).independent[0]
    assert base.texts["style/greetings#probe-0"] == [
        "base says style/greetings#probe-0 0",
        "base says style/greetings#probe-0 1",
    ]
    assert base.embeddings["style/greetings#probe-0"].shape == (2, 4)
    assert base.profiles["continuation/openings#probe-1"][5] == pytest.approx(
        {"t": 0.679, "a": 0.321}, abs=0.001
    )


def test_two_cases_make_one_panel(tmp_path):
    names = made.pack("style/names")
    panel = read(
        made.recorded_case(tmp_path),
        made.recorded_case(tmp_path, "second", packs=(made.pack(), names)),
    )
    assert {address.split("#")[0] for address in panel.asked} == {
        "style/greetings", "continuation/openings", "style/names",
    }  # fmt: skip
    assert "style/names#probe-0" in panel.independent[0].texts


def test_answers_to_other_words_or_another_decoding_are_left_aside(tmp_path):
    store = made.recorded_case(tmp_path)
    greetings, openings = store.packs()
    reworded = replace(greetings.probes[0], prompt="Write another greeting.")
    hotter = replace(openings, decoding=replace(openings.decoding, temperature=0.1))
    packs = [replace(greetings, version=2, probes=(reworded, *greetings.probes[1:])), hotter]
    panel = read(store, packs=packs)
    assert panel.asked == {"style/greetings#probe-1", "style/greetings#probe-2"}
    assert set(panel.independent[0].texts) == panel.asked
    assert panel.independent[0].profiles == {}


def test_a_model_asked_twice_speaks_from_the_first_case(tmp_path):
    panel = read(
        made.recorded_case(tmp_path), made.recorded_case(tmp_path, "second", text="Another.")
    )
    assert panel.independent[0].texts["style/greetings#probe-0"][0].startswith("base says")


def test_a_case_in_which_nobody_answered_is_refused(tmp_path):
    with pytest.raises(CaseError, match="No model of case 'made' has answered everything yet"):
        read(made.planned_case(tmp_path))


def test_a_run_that_is_still_being_recorded_is_left_aside(tmp_path):
    store = made.recorded_case(tmp_path)
    path = store.journal_path("case")
    *kept, last = path.read_text().splitlines(keepends=True)
    assert json.loads(last)["body"]["run_id"] == "control-gamma"
    path.write_text("".join(kept))
    panel = read(store)
    assert [one.entry.name for one in panel.independent] == ["base", "alpha", "beta"]
    assert panel.unfinished == ("made/control-gamma",)


def test_a_model_nobody_knows_any_more_is_named(tmp_path):
    store = made.recorded_case(tmp_path)
    known = catalogue()
    del known["gamma"]
    with pytest.raises(ModelError, match="gamma"):
        read_panel([store], store.packs(), known, lambda _: Encoder())


def test_one_name_with_two_weights_is_refused(tmp_path):
    first = made.recorded_case(tmp_path)
    second = made.planned_case(tmp_path, "second")
    plan = second.plan()
    for role, model in plan.models:
        run = replace(made.run(plan, role, model), weights_digest=digest_of_text("other"))
        second.record(run.id, "run", [to_json(run)])
        (last,) = second.record(run.id, "close", [{"observations": 0}])
        second.record("case", "close", [{"run_id": run.id, "head": last.digest, "records": 2}])
    with pytest.raises(CaseError, match="base had other weights"):
        read(first, second)


def test_the_weights_of_a_whole_panel_can_be_kept(tmp_path):
    from workbench.weigh import weigh_pack

    store = made.recorded_case(tmp_path)
    weights = weigh_pack(read(store), store.packs()[0])
    assert json.loads(json.dumps(to_json(weights), allow_nan=False))["models"].keys() == {
        "base", "alpha", "beta", "gamma",
    }  # fmt: skip
