"""What each token of a model writes: one file per tokenizer, named by its digest."""

import json
from pathlib import Path

from workbench.digest import canonical
from workbench.errors import CustodyError
from workbench.records import Vocabulary
from workbench.store.raw import keep_raw, read_raw


def keep_vocabulary(folder: Path, vocabulary: Vocabulary) -> str:
    """Put a vocabulary on the disk: a JSON list of hexadecimal bytes, null where nothing is written.

    Returns:
        Its digest.

    Raises:
        CaseError: If the disk is full or the folder cannot be written.
    """
    written = [None if token is None else token.hex() for token in vocabulary.tokens]
    return keep_raw(folder, canonical(written), "A vocabulary")


def read_vocabulary(folder: Path, digest: str) -> Vocabulary:
    """Read a vocabulary back.

    Raises:
        CustodyError: If its file is missing, unreadable or was changed.
    """
    content = read_raw(folder, digest, "A vocabulary")
    try:
        return Vocabulary(
            tuple(None if token is None else bytes.fromhex(token) for token in json.loads(content))
        )
    except (ValueError, TypeError) as error:
        raise CustodyError(
            f"A vocabulary ({digest[:19]}…) is not a list of tokens.",
            fix="The record was made by another program; record the case anew.",
        ) from error
