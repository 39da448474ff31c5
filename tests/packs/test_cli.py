"""`workbench packs`: what is printed where, and the exit code."""

import json

import pytest
from typer.testing import CliRunner

from tests.packs.made import changed, put, with_prompts
from workbench.cli.packs import app
from workbench.errors import PackError
from workbench.packs import UnknownPackError, load_pack


@pytest.fixture
def packs(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_PROBES", str(tmp_path))

    def run(*words):
        return CliRunner().invoke(app, list(words))

    return run


def test_list_prints_one_line_for_each_pack(packs, tmp_path):
    put(tmp_path)
    result = packs("list")
    assert result.exit_code == 0
    assert result.stdout == (
        "style/made  v1  generate    text    2 probes, 4 each     Small choices\n"
    )


def test_list_of_an_empty_folder_is_empty(packs):
    assert json.loads(packs("list", "--json").stdout) == []


def test_list_as_json_holds_the_digest(packs, tmp_path):
    pack = load_pack(put(tmp_path), tmp_path)
    assert json.loads(packs("list", "--json").stdout) == [
        {
            "id": "style/made",
            "version": 1,
            "title": "Small choices",
            "kind": "generate",
            "template": "chat",
            "access": "text",
            "weak": None,
            "probes": 2,
            "sealed": 0,
            "repeats": 4,
            "digest": pack.digest,
        }
    ]


def test_show_says_why_and_what_is_asked(packs, tmp_path):
    pack = load_pack(put(tmp_path), tmp_path)
    assert packs("show", "style/made").stdout == (
        "style/made  version 1\n"
        "Small choices\n"
        "\n"
        "why      Choices that nothing calls for are habits, and habits are inherited.\n"
        "source   Our own observation, 2026.\n"
        "authors  A. Analyst\n"
        "asks     generate, chat: temperature 0.8, 32 tokens at most, 4 repeats\n"
        "access   text\n"
        "metrics  every one that can take it\n"
        "counts   yes\n"
        f"digest   {pack.digest}\n"
        "\n"
        "What else makes models answer alike:\n"
        "- Models tuned on the same chat data.\n"
        "\n"
        "#season [en]  Which season do you like?\n"
        "#bird [en]  Name a bird that sings.\n"
        "\n"
        "Never weighed in this version; see `workbench packs weigh`.\n"
    )


def test_show_as_json_is_the_record(packs, tmp_path):
    put(tmp_path)
    shown = json.loads(packs("show", "style/made", "--json").stdout)
    assert shown["probes"][1] == {
        "address": "style/made#bird",
        "prompt": "Name a bird that sings.",
        "language": "en",
        "group": None,
        "options": [],
    }


def test_an_unknown_pack_is_left_to_the_top_level(packs):
    assert isinstance(packs("show", "style/none").exception, UnknownPackError)


def test_check_prints_ok_for_each_good_file(packs, tmp_path):
    put(tmp_path)
    result = packs("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ok  style/made.toml  (2 probes)\n"


def test_check_lists_problems_on_stderr_and_fails(packs, tmp_path):
    put(tmp_path)
    put(tmp_path, "x", at="style/bad.toml")
    put(tmp_path, with_prompts("Say?", " say"), at="style/worse.toml")
    result = packs("check", str(tmp_path / "style"))
    assert result.exit_code == 1
    assert result.stdout == "ok  style/made.toml  (2 probes)\n"
    assert result.stderr == (
        "style/bad.toml has 1 problem:\n"
        "  line 1: not valid TOML: Expected '=' after a key in a key/value pair\n"
        "style/worse.toml has 1 problem:\n"
        '  line 22: the prompt of probe "p1" repeats the prompt of probe "p0"\n'
    )


def test_check_as_json_fails_in_the_same_way(packs, tmp_path):
    put(tmp_path, changed(("version = 1", "version = 0")))
    result = packs("check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "file": "style/made.toml",
            "probes": 2,
            "ok": False,
            "problems": [{"line": 3, "text": "version is outside 1 to 1,000,000"}],
        }
    ]


def test_checking_nothing_is_not_a_success(packs):
    result = packs("check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "There is no pack file in this place.\n"


def test_new_writes_a_skeleton_and_says_what_next(packs, tmp_path):
    file = tmp_path / "style/endings.toml"
    result = packs("new", "style/endings")
    assert result.stdout == f"{file}\nReplace every TODO, then run: workbench packs check {file}\n"
    assert file.exists()


def test_new_as_json_names_the_file(packs, tmp_path):
    result = packs("new", "style/endings", "--json")
    assert json.loads(result.stdout) == {
        "id": "style/endings",
        "file": str(tmp_path / "style/endings.toml"),
    }


def test_new_leaves_a_bad_id_to_the_top_level(packs):
    assert isinstance(packs("new", "../x").exception, PackError)


def test_root_names_another_folder(packs, tmp_path):
    put(tmp_path / "other")
    assert packs("check", "--root", str(tmp_path / "other")).exit_code == 0
