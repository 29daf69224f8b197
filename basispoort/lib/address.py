"""From where a request comes (SR-G05): the connection, or what our own front server says of it; never the client."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

IPV6_PREFIX = 64


def whole_address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Give the address of the visitor, None for what is no address; IPv4 in the clothes of IPv6 is IPv4.

    Behind our front server the last address it added counts; whatever a client wrote before it has no effect.
    """
    found = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        found = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip() or found
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def client_address(request: HttpRequest) -> str:
    """Give the address that limits count by: IPv4 whole, IPv6 by /64, empty for what is no address."""
    address = whole_address(request)
    if address is None:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), IPV6_PREFIX), strict=False).network_address)
    return str(address)
