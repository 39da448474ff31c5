"""Building: once, resumable, and never out of a cache that somebody changed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.zoo import build as building
from benchmarks.zoo import making
from benchmarks.zoo.build import build
from benchmarks.zoo.record import read_record
from tests.zoo.conftest import silent
from workbench.errors import ModelError

ROOT = Path(__file__).parents[2]
FEW = 8
"""Members that the killed build would have made."""
KILLED = f"""
from benchmarks.zoo import build, population, sizes
from tests.zoo.conftest import MINI
sizes.SIZES["mini"] = MINI
build.population = lambda size: population.population(size)[:{FEW}]
build.build("mini", jobs=1, say=print)
"""


@pytest.fixture
def copied(built, empty):
    """A finished zoo that this test may change."""
    shutil.copytree(built, empty)
    return read_record("mini")


def refuse(*arguments):
    raise AssertionError("nothing was to be made")


def test_a_finished_zoo_is_not_made_again(zoo, monkeypatch):
    monkeypatch.setattr(making, "_build", refuse)
    assert build("mini", jobs=1, say=silent).digest == zoo.digest


def test_a_killed_build_goes_on_to_the_same_weights(zoo, empty, monkeypatch):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=os.environ | {"WORKBENCH_CACHE": str(empty)},
        stdout=subprocess.DEVNULL,
    )
    while not (finished := [*empty.glob("derived/*/recipe.json")]):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in finished}
    monkeypatch.setattr(building, "population", lambda size: zoo.members[:FEW])
    made = build("mini", jobs=1, say=silent).made
    assert {path: path.stat().st_mtime_ns for path in finished} == before
    assert {name: one.weights_digest for name, one in made.items()} == {
        member.name: zoo.made[member.name].weights_digest for member in zoo.members[:FEW]
    }


def test_progress_counts_members_and_tells_the_time_left(copied):
    for own in ("oak-int8", "oak-int4"):
        shutil.rmtree(copied.made[f"zoo-mini-{own}"].folder)
    lines = []
    build("mini", jobs=1, say=lines.append)
    assert lines[0].startswith("[1/34] zoo-mini-oak: from scratch (bits_per_byte ")
    assert [line for line in lines if line.endswith("left")] == lines[12:-1]
    assert lines[12].startswith("[13/34] zoo-mini-oak-int8: int8 (relative_change ")
    assert lines[-1].startswith("[34/34] zoo-mini-fox-like-oak")


def test_changed_weights_are_not_used(copied):
    file = Path(copied.made["zoo-mini-oak"].folder) / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(
        ModelError, match=r"zoo-mini-oak is not as it was made: model.safetensors c"
    ):
        build("mini", jobs=1, say=silent)


def test_a_pickle_slipped_into_the_cache_is_refused(copied):
    folder = Path(copied.made["zoo-mini-oak"].folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ModelError, match=r"pytorch_model.bin was added"):
        build("mini", jobs=1, say=silent)


def test_a_record_that_was_edited_is_refused(copied, empty):
    file = empty / "zoo" / "mini" / "zoo.json"
    file.write_text(file.read_text().replace('"how": "answers"', '"how": "style"', 1))
    with pytest.raises(ModelError, match=r"zoo.json is not as it was written"):
        read_record("mini")


@pytest.mark.parametrize("content", ["[]", "{}", '{"digest": 1}', "\xff", '{"members": 3}'])
def test_a_record_that_is_none_is_refused(empty, content):
    file = empty / "zoo" / "mini" / "zoo.json"
    file.parent.mkdir(parents=True)
    file.write_text(content, encoding="latin-1")
    with pytest.raises(ModelError, match=r"zoo.json is not as it was written"):
        read_record("mini")


def test_edited_answers_of_a_teacher_are_refused(copied, empty):
    for file in (empty / "zoo" / "answers").iterdir():
        file.write_text(file.read_text().replace("a", "b", 1))
    shutil.rmtree(copied.made["zoo-mini-fox-of-oak-100"].folder)
    with pytest.raises(ModelError, match=r"answers/.* is not as it was written"):
        build("mini", jobs=1, say=silent)


def test_an_error_in_another_process_keeps_its_two_sentences(zoo, monkeypatch):
    def broken(*arguments):
        raise ModelError("It broke.", fix="Mend it.")

    monkeypatch.setattr(building, "make", broken)
    with pytest.raises(ModelError) as error:
        build("mini", jobs=1, say=silent)
    assert (error.value.what, error.value.fix) == ("It broke.", "Mend it.")


def test_a_zoo_that_was_not_built_says_how(empty):
    with pytest.raises(ModelError) as error:
        read_record("small")
    assert str(error.value) == (
        "The small zoo was not built on this machine. Run `workbench zoo build --size small`."
    )


def test_an_unknown_size_suggests_the_nearest(empty):
    with pytest.raises(ModelError, match='no zoo of size "smal"; did you mean "small"'):
        read_record("smal")


def test_a_recipe_that_cannot_be_read_is_refused(copied, monkeypatch):
    file = Path(copied.made["zoo-mini-oak"].folder) / "recipe.json"
    file.write_text('{"figures": 3}')
    monkeypatch.setattr("benchmarks.zoo.keep.changed_files", lambda folder: [])
    with pytest.raises(ModelError, match="The recipe of zoo-mini-oak cannot be read"):
        build("mini", jobs=1, say=silent)
