"""Saving: only what checks, never over what a run used, and never over an earlier version."""

import pytest

from tests.packs.made import put, with_prompts
from workbench.errors import PackError
from workbench.packs import check_paths, check_text, load_pack, save_pack

TEXT = with_prompts("What is your favourite sea?")
SEA = TEXT.encode()
RIVER = TEXT.replace("sea", "river").encode()
LATER = TEXT.replace("sea", "river").replace("version = 1", "version = 2").encode()


def save(root, content, asked=None):
    return save_pack(content, "style/water", asked or {}, root)


def test_a_new_pack_is_written_where_its_id_says(tmp_path):
    assert save(tmp_path, SEA) == tmp_path / "style" / "water.toml"
    assert load_pack(tmp_path / "style" / "water.toml", tmp_path).version == 1


def test_a_text_is_checked_as_its_file_would_be(tmp_path):
    put(tmp_path, TEXT, at="style/other.toml")
    wrong = TEXT.replace("version = 1", "version = 0").encode()
    problems = check_text(wrong, "style/water", tmp_path).problems
    file = put(tmp_path, wrong.decode(), at="style/water.toml")
    assert problems == check_paths([file], tmp_path)[0].problems
    assert any("repeats the prompt" in problem.text for problem in problems)
    assert any(problem.line for problem in problems)


def test_what_does_not_check_is_not_written(tmp_path):
    with pytest.raises(PackError):
        save(tmp_path, b"[pack]\n")
    assert not (tmp_path / "style").exists()


def test_changed_content_needs_a_higher_version(tmp_path):
    save(tmp_path, SEA)
    with pytest.raises(PackError) as error:
        save(tmp_path, RIVER)
    assert error.value.problems == ["version 1 holds other content; raise version to 2"]
    assert (tmp_path / "style" / "water.toml").read_bytes() == SEA


def test_the_earlier_version_is_kept_beside_the_packs(tmp_path):
    save(tmp_path, SEA)
    save(tmp_path, LATER)
    assert (tmp_path / "style" / "water.toml").read_bytes() == LATER
    assert (tmp_path / ".earlier" / "style" / "water-1.toml").read_bytes() == SEA
    assert [file.name for file in check_paths([tmp_path], tmp_path)] == ["style/water.toml"]


def test_a_version_that_a_run_used_is_never_written_over(tmp_path):
    asked = {("style/water", 1): "sha256:other"}
    with pytest.raises(PackError) as error:
        save(tmp_path, SEA, asked)
    assert "version 1 was asked with other content; raise version to 2" in str(error.value)


def test_a_broken_file_is_mended_in_place(tmp_path):
    put(tmp_path, "no pack", at="style/water.toml")
    save(tmp_path, SEA)
    assert (tmp_path / "style" / "water.toml").read_bytes() == SEA
    assert not (tmp_path / ".earlier").exists()


def test_no_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "style").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackError):
        save(tmp_path / "packs", SEA)
    assert list((tmp_path / "elsewhere").iterdir()) == []
