"""Which addresses this service connects to when others say where: public ones, and private ones that the settings name.

Without this a webhook or a redirect could make us knock at our own database or at a cloud's metadata service.
A name is resolved here, every address it has is looked at, and the connection goes to the very address that was
looked at: a name that answers differently the second time gains nothing.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from app.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host as text, those to be tried first first. Raises OSError."""

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class AddressRefused(Exception):  # noqa: N818 - a fact about the address
    """A host has an address that this service does not connect to. Holds neither the URL nor the address."""


class HostUnknown(Exception):  # noqa: N818 - a fact about the host
    """A name that has no address."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver; its own time limits hold."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """What may be connected to besides public addresses; nothing at all when the door is shut."""

    is_open: bool = True
    allow_private: bool = False
    allowed_networks: tuple[Network, ...] = ()
    resolver: Resolver = resolve

    @classmethod
    def of(cls, settings: Settings) -> "AddressGuard":
        return cls(settings.outbound, settings.outbound_allow_private, settings.outbound_allowed_networks)

    @property
    def allows_plain_http(self) -> bool:
        """Unencrypted requests are for networks that somebody chose; over the public one TLS is demanded."""
        return self.allow_private or bool(self.allowed_networks)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of a host when each may be connected to. Raises HostUnknown, AddressRefused."""
        if not self.is_open:
            raise AddressRefused
        try:
            found = self.resolver(host, port)
        except (OSError, UnicodeError):
            # A label that is too long is refused by the codec, not by the resolver.
            raise HostUnknown from None
        if not found:
            raise HostUnknown
        if not all(self.permits(ip_address(each)) for each in found):
            raise AddressRefused
        return found

    def refuses_as_written(self, host: str) -> bool:
        """Whether a host is refused without asking anybody: an address in any notation, or a name of this machine."""
        if host == "localhost" or host.endswith(".localhost"):
            return not self.permits(IPv4Address("127.0.0.1"))
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return False
        return not all(self.permits(ip_address(entry[4][0])) for entry in found)

    def permits(self, address: Address) -> bool:
        """Whether this one address may be connected to."""
        inner = _unwrapped(address)
        # `in` compares only addresses of one family; an IPv6 scope id belongs to no network.
        if any(inner in network for network in self.allowed_networks):
            return True
        return self.allow_private or _is_public(inner)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, or behind NAT64), or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    """Global unicast. CGNAT (100.64.0.0/10) is neither private nor global; 6to4 and Teredo carry any IPv4 address inside."""
    if isinstance(address, IPv6Address):
        carries_another = address.sixtofour is not None or address.teredo is not None
        # To Python the old site-local addresses (fec0::/10) and much that is unassigned are global.
        return address.is_global and address in _GLOBAL_UNICAST and not carries_another
    return address.is_global and not (address.is_multicast or address.is_reserved)
