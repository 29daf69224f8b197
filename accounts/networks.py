"""Reading a network as a coordinator types it: pure, IPv4 and IPv6 (product S12)."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# What one school can own at most; anything wider is somebody's mistake and would let half a town in.
WIDEST = {4: 16, 6: 32}
# One line at home or at school is one IPv4 address, and 64 bits of IPv6.
OF_ONE_LINE = {4: 32, 6: 64}
MAPPED_BITS = 96
INSIDE = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)


class Fault(StrEnum):
    """What is wrong with what was typed."""

    NO_NETWORK = "no network"
    TOO_WIDE = "too wide"
    INSIDE = "inside"


class NetworkRefused(ValueError):
    """What was typed is no network that a school can name; `fault` tells why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def overlap(one: Network, other: Network) -> bool:
    """Tell whether two networks share an address; IPv4 and IPv6 never do."""
    return one.version == other.version and one.overlaps(other)


def is_inside(network: Network) -> bool:
    """Tell whether these addresses only exist within a building: the portal never sees them from outside."""
    return any(overlap(network, each) for each in INSIDE)


def line_of(address: Address) -> Network:
    """Give the network that one click adds for an address: IPv4 whole, IPv6 by its first 64 bits."""
    return ip_network((address, OF_ONE_LINE[address.version]), strict=False)


def parse_network(typed: str, *, inside: bool = False) -> Network:
    """Give the network that was typed, host bits set to zero; an address alone stands for its line.

    Raises NetworkRefused. `inside` lets addresses pass that only exist within a building, for a portal that runs there.
    """
    text = "".join(typed.split())
    try:
        network = _plain(ip_network(text, strict=False)) if "/" in text else line_of(_unmapped(ip_address(text)))
    except ValueError:
        raise NetworkRefused(Fault.NO_NETWORK) from None
    if network.prefixlen < WIDEST[network.version]:
        raise NetworkRefused(Fault.TOO_WIDE)
    if is_inside(network) and not inside:
        raise NetworkRefused(Fault.INSIDE)
    return network


def _unmapped(address: Address) -> Address:
    """Give IPv4 for an IPv4 address in the clothes of IPv6; raises ValueError for one bound to a network card."""
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise ValueError
        return address.ipv4_mapped or address
    return address


def _plain(network: Network) -> Network:
    first = _unmapped(network.network_address)
    if first.version == network.version:
        return network
    return ip_network((first, max(network.prefixlen - MAPPED_BITS, 0)), strict=False)
