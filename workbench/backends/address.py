"""Where an endpoint may lie: resolved once, checked, and connected to at the very address checked.

A name that leads into this machine or a private network is refused unless the entry allows it, so
that a list of models from somebody else cannot make this program talk to services of the inside.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.errors import BackendError
from workbench.models.endpoints import address_problems, split_address
from workbench.records import ModelEntry

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PORTS = {"https": 443, "http": 80}
CONNECT_SECONDS = 10.0
METADATA = frozenset({"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200"})
"""Where cloud machines find their own credentials; no model is served there."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint whose address was checked."""

    scheme: str
    host: str
    """As the entry spells it: for the Host header and the certificate."""
    port: int
    path: str
    """Without a slash at its end."""
    address: str
    """The one address that is connected to."""

    @property
    def base(self) -> str:
        """The URL to connect to, by address."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """What the server is called by."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == PORTS[self.scheme] else f"{shown}:{self.port}"


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, in the order the system prefers; none if it is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def can_connect(address: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((address, port), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def checked_target(
    entry: ModelEntry,
    *,
    with_key: bool,
    resolver: Callable[[str, int], list[str]] = resolve,
    reachable: Callable[[str, int], bool] = can_connect,
) -> Target:
    """Resolve an endpoint's name once and pick the address to connect to.

    Args:
        entry: The endpoint's entry.
        with_key: Whether a key travels with every question.
        resolver: Host and port → addresses.
        reachable: Address and port → whether somebody listens there.

    Returns:
        The target, its address checked.

    Raises:
        BackendError: If the address is spelled wrongly, unknown, not allowed, or nobody answers.
    """
    parts = split_address(entry.source)
    if parts is None or parts.hostname is None or any(address_problems(entry.source)):
        problem = next(address_problems(entry.source), "it has no host")
        raise BackendError(f"{entry.name} cannot be asked: {problem}.", fix="Correct its source.")
    private = entry.endpoint is not None and entry.endpoint.allow_private
    if parts.scheme == "http" and with_key and not private:
        raise BackendError(
            f"The key of {entry.name} would travel unencrypted.", fix="Use an https:// address."
        )
    port = parts.port or PORTS[parts.scheme]
    addresses = resolver(parts.hostname, port)
    _check(entry.name, parts.hostname, addresses, private=private)
    found = next((item for item in addresses if reachable(item, port)), None)
    if found is None:
        raise BackendError(
            f"Nobody answers at the endpoint of {entry.name}.",
            fix="Check that the server is up and that its port is the one in models.toml.",
        )
    return Target(parts.scheme, parts.hostname, port, parts.path.rstrip("/"), found)


def _check(name: str, host: str, addresses: Iterable[str], *, private: bool) -> None:
    addresses = list(addresses)
    if not addresses:
        raise BackendError(
            f"The host {host} of {name} is not known to this machine's name service.",
            fix="Check the spelling in models.toml and the network.",
        )
    for address in addresses:  # one bad address condemns the name: it may be drawn next time
        if reason := refusal(address, private=private):
            raise BackendError(
                f"The host {host} of {name} leads to {reason}.",
                fix="If it is a server of your own, set allow_private = true in its endpoint "
                "table; otherwise do not use this entry.",
            )


def refusal(spelled: str, *, private: bool) -> str:
    """Why an address may not be connected to; empty if it may.

    Args:
        spelled: An IP address.
        private: Whether addresses of the inside are allowed.
    """
    try:
        address = _inner(ipaddress.ip_address(spelled.partition("%")[0]))
    except ValueError:
        return "no address"
    if str(address) in METADATA:
        return "the metadata service of a cloud machine"
    if address.is_multicast or address.is_unspecified:
        return "an address that no server has"
    if private or (address.is_global and not _is_wrapped(spelled)):
        return ""
    return "this machine or a private network"


def _is_wrapped(spelled: str) -> bool:
    address = ipaddress.ip_address(spelled.partition("%")[0])
    return _inner(address) != address


def _inner(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
