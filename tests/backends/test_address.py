import socket

import pytest

from tests.backends.faulty import entry
from workbench.backends.address import checked_target, refusal, resolve
from workbench.errors import BackendError

INSIDE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.0.0.8",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.1.1",
    "0.1.2.3",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]
NOWHERE = ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "224.0.0.1", "ff02::1"]
NOWHERE += ["0.0.0.0", "::", "nonsense"]  # noqa: S104 - addresses to refuse
OUTSIDE = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"]


def never(*_):
    raise AssertionError("nothing may be connected to")


def found(*addresses):
    return lambda host, port: list(addresses)


def target(url, addresses, *, allow=False, key=False, reachable=lambda *_: True):
    made = entry(url, allow_private=allow)
    return checked_target(made, with_key=key, resolver=found(*addresses), reachable=reachable)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_inside_is_refused_unless_allowed(address):
    assert refusal(address, private=False) == "this machine or a private network"
    assert refusal(address, private=True) == ""


@pytest.mark.parametrize("address", NOWHERE)
def test_an_address_where_no_model_is_served_is_always_refused(address):
    assert refusal(address, private=True)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_outside_is_allowed(address):
    assert refusal(address, private=False) == ""


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "localhost.", "127.1", "[::1]"])
def test_a_disguised_address_of_this_machine_is_refused_before_anything_is_sent(host):
    made = entry(f"https://{host}/v1", allow_private=False)
    with pytest.raises(BackendError):
        checked_target(made, with_key=False, resolver=resolve, reachable=never)


def test_a_name_that_leads_inside_is_refused_with_two_sentences():
    with pytest.raises(BackendError) as error:
        target("https://models.example/v1", ["8.8.8.8", "10.0.0.1"], reachable=never)
    assert error.value.what == (
        "The host models.example of served leads to this machine or a private network."
    )
    assert "allow_private = true" in error.value.fix


def test_the_address_checked_is_the_address_connected_to():
    """A name that is looked up again could lead elsewhere the second time."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    made = checked_target(
        entry("https://flips.example:8443/v1/", allow_private=False),
        with_key=True,
        resolver=lambda *_: next(answers),
        reachable=lambda *_: True,
    )
    assert made.base == "https://8.8.8.8:8443/v1"
    assert (made.host, made.host_header) == ("flips.example", "flips.example:8443")


def test_an_ipv6_address_is_written_in_brackets():
    made = target("https://six.example/v1", ["2606:4700:4700::1111"])
    assert made.base == "https://[2606:4700:4700::1111]:443/v1"
    assert made.host_header == "six.example"


def test_the_first_address_where_somebody_listens_is_taken():
    listening = lambda address, _: address == "1.1.1.1"  # noqa: E731
    made = target("https://two.example/v1", ["8.8.8.8", "1.1.1.1"], reachable=listening)
    assert made.address == "1.1.1.1"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://models.example/v1", "does not start with https://"),
        ("https://user:pass@models.example/v1", "names a user or a password"),
        ("https://models.example/v1?key=1", "goes on after its path"),
        ("https:///v1", "is not the address of an endpoint"),
        ("https://models.example:99999/v1", "is not the address of an endpoint"),
        ("https://models.example/v1\r\nX: y", "is not the address of an endpoint"),
        ("file:///etc/passwd", "is not the address of an endpoint"),
    ],
)
def test_an_address_that_is_spelled_wrongly_is_refused(url, why):
    with pytest.raises(BackendError, match=why):
        target(url, ["8.8.8.8"], reachable=never)


def test_a_password_in_an_address_is_never_repeated():
    with pytest.raises(BackendError) as error:
        target("https://user:sk-CANARY@models.example:0/v1", ["8.8.8.8"], reachable=never)
    assert "CANARY" not in str(error.value)


def test_a_key_never_travels_unencrypted_to_the_outside():
    with pytest.raises(BackendError, match="would travel unencrypted"):
        target("http://models.example/v1", ["8.8.8.8"], key=True, reachable=never)


def test_a_host_that_nobody_knows_is_named():
    with pytest.raises(BackendError, match=r"models\.example of served is not known"):
        target("https://models.example/v1", [])


def test_a_server_that_is_down_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        made = entry(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(BackendError, match="Nobody answers at the endpoint of served"):
            checked_target(made, with_key=False)
