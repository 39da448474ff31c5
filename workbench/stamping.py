"""What everything that signs or is stamped through pyHanko shares; pyHanko is an optional extra."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import WorkbenchError

PATIENCE_SECONDS = 30
"""How long a time-stamping server may take."""

Refusal = type[WorkbenchError]
"""The kind of error that the part which asks gives its user."""


def require_pyhanko(what: str, error: Refusal) -> None:
    """Refuse to go on where pyHanko is not installed.

    Args:
        what: What needs it, as the subject of a sentence: "Time stamps".
        error: Kind of the refusal.

    Raises:
        WorkbenchError: Of that kind.
    """
    try:
        import pyhanko.sign  # noqa: F401, PLC0415 - an optional extra
    except ImportError as missing:
        raise error(
            f"{what} need pyHanko, which is not installed.",
            fix='Install it with `pip install "model-workbench[sign]"`.',
        ) from missing


def require_address(address: str, error: Refusal) -> None:
    """Refuse what is no web address of a time-stamping server.

    Raises:
        WorkbenchError: Of that kind.
    """
    if not address.startswith(("http://", "https://")):
        raise error(
            f"{address!r} is no address of a time-stamping server.",
            fix="Give one that begins with http:// or https://.",
        )


def in_a_line(error: Exception) -> str:
    """Say in one line what another library complains of; the kind of its error if it has no words."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


@contextmanager
def trust_not_judged() -> Iterator[None]:
    """Keep pyHanko from printing, with a traceback, that it trusts no certificate: nobody asks."""
    log = logging.getLogger("pyhanko")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
