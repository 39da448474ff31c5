"""Kept files are read again within limits that no case can raise."""

import tempfile
from dataclasses import replace

import pytest

from tests import made
from tests.importers.made import alpaca
from workbench.digest import digest_of_file
from workbench.importers import again
from workbench.importers.again import reread
from workbench.importers.files import keep_file
from workbench.models.recorded import kept_path
from workbench.records import Capabilities, Reading, RecordedFile, Recording, to_json

PROMPT = "Write greeting number 0."


@pytest.fixture
def unpacked(tmp_path, monkeypatch):
    """The folder of temporary files, and how many bytes were unpacked into it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    sizes = []
    unpack = again.unpack_file

    def counted(source, target, most):
        done = unpack(source, target, most)
        sizes.append(target.tell())
        return done

    monkeypatch.setattr(again, "unpack_file", counted)
    yield sizes
    assert list(folder.iterdir()) == []


def honest(tmp_path, name="answers.json", text="Hello there."):
    return alpaca(tmp_path / name, "tuned", {PROMPT: text})


def bomb(tmp_path, name="bomb.json", size=4_000_000):
    path = tmp_path / name
    path.write_bytes(b" " * size)
    return path


def recorded(tmp_path, *paths, form="alpacaeval", name=None, **stated):
    """A case with one run, recorded in these files; what it states of them can be changed."""
    packs = [made.pack(probes=1, repeats=1)]
    store = made.planned_case(tmp_path / "cases", packs=packs)
    files = tuple(
        replace(
            RecordedFile(
                name=name or path.name,
                digest=keep_file(path, store.recorded_folder()),
                size=path.stat().st_size,
                reading=Reading(form),
                kept=True,
                answers=1,
            ),
            **stated,
        )
        for path in paths
    )
    recording = Recording(files, "sha256:1", 1, None, False, made.NOON, "0")
    run = replace(
        made.run(store.plan(), "suspect", "tuned"),
        backend="replay",
        capabilities=Capabilities(text=True, logits=False, recorded=recording),
    )
    seen = made.observation(run.id, packs[0].probes[0], 0)
    store.record(run.id, "run", [to_json(run)])
    store.record(run.id, "observation", [to_json(replace(seen, note=None))])
    return store


def test_a_file_as_large_as_may_be_is_read(tmp_path, monkeypatch, unpacked):
    path = honest(tmp_path)
    store = recorded(tmp_path, path)
    monkeypatch.setattr(again, "MOST_KEPT_BYTES", path.stat().st_size)
    found = reread(store, path.stat().st_size)
    assert (found.problems, found.files, found.observations) == ([], 1, 1)
    assert unpacked == [path.stat().st_size]


def test_a_file_said_to_be_larger_is_named_and_nothing_of_it_is_unpacked(
    tmp_path, monkeypatch, unpacked
):
    path = bomb(tmp_path)
    store = recorded(tmp_path, path)
    kept = kept_path(store.recorded_folder(), digest_of_file(path))
    assert kept.stat().st_size < 1000
    monkeypatch.setattr(again, "MOST_KEPT_BYTES", 3_999_999)
    (problem,) = reread(store).problems
    assert problem.startswith("The kept copy of bomb.json (sha256:")
    assert problem.endswith(
        ") is said to unpack to 4,000,000 bytes, and of no file are more than 3,999,999 unpacked."
    )
    assert unpacked == []


def test_a_file_that_unpacks_to_more_than_is_said_is_cut_off_there(tmp_path, unpacked):
    store = recorded(tmp_path, bomb(tmp_path), size=1000)
    (problem,) = reread(store).problems
    assert problem.endswith(") was changed after it was recorded.")
    assert unpacked == [0]


def test_files_that_together_unpack_to_too_much_are_named_from_where_it_is(
    tmp_path, monkeypatch, unpacked
):
    first, second = honest(tmp_path), bomb(tmp_path)
    store = recorded(tmp_path, first, second)
    size = first.stat().st_size
    (problem,) = reread(store, size + 3_999_999).problems
    assert "The kept copy of bomb.json" in problem
    assert problem.endswith(
        ") is said to unpack to 4,000,000 bytes, and of all that may be unpacked 3,999,999 are left."
    )
    assert unpacked == [size]


@pytest.mark.parametrize("together", [None, 4 << 30])
def test_a_negative_size_is_refused_and_lends_nothing(tmp_path, unpacked, together):
    (problem,) = reread(recorded(tmp_path, honest(tmp_path), size=-(10**15)), together).problems
    assert problem.endswith(
        ") is said to unpack to -1,000,000,000,000,000 bytes, which no file does."
    )
    assert unpacked == []


def test_what_was_written_counts_and_not_what_was_stated(tmp_path, unpacked):
    """A file that states more than it holds takes only what it holds from those after it."""
    first, second = honest(tmp_path), honest(tmp_path, "other.json", "Other answer.")
    store = recorded(tmp_path, first, second, size=100_000)
    written = first.stat().st_size
    assert reread(store, 100_000 + written).files == 2
    assert unpacked == [written, second.stat().st_size]
    (problem,) = reread(store, 99_999 + written).problems
    assert problem.endswith(f"of all that may be unpacked {99_999:,} are left.")


def test_answers_that_a_file_repeats_without_end_are_not_all_taken(tmp_path, monkeypatch, unpacked):
    path = honest(tmp_path)
    store = recorded(tmp_path, path)
    taken = again.ANSWER_BYTES + len(PROMPT) + len("Hello there.")
    monkeypatch.setattr(again, "MOST_ANSWERS_BYTES", taken)
    assert reread(store).problems == []
    monkeypatch.setattr(again, "MOST_ANSWERS_BYTES", taken - 1)
    (problem,) = reread(store).problems
    assert problem.endswith(f") holds more than {taken - 1:,} bytes of answers.")


def test_a_format_that_nobody_knows_is_a_problem_with_the_name_of_the_file(tmp_path, unpacked):
    (problem,) = reread(recorded(tmp_path, honest(tmp_path), form="runes")).problems
    assert problem.startswith("The kept copy of answers.json (sha256:")
    assert problem.endswith(") is of a format that is not known.")


def test_a_file_that_its_format_cannot_read_is_named_as_the_case_names_it(tmp_path, unpacked):
    (problem,) = reread(recorded(tmp_path, honest(tmp_path), form="parquet")).problems
    assert problem.startswith("The kept copy of answers.json (sha256:")
    assert ") cannot be read as it was (file is no whole Parquet file (" in problem


def test_a_hostile_name_or_encoding_is_words_and_no_path(tmp_path, unpacked):
    hostile = Reading("alpacaeval", encoding="utf\x00-8")
    store = recorded(tmp_path, honest(tmp_path), name="../\u202ea.\x00/b", reading=hostile)
    (problem,) = reread(store).problems
    assert problem.startswith("The kept copy of ../⟨U+202E⟩a.⟨U+0000⟩/b (sha256:")
    assert "There is no text encoding 'utf\\x00-8')." in problem
