"""One broken pack per mistake, each with the sentence its author should read.

The first line of a file says where it is saved; the sentence stands in the `.message` beside it.
"""

from pathlib import Path

import pytest

from tests.packs.made import put
from workbench.errors import PackError
from workbench.packs import check_paths, load_pack

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))


def _saved(path, root):
    content = path.read_bytes()
    place = content.split(b"\n")[0].decode("utf-8-sig").removeprefix("# saved as ")
    return put(root, content, at=place)


def test_there_is_a_broken_pack_for_every_mistake():
    assert len(BROKEN) >= 50


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_pack_is_explained(path, tmp_path):
    with pytest.raises(PackError) as error:
        load_pack(_saved(path, tmp_path), tmp_path)
    assert error.value.what == path.with_suffix(".message").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_the_checker_finds_what_the_reader_finds(path, tmp_path):
    file = _saved(path, tmp_path)
    with pytest.raises(PackError) as error:
        load_pack(file, tmp_path)
    (checked,) = check_paths([file], tmp_path)
    assert [str(problem) for problem in checked.problems] == error.value.problems


def test_five_mistakes_are_listed_together(tmp_path):
    file = _saved(Path(__file__).parent / "broken/five-mistakes.toml", tmp_path)
    with pytest.raises(PackError) as error:
        load_pack(file, tmp_path)
    assert error.value.problems == [
        'line 3: unknown key "titel" in [pack] (did you mean "title"?)',
        "line 13: temperature is outside 0 to 2",
        "line 15: repeats is 1; without 2 or more the noise floor is unknown",
        'line 22: key "season" is already the key of probe 1',
        (
            'line 23: the prompt of probe 2 names "OpenAI"; only identity/ and targeted/ '
            "may name models or makers"
        ),
    ]
