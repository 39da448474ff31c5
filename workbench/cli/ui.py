"""`workbench ui`: the browser workbench, on this machine only."""

from typing import Annotated

import typer

ADDRESS = "127.0.0.1"

# Said again on the command line, where no environment variable and no other file overrides them.
SETTINGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "server.address": ADDRESS,
    "server.enableAgentApi": "false",
    "server.enableStaticServing": "false",
    "server.fileWatcherType": "none",
    "server.headless": "true",
}


def ui(
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on 127.0.0.1.")] = 8501,
) -> None:
    """Open the workbench for a browser on this machine; Ctrl-C stops it."""
    import subprocess

    from workbench.paths import PROJECT

    typer.echo(f"The workbench is at http://{ADDRESS}:{port} until you press Ctrl-C.")
    try:
        done = subprocess.run(server_command(port), cwd=PROJECT, check=False)  # noqa: S603 - our own
    except KeyboardInterrupt:
        return
    if done.returncode:
        typer.echo(f"The server stopped. If port {port} is taken, use `--port`.", err=True)
        raise typer.Exit(1)


def server_command(port: int) -> list[str]:
    """The command that serves the pages.

    Raises:
        WorkbenchError: If the pages are not beside the package.
    """
    import sys

    from workbench.errors import WorkbenchError
    from workbench.paths import PROJECT

    script = PROJECT / "streamlit_app.py"
    if not script.is_file():
        raise WorkbenchError(
            f"The pages are not at {script}.",
            fix="Install from a checkout with `pip install -e .` and start it there.",
        )
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    port_setting = f"--server.port={port}"
    return [sys.executable, "-m", "streamlit", "run", str(script), port_setting, *settings]
