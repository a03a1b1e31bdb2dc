"""Which addresses are connected to: public ones, those of the settings, and no other in whatever notation."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.addresses import AddressGuard, AddressRefused, HostUnknown
from app.settings import Settings

STRICT = AddressGuard()
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10")
_OTHER = ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "192.0.2.0/24", "198.18.0.0/15", "203.0.113.0/24")


def inside(network: str) -> st.SearchStrategy[IPv4Address]:
    block = ip_network(network)
    return st.integers(0, block.num_addresses - 1).map(lambda n: IPv4Address(int(block[0]) + n))


not_public = st.one_of(*(inside(network) for network in _PRIVATE + _OTHER))


@given(not_public)
def test_no_special_address_in_any_notation(address: IPv4Address) -> None:
    number = int(address)
    written = [
        address,
        IPv6Address(f"::ffff:{address}"),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | 1),
        IPv6Address((0x20010000 << 96) | (~number & 0xFFFFFFFF)),
        IPv6Address(number),
    ]
    assert [each for each in written if STRICT.permits(each)] == []
    texts = [str(address), str(number), hex(number), f"::ffff:{address}"]
    assert [text for text in texts if not STRICT.refuses_as_written(text)] == []


@pytest.mark.parametrize(
    "address", ["::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "fec0::1"]
)
def test_no_special_address_of_version_six(address: str) -> None:
    assert not STRICT.permits(ip_address(address))
    assert AddressGuard(allow_private=True).permits(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses(address: str) -> None:
    assert STRICT.permits(ip_address(address))
    assert not STRICT.refuses_as_written(address)


def test_networks_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANLIAN_OUTBOUND_ALLOWED_NETWORKS", "10.1.0.0/16, fd00:1::/32")
    guard = AddressGuard.of(Settings())
    permitted = [guard.permits(ip_address(text)) for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::9")]
    assert permitted == [True] * 3
    refused = [guard.permits(ip_address(text)) for text in ("10.2.0.1", "127.0.0.1", "fd00:2::9", "::1")]
    assert refused == [False] * 4
    assert (guard.allows_plain_http, STRICT.allows_plain_http) == (True, False)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    guard = AddressGuard(resolver=lambda _host, _port: ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        guard.addresses("mixed.example", 443)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", ".."])
def test_names_that_are_none(host: str) -> None:
    with pytest.raises(HostUnknown):
        STRICT.addresses(host, 443)


def test_names_that_nobody_knows() -> None:
    def ignorant(host: str, _port: int) -> list[str]:
        raise OSError(host)

    with pytest.raises(HostUnknown):
        AddressGuard(resolver=ignorant).addresses("nowhere.example", 443)
    with pytest.raises(HostUnknown):
        AddressGuard(resolver=lambda _host, _port: []).addresses("nowhere.example", 443)


def test_a_shut_door_asks_no_resolver() -> None:
    asked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"]

    guard = AddressGuard(is_open=Settings(outbound=False).outbound, resolver=resolver)
    with pytest.raises(AddressRefused):
        guard.addresses("receiver.example", 443)
    assert asked == []
