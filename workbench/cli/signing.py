"""What `workbench report --sign` needs: the key, its passphrase, and who stamps the time."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from workbench.cli.output import now
from workbench.errors import ReportError
from workbench.records import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE = "WORKBENCH_SIGN_PASSPHRASE"  # noqa: S105 - the name of a variable
"""Environment variable with the passphrase; it is asked for where there is none."""


def signer(key: Path | None, timestamp_url: str | None) -> "Callable[[bytes], bytes] | None":
    """Make ready to sign with a key from a file; None where no key is named.

    Raises:
        ReportError: If there is a server to stamp and no key, the file does not open, or nobody can
            be asked for its passphrase.
    """
    if key is None:
        if timestamp_url is not None:
            raise ReportError(
                "Without a signature there is nothing to stamp.", fix="Add --sign CERT.p12."
            )
        return None
    from workbench.report.sign import load_key, sign, stamp_server

    stamper = None if timestamp_url is None else stamp_server(timestamp_url)
    opened = load_key(_content(key), _passphrase(key))
    return lambda report: sign(report, opened, now(), stamper)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReportError(
            f"The file to sign with cannot be read: {path} ({error.strerror}).",
            fix="Name a PKCS#12 file (.p12 or .pfx) that you may read.",
        ) from error


def _passphrase(path: Path) -> str:
    if (given := os.environ.get(PASSPHRASE)) is not None:
        return given
    if not _at_a_terminal():
        raise ReportError(
            f"The passphrase of {path.name} cannot be asked for without a terminal.",
            fix=f"Put it into the environment variable {PASSPHRASE}; it may be empty.",
        )
    asked: str = typer.prompt(
        f"Passphrase of {path.name}", hide_input=True, default="", show_default=False, err=True
    )
    return asked


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def signatures_json(path: Path) -> list[dict[str, Any]]:
    """What a script needs of each signature of a file."""
    from workbench.report.signature import check_signature

    return [to_json(signature) for signature in check_signature(path.read_bytes()).signatures]


def tell(path: Path) -> None:
    """Print what the signatures of a file say."""
    from workbench.report.signature import check_signature

    for sentence in check_signature(path.read_bytes()).sentences():
        typer.echo(sentence)
