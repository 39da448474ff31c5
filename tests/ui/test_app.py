import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from tests.ui.conftest import ENTRY, PAGES
from workbench.cli import ui
from workbench.errors import WorkbenchError

SETTINGS = tomllib.loads((ENTRY.parent / ".streamlit" / "config.toml").read_text())


def in_a_fresh_interpreter(source):
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=ENTRY.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pages_open_without_torch():
    imports = ", ".join(f"workbench.ui.pages.{page}" for page in PAGES)
    heavy = ["torch", "transformers", "sentence_transformers"]
    done = in_a_fresh_interpreter(
        f"import sys, {imports}; print([name for name in {heavy} if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_every_page_file_is_in_the_navigation():
    files = {path.stem for path in (ENTRY.parent / "workbench/ui/pages").glob("[!_]*.py")}
    assert files == set(PAGES)
    assert all(f"{page}.py" in ENTRY.read_text() for page in PAGES)


def test_nothing_leaves_the_machine_and_only_this_machine_gets_in():
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["server"]["address"] == "127.0.0.1"
    assert SETTINGS["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert SETTINGS["client"]["showErrorLinks"] is False
    assert SETTINGS["client"]["showErrorDetails"] == "none"
    assert SETTINGS["client"]["disableDataExport"] is True
    assert "http" not in (ENTRY.parent / ".streamlit" / "config.toml").read_text()


def test_the_icon_of_the_tab_is_no_download():
    assert 'page_icon=":material' not in ENTRY.read_text()


def test_the_command_says_the_settings_again_where_nothing_overrides_them():
    command = ui.server_command(8765)
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert Path(command[4]) == ENTRY
    assert "--server.port=8765" in command
    for name, value in ui.SETTINGS.items():
        section, key = name.split(".")
        assert str(SETTINGS[section][key]).lower() == value
        assert f"--{name}={value}" in command


def test_a_missing_page_file_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr("workbench.paths.PROJECT", tmp_path)
    with pytest.raises(WorkbenchError) as error:
        ui.server_command(8501)
    assert error.value.what == f"The pages are not at {tmp_path}/streamlit_app.py."


def test_a_server_that_does_not_start_is_an_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(ui, "server_command", lambda port: [sys.executable, "-c", "exit(1)"])
    with pytest.raises(typer.Exit) as stopped:
        ui.ui(8599)
    assert stopped.value.exit_code == 1
    assert "If port 8599 is taken, use `--port`." in capsys.readouterr().err
