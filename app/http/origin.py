"""Where the request that is being answered comes from, for whoever has to write it down."""

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

_IPV6_CUSTOMER_BITS = 64
_MAX_ADDRESS = 64
_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def coming_from(scope: Mapping[str, Any]) -> Iterator[None]:
    """While a request is answered, let `current_address` name where it comes from."""
    token = _address.set(address_of(scope))
    try:
        yield
    finally:
        _address.reset(token)


def current_address() -> str | None:
    """Give the address of the request that is being answered; None outside a request."""
    return _address.get()


def address_of(scope: Mapping[str, Any]) -> str:
    """Give the address that a request comes from, an IPv6 network where a customer holds a whole one.

    Whether a proxy's X-Forwarded-For counts was decided before, by the server (FORWARDED_ALLOW_IPS).
    """
    client = scope.get("client")
    return _network_of(client[0]) if client else "unknown"


@lru_cache(maxsize=4096)
def _network_of(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:_MAX_ADDRESS]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, _IPV6_CUSTOMER_BITS), strict=False))
