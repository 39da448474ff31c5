"""A new pack's skeleton: complete but for its marked parts."""

import pytest

from tests.packs.made import put
from workbench.errors import PackError
from workbench.packs import check_paths, load_pack, new_pack


@pytest.mark.parametrize("pack_id", ["style/endings", "continuation/openings", "nursery/idea-1"])
def test_the_checker_finds_only_the_marked_parts(tmp_path, pack_id):
    file = new_pack(pack_id, tmp_path)
    (checked,) = check_paths([file], tmp_path)
    problems = [str(problem).split(": ", maxsplit=1)[1] for problem in checked.problems]
    assert problems == [
        "title still says TODO",
        "authors still says TODO",
        "rationale still says TODO",
        "source still says TODO",
        "confounders still says TODO",
        'the prompt of probe "first" still says TODO',
    ]


@pytest.mark.parametrize(
    ("pack_id", "kind"),
    [
        ("style/endings", "generate"),
        ("continuation/openings", "next_token"),
        ("identity/maker", "generate"),
    ],
)
def test_a_skeleton_filled_in_is_a_pack(tmp_path, pack_id, kind):
    file = new_pack(pack_id, tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("TODO", "Ready"), encoding="utf-8")
    pack = load_pack(file, tmp_path)
    assert (pack.id, pack.kind) == (pack_id, kind)


@pytest.mark.parametrize("pack_id", ["style/endings", "continuation/openings"])
def test_the_optional_keys_of_a_skeleton_are_ready_to_use(tmp_path, pack_id):
    file = new_pack(pack_id, tmp_path)
    text = file.read_text(encoding="utf-8").replace("TODO", "Ready").replace("# metrics", "metrics")
    file.write_text(text.replace('"why" ', f'"{"why " * 12}" ').replace("# weak", "weak"))
    pack = load_pack(file, tmp_path)
    assert pack.metrics
    assert pack.weak


def test_an_existing_pack_is_never_overwritten(tmp_path):
    file = put(tmp_path, "mine")
    with pytest.raises(PackError, match="the file exists already"):
        new_pack("style/made", tmp_path)
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("pack_id", "problem"),
    [
        ("../evil", '".." is not a known family'),
        ("style/../../evil", "a pack's id is family/name"),
        ("style/Evil", 'the name "Evil" is not 1 to 64 of a-z, 0-9 and -, not starting with -'),
        ("styl/evil", '"styl" is not a known family (did you mean "style"?)'),
        ("evil", "a pack's id is family/name"),
        ("style/" + "e" * 500, "a pack's id is family/name"),
    ],
)
def test_an_id_that_cannot_be_one_writes_nothing(tmp_path, pack_id, problem):
    with pytest.raises(PackError) as error:
        new_pack(pack_id, tmp_path)
    assert error.value.problems == [problem]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_through_a_linked_family(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/style").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackError, match="symbolic link"):
        new_pack("style/endings", tmp_path / "probes")
    assert list((tmp_path / "elsewhere").iterdir()) == []
