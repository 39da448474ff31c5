"""From files to models and a pack, and what is refused on the way."""

import json

import pytest

from tests.importers.made import alpaca, prompts
from tests.made import NOON
from workbench import paths
from workbench.digest import digest_of_file
from workbench.errors import ModelError, PackError, RecordingError
from workbench.extent import default_controls
from workbench.importers.bring import Wish, bring
from workbench.importers.prompts import Prompts
from workbench.models.catalogue import find_model, load_catalogue
from workbench.models.fetch import fetch
from workbench.models.recorded import answers_to, files_folder, kept_path, read_recording
from workbench.packs import find_pack
from workbench.packs.imported import imported_file
from workbench.records import Reading, RecordedAnswer

ALPACA = Reading("alpacaeval")
LISTED = """
[models.known]
title = "A model"
family = "known"
backend = "local"
source = "folder:/nowhere"
format = "safetensors"
"""


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "models.toml").write_text(LISTED)
    monkeypatch.setenv("WORKBENCH_DATA", str(folder))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return folder


def brought(*files, reading=ALPACA, **wish):
    return bring(files, Wish(reading, **wish), now=NOON, say=lambda line: None)


def refused(*files, reading=ALPACA, **wish):
    with pytest.raises(RecordingError) as error:
        brought(*files, reading=reading, **wish)
    left = paths.recorded_folder()
    assert not left.exists() or not [item for item in left.rglob("*") if item.is_file()]
    return error.value


def several(path, answers):
    """A JSON Lines file with (prompt, answer, sample) rows."""
    names = ("prompt", "answer", "sample")
    path.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in answers))
    return path


def test_each_model_of_a_file_becomes_one_that_the_catalogue_finds(tmp_path):
    done = brought(
        alpaca(tmp_path / "a.json", "GPT-4 (2024)"), alpaca(tmp_path / "b.json", "b/B_1.5")
    )
    assert [entry.name for entry in done.entries] == ["gpt-4-2024", "b-b_1.5"]
    entry = find_model("gpt-4-2024")
    assert (entry.backend, entry.family) == ("replay", "gpt-4-2024")
    assert entry.title == "GPT-4 (2024), answers recorded by a third party"
    assert entry.note == "Its family was not declared; its own name stands in."
    assert [file.name for file in read_recording(entry).files] == ["a.json"]
    assert answers_to(entry, prompts(1))[prompts(1)[0]][0].text.startswith("GPT-4 (2024) says")


def test_the_file_is_kept_as_it_was_given_under_its_digest(tmp_path):
    path = alpaca(tmp_path / "a.json", "m")
    (recording,) = brought(path).recordings
    file = recording.files[0]
    assert (file.digest, file.size) == (digest_of_file(path), path.stat().st_size)
    from workbench.packed import unpack_file

    with (tmp_path / "again").open("wb") as stream:
        assert unpack_file(kept_path(files_folder(), file.digest), stream, file.size)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_file_too_large_to_be_unpacked_again_is_not_kept(tmp_path, monkeypatch):
    from workbench.importers import files

    path = alpaca(tmp_path / "a.json", "m")
    monkeypatch.setattr(files, "MOST_KEPT_BYTES", path.stat().st_size - 1)
    error = refused(path)
    assert error.what.startswith("a.json is larger than 0 GB")
    assert error.fix.startswith("Split it, or import it with --no-copy")
    brought(path, copy=False)
    monkeypatch.setattr(files, "MOST_KEPT_BYTES", path.stat().st_size)
    brought(path, model="kept")


def test_without_a_copy_the_digest_alone_is_kept(tmp_path):
    (recording,) = brought(alpaca(tmp_path / "a.json", "m"), copy=False).recordings
    assert not recording.files[0].kept
    assert not files_folder().exists()


def test_family_and_parents_are_kept_where_they_are_declared(tmp_path):
    path = alpaca(tmp_path / "a.json", "m")
    done = brought(path, model="mine", family="known", parents=("known",))
    assert (done.entries[0].family, done.entries[0].parents) == ("known", ("known",))
    assert done.recordings[0].family_declared


def test_an_unknown_parent_is_refused(tmp_path):
    with pytest.raises(ModelError, match='did you mean "known"'):
        brought(alpaca(tmp_path / "a.json", "m"), parents=("knwn",))


def test_a_taken_name_is_refused_and_what_is_there_stays(tmp_path):
    error = refused(alpaca(tmp_path / "a.json", "known"))
    assert error.what.startswith('There is a model "known" already')
    brought(alpaca(tmp_path / "b.json", "m"))
    before = read_recording(find_model("m"))
    with pytest.raises(RecordingError, match='There is a model "m" already'):
        brought(alpaca(tmp_path / "c.json", "m", {"other": "answer"}))
    assert read_recording(find_model("m")) == before
    assert len(list(files_folder().iterdir())) == 1


def test_two_names_that_are_written_alike_here_are_refused(tmp_path):
    error = refused(alpaca(tmp_path / "a.json", "m 1"), alpaca(tmp_path / "b.json", "M-1"))
    assert "already" in error.what


def test_answers_of_nobody_and_of_several_are_refused(tmp_path):
    path = several(tmp_path / "a.jsonl", [("x", "y", 0)])
    error = refused(path, reading=Reading("jsonl"))
    assert error.fix == "Say whose answers they are with --model NAME."
    pair = alpaca(tmp_path / "b.json", "one"), alpaca(tmp_path / "c.json", "two")
    assert "several models, such as one and two" in refused(*pair, model="all").what


def test_entries_that_cannot_be_read_stop_the_import_and_are_all_listed(tmp_path):
    path = tmp_path / "a.json"
    rows = [{"instruction": "x", "output": "y", "generator": "m"}, {"instruction": "x"}, 7]
    path.write_text(json.dumps(rows))
    error = refused(path)
    assert error.what == (
        "a.json holds 2 entries that cannot be read, so nothing was imported: "
        'entry 2: it has no "output"; entry 3: it is a number, not an object.'
    )
    (recording,) = brought(path, skip_bad=True).recordings
    assert (recording.answers, recording.files[0].bad) == (1, 2)
    assert recording.files[0].problems[1] == "entry 3: it is a number, not an object"


def test_a_file_without_any_answer_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[]")
    assert refused(path).what == "a.json holds no answer to import."


def test_the_same_bytes_twice_count_once(tmp_path):
    one, other = alpaca(tmp_path / "a.json", "m"), alpaca(tmp_path / "b.json", "m")
    assert refused(one, other).what == "Two of these files hold the same bytes."


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from workbench.importers import alpaca as module

    path = alpaca(tmp_path / "a.json", "m")
    read = module.text_in

    def writing(item, key):
        path.write_text("[]")
        return read(item, key)

    monkeypatch.setattr(module, "text_in", writing)
    assert refused(path).what == "a.json changed while it was read."


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"reading": Reading("alpaca")}, 'There is no format "alpaca"; did you mean "alpacaeval"?'),
        ({"reading": Reading("helm", (("prompt", "x"),))}, "The format helm has its own columns."),
        ({"model": "My Model"}, "'My Model' is no name for a model."),
        ({"model": "../up"}, "'../up' is no name for a model."),
        ({"pack": "../up"}, "'../up' is no name for a pack."),
    ],
)
def test_a_wish_that_cannot_be_met_is_two_sentences(tmp_path, wish, words):
    error = refused(alpaca(tmp_path / "a.json", "m"), **wish)
    assert error.what == words
    assert error.fix


def test_a_name_that_nothing_can_be_kept_of_asks_for_another(tmp_path):
    assert "--model NAME" in refused(alpaca(tmp_path / "a.json", "模型")).fix


def test_the_pack_asks_what_was_asked_as_often_as_it_was_answered(tmp_path):
    rows = [(p, f"{p} {n}", n) for p in prompts(4) for n in (1, 0)] + [("once", "x", 0)]
    done = brought(several(tmp_path / "a.jsonl", rows), reading=Reading("jsonl"), model="m")
    pack = find_pack("imported/m")
    assert pack == done.pack
    assert [probe.prompt for probe in pack.probes] == [*prompts(4), "once"]
    assert (pack.decoding.repeats, pack.decoding.temperature) == (2, 1.0)
    assert pack.source.startswith("a.jsonl, sha256:")


def test_recorded_samples_are_in_the_order_the_file_numbers_them(tmp_path):
    path = several(tmp_path / "a.jsonl", [("x", "second", 1), ("x", "first", 0), ("x", "third", 2)])
    brought(path, reading=Reading("jsonl"), model="m")
    found = answers_to(find_model("m"), ["x", "never"])
    assert [answer.text for answer in found["x"]] == ["first", "second", "third"]
    assert list(found) == ["x"]


@pytest.mark.parametrize(
    ("stated", "wish", "expected"),
    [({}, None, 0.0), ({"temperature": 0.4}, None, 0.4), ({"temperature": 0.4}, 0.9, 0.9)],
)
def test_the_packs_temperature_is_the_users_or_the_recorded_one_or_none(
    tmp_path, stated, wish, expected
):
    done = brought(alpaca(tmp_path / "a.json", "m", **stated), temperature=wish)
    assert done.pack.decoding.temperature == expected
    assert any("do not state" in text for text in done.pack.confounders) == (expected == 0.0)


def test_a_pack_that_is_there_stays_and_what_the_model_answered_of_it_is_counted(tmp_path):
    brought(alpaca(tmp_path / "a.json", "one"), pack="p")
    before = imported_file("p").read_bytes()
    partly = dict.fromkeys([*prompts(3), "another"], "Hm.")
    done = brought(alpaca(tmp_path / "b.json", "two", partly), pack="p")
    assert (done.pack_is_new, done.answered) == (False, (3,))
    assert imported_file("p").read_bytes() == before


def test_a_pack_that_was_edited_into_another_is_refused(tmp_path):
    brought(alpaca(tmp_path / "a.json", "one"), pack="p")
    file = imported_file("p")
    file.rename(file.with_name("q.json"))
    with pytest.raises(PackError, match="not the pack that its name says"):
        find_pack("imported/q")


def test_of_more_prompts_than_fit_the_same_ones_are_kept_in_any_order():
    answers = [RecordedAnswer(n, f"prompt {n % 40}", "answered", "x", model="m") for n in range(80)]
    kept = []
    for order in (answers, answers[::-1]):
        collected = Prompts(most=10)
        for answer in order:
            collected.add(answer)
        assert collected.dropped
        assert collected.repeats == 2
        kept.append({probe.prompt for probe in collected.probes("imported/x")})
    assert kept[0] == kept[1]
    assert len(kept[0]) == 10


def test_changed_answers_are_noticed_before_anything_is_asked(tmp_path):
    brought(alpaca(tmp_path / "a.json", "m"))
    path = paths.recorded_folder() / "models" / "m" / "answers.parquet"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(RecordingError, match="are not those that were imported"):
        read_recording(find_model("m"))


def test_recorded_models_are_controls_only_where_they_are_named(tmp_path):
    brought(alpaca(tmp_path / "a.json", "m"))
    assert default_controls(load_catalogue(), "x", ["y"]) == ["known"]


def test_a_recorded_model_has_no_weights_to_fetch(tmp_path):
    brought(alpaca(tmp_path / "a.json", "m"))
    with pytest.raises(ModelError, match="which show no weights"):
        fetch(find_model("m"), say=lambda line: None)


def test_recorded_answers_cannot_be_listed_by_hand(data):
    listed = LISTED.replace('backend = "local"', 'backend = "replay"')
    (data / "models.toml").write_text(listed)
    with pytest.raises(ModelError, match="bring them in with `workbench import`"):
        load_catalogue()
