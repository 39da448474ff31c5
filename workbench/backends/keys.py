"""Keys of endpoints: from the environment or the operating system's keyring, and from nowhere else."""

import importlib
import os

from pydantic import SecretStr

from workbench.errors import BackendError
from workbench.records import ModelEntry

SHORTEST = 8
"""A shorter key could stand in an answer by chance, and taking it out would change evidence."""


def read_key(entry: ModelEntry) -> SecretStr | None:
    """Fetch the key that an entry names.

    Returns:
        The key, wrapped so that nothing prints it; None where the entry names none.

    Raises:
        BackendError: If it is not where the entry says, or cannot be a key.
    """
    endpoint = entry.endpoint
    if endpoint is None:
        return None
    if endpoint.api_key_env is not None:
        place = f"the environment variable {endpoint.api_key_env}"
        found = os.environ.get(endpoint.api_key_env, "")
    elif endpoint.api_key_keyring is not None:
        place = f"{endpoint.api_key_keyring} in the keyring"
        found = _from_keyring(entry.name, *endpoint.api_key_keyring.split("/", maxsplit=1))
    else:
        return None
    return _checked(entry.name, place, found.strip())


def _checked(name: str, place: str, key: str) -> SecretStr:
    if not key:
        raise BackendError(f"The key of {name} is not in {place}.", fix="Put it there and go on.")
    if len(key) < SHORTEST or not (key.isascii() and key.isprintable() and " " not in key):
        raise BackendError(
            f"What stands in {place} cannot be the key of {name}.",
            fix=f"A key is {SHORTEST} printable ASCII characters or more, without spaces; name "
            "none if the endpoint needs none.",
        )
    return SecretStr(key)


def _from_keyring(name: str, service: str, user: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError as error:
        raise BackendError(
            f"The key of {name} is in the keyring, and Python's keyring package is not installed.",
            fix='Install it with `pip install "model-workbench[keyring]"`, or use api_key_env.',
        ) from error
    try:
        return str(keyring.get_password(service, user) or "")
    except errors.KeyringError as error:
        raise BackendError(
            f"The keyring that holds the key of {name} cannot be read.",
            fix="Unlock it, or use api_key_env.",
        ) from error
