"""What every command prints with: JSON on stdout, progress on stderr."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import paths
from workbench.errors import CaseError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
CaseName = Annotated[str, typer.Argument(metavar="CASE", help="Name of the case, or its folder.")]

QUIET_SECONDS = 5.0
"""Without a terminal, one line of progress at most this often."""


def print_json(content: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print JSON on stdout."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def say(line: str) -> None:
    """Print one line of progress on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def case_folder(case: str, *, own: bool = False) -> Path:
    """Folder of a case: a path as it stands, a bare name under the folder of cases.

    Args:
        case: A path or a name.
        own: Whether it may only be the user's; otherwise a case that came with the program is found
            by its name, too, unless the user has one of that name.

    Raises:
        CaseError: If a bare name could lead out of the folder.
    """
    if "/" in case or case in {".", ".."}:
        return Path(case)
    if not case or case.startswith(".") or not case.replace("-", "").replace("_", "").isalnum():
        raise CaseError(
            f"{case!r} is no name for a case.", fix="Use letters, digits, hyphens and underscores."
        )
    mine, shipped = paths.cases_folder() / case, paths.demo_folder() / case
    return shipped if not own and shipped.is_dir() and not mine.exists() else mine
