"""Documentation that a machine can hold to the truth."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from workbench.cli import app
from workbench.metrics import METRICS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("probes/*.md")])


def commands(command=None, name=""):
    command = command or get_command(app)
    for child_name, child in getattr(command, "commands", {}).items():
        full = f"{name} {child_name}".strip()
        yield full, child
        yield from commands(child, full)


def test_every_metric_stands_in_the_methods_page():
    page = (ROOT / "docs" / "methods.md").read_text()
    assert [metric.id for metric in METRICS if f"| `{metric.id}` |" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_a_page_shows_exist(page):
    known = dict(commands())
    for words in re.findall(
        r"(?:`|^)workbench ([a-z]+(?: [a-z]+)?)", page.read_text(), re.MULTILINE
    ):
        first, *rest = words.split()
        assert first in known, f"{page.name}: workbench {words}"
        if hasattr(known[first], "commands") and rest:
            assert f"{first} {rest[0]}" in known, f"{page.name}: workbench {words}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_says_what_it_does():
    assert [name for name, command in commands() if not command.help] == []
