"""`workbench plan` at the prompt."""

import json

import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.packs import find_pack
from workbench.packs.standard import STANDARD_PACKS, STANDARD_REPEATS

WHO = ("--reference", "smollm2-135m", "--suspect", "gemma-3-270m")


@pytest.fixture(autouse=True)
def _cases(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CASES", str(tmp_path / "cases"))


def plan(*options):
    return CliRunner().invoke(app, ["plan", "here", *WHO, *options])


def test_the_standard_packs_all_count():
    assert [find_pack(name).weak for name in STANDARD_PACKS] == [None] * len(STANDARD_PACKS)


def test_standard_asks_the_standard_packs_as_often_as_calibrations_did():
    planned = json.loads(plan("--standard", "--json").stdout)
    assert [pack["id"] for pack in planned["packs"]] == list(STANDARD_PACKS)
    kinds = {name: find_pack(name).kind for name in STANDARD_PACKS}
    assert all(
        pack["questions"] == pack["probes"] * STANDARD_REPEATS
        for pack in planned["packs"]
        if kinds[pack["id"]] == "generate"
    )


@pytest.mark.parametrize("options", [("--pack", "style/short-answers"), ("--repeats", "3")])
def test_what_is_standard_cannot_be_changed_beside_it(options):
    done = plan("--standard", *options)
    assert done.exit_code == 2
    assert "--standard fixes the packs and the repeats" in done.output
