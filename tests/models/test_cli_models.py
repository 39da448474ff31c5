import json

import pytest
from transformers import AutoTokenizer
from typer.testing import CliRunner

from workbench.cli.models import app
from workbench.errors import ModelError
from workbench.models.fetch import located


def run(*arguments):
    """Run a command; return its standard output, or raise what it raised."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_list_names_every_model_and_where_it_is(tiny):
    rows = {row["name"]: row for row in json.loads(run("list", "--json"))}
    assert rows["tiny"]["here"] is True
    assert rows["stories15m"]["here"] is False
    assert rows["stories15m"]["licence"] == "MIT"


def test_list_is_readable_as_text(tiny):
    line = next(line for line in run("list").splitlines() if line.startswith("stories15m"))
    assert line.split()[:4] == ["stories15m", "stories15m", "MIT", "no"]


def test_fetch_prints_the_folder_on_stdout_and_progress_on_stderr(cache, tiny_folder):
    result = CliRunner().invoke(app, ["fetch", f"folder:{tiny_folder}", "--name", "mine"])
    name, folder = result.stdout.split()
    assert name == "mine"
    assert (cache / "models" / folder / "model.safetensors").is_file()
    assert result.stderr.splitlines()[-1] == f"mine is ready in {folder}."


def test_check_says_what_a_model_is(tiny):
    seen = json.loads(run("check", "tiny", "--json"))
    assert seen["vocabulary"] == len(AutoTokenizer.from_pretrained(located(tiny)))
    assert seen["licence"] == "MIT"
    assert seen["chat_template"] is True
    assert "parameters  " in run("check", "tiny")


def test_check_refuses_a_changed_file(tiny):
    config = located(tiny) / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(ModelError, match=r"tiny is not as it was recorded: config.json changed"):
        run("check", "tiny")


def test_derive_takes_the_methods_options(tiny):
    made = json.loads(run("derive", "tiny", "--method", "quantise", "--bits", "8", "--json"))
    assert made["name"] == "tiny-quantise"
    assert made["note"].startswith("Made from tiny: linear weights rounded to 8 bits")


def test_an_option_of_another_method_is_refused(tiny):
    with pytest.raises(ModelError, match='"bits" is not an option'):
        run("derive", "tiny", "--method", "prune", "--bits", "4")
