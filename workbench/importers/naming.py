"""Names of models as files give them → names as they are used here."""

import re
import unicodedata

from workbench.errors import RecordingError
from workbench.models.catalogue import NAME

LONGEST = 64


def own_name(named: str) -> str:
    """A name that can be typed: lower case, digits, dots, dashes and underscores.

    Raises:
        RecordingError: If nothing of the name can be kept.
    """
    plain = unicodedata.normalize("NFKD", named).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")[:LONGEST].rstrip("-._")
    if not name:
        raise RecordingError(
            f"Nothing of the model's name {named[:80]!r} can be kept.",
            fix="Say what to call it with --model NAME.",
        )
    return name


def check_name(name: str) -> str:
    """A name that a user typed, as it is.

    Raises:
        RecordingError: If it is made of other characters.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise RecordingError(
            f"{name!r} is no name for a model.",
            fix=f"Use at most {LONGEST} lower-case letters, digits, dots, dashes and underscores.",
        )
    return name
