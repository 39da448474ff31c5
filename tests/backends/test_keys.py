import base64
import json
import sys
import types
from urllib.parse import quote

import pytest

from tests.backends.faulty import entry
from workbench.backends.keys import read_key
from workbench.backends.redact import REDACTED, Redactor
from workbench.errors import BackendError

KEY = "sk-CANARY/7c1d+9f0e=2b"


def body(text, key=KEY):
    return Redactor(key).body(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        quote(KEY, safe=""),
        KEY.encode().hex(),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"Bearer {KEY}".encode()).decode(),
        base64.b64encode(f"u:{KEY}".encode()).decode(),
        KEY[::-1],
    ],
    ids=["plain", "url", "hexadecimal", "base64", "header", "base64 within", "backwards"],
)
def test_a_key_is_taken_out_however_it_is_spelled(spelled):
    cleaned, found = body(f'{{"content": "it was {spelled} was it"}}')
    assert found
    assert KEY.encode() not in cleaned
    assert REDACTED.encode() in cleaned
    assert spelled[4:-4].encode() not in cleaned


def test_a_key_behind_escapes_is_taken_out_too():
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
    cleaned, found = body(f'{{"{hidden}": ["{hidden}", 3, null]}}')
    assert found
    assert json.loads(cleaned) == {REDACTED: [REDACTED, 3, None]}


def test_a_body_without_the_key_is_left_as_it_is():
    content = b'{"content": "\\u00e9 sk-CANARY"}'
    assert body(content) == (content, False)


def test_without_a_key_nothing_is_looked_for():
    assert body(b'{"a": "\\u0041"}', key=None) == (b'{"a": "\\u0041"}', False)


def test_a_redactor_does_not_show_its_key():
    assert "CANARY" not in repr(Redactor(KEY))


def named(**changes):
    return entry("https://a.example/v1", **changes)


def test_a_key_comes_out_of_the_environment_and_does_not_show_itself(monkeypatch):
    monkeypatch.setenv("SERVED_KEY", f" {KEY}\n")
    found = read_key(named(api_key_env="SERVED_KEY"))
    assert found.get_secret_value() == KEY
    assert "CANARY" not in f"{found} {found!r}"


def test_an_entry_without_a_key_needs_none():
    assert read_key(named()) is None


def test_a_missing_key_names_its_place(monkeypatch):
    monkeypatch.delenv("SERVED_KEY", raising=False)
    with pytest.raises(BackendError, match="not in the environment variable SERVED_KEY"):
        read_key(named(api_key_env="SERVED_KEY"))


@pytest.mark.parametrize(
    "key", ["abc", "two words here", "sk-\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", "sk-aaaa\r\nX: y"]
)
def test_what_cannot_be_a_key_is_refused_without_being_repeated(key, monkeypatch):
    monkeypatch.setenv("SERVED_KEY", key)
    with pytest.raises(BackendError) as error:
        read_key(named(api_key_env="SERVED_KEY"))
    assert key not in str(error.value)


class KeyringError(Exception):
    pass


@pytest.fixture
def keyring(monkeypatch):
    """The keyring package as far as it is used here; the real one needs a desktop."""
    kept, module = {}, types.ModuleType("keyring")

    def get_password(service, user):
        if service == "locked":
            raise KeyringError
        return kept.get((service, user))

    module.get_password = get_password
    module.errors = types.ModuleType("keyring.errors")
    module.errors.KeyringError = KeyringError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", module.errors)
    return kept


def test_a_key_comes_out_of_the_keyring(keyring):
    keyring["models", "me/here"] = KEY
    assert read_key(named(api_key_keyring="models/me/here")).get_secret_value() == KEY


@pytest.mark.parametrize(
    ("place", "why"),
    [("models/you", "not in models/you in the keyring"), ("locked/me", "cannot be read")],
)
def test_a_keyring_that_gives_nothing_says_so(keyring, place, why):
    with pytest.raises(BackendError, match=why):
        read_key(named(api_key_keyring=place))


def test_a_missing_keyring_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(BackendError, match=r"model-workbench\[keyring\]"):
        read_key(named(api_key_keyring="models/me"))
