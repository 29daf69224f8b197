"""The one client by which the portal itself calls an address that another party registered (SR-D10, P01).

Https with a checked certificate, no redirect followed, five seconds in all, and only to public addresses: the name is
looked up once, every address it has must be public, and the one that was looked at is the one connected to.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from ipaddress import IPv4Address

DEADLINE_SECONDS = 5.0
# Networks through which an IPv4 address hides in an IPv6 one and may lead inside.
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"), ip_network("::/96"))


class Why(StrEnum):
    """Why there is no answer; the words name the kind of failure, never the address."""

    NO_ADDRESS = "not an https address"
    NO_NAME = "no such name"
    NOT_PUBLIC = "not a public address"
    NOBODY = "nobody there"
    NO_CERTIFICATE = "no valid certificate"
    NO_ANSWER = "no answer"


class Unreachable(Exception):
    """An address was not called, or gave no answer."""


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    path: str
    is_secure: bool


def is_extra(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address lies in a network that a setting allows beside the public ones, for demo and tests."""
    networks = [ip_network(one) for one in settings.EXTRA_OUTGOING_NETWORKS]
    return any(address in network for network in networks if network.version == address.version)


def may_call(text: str) -> bool:
    """Tell whether the portal may connect to this network address: public, and not another one in disguise."""
    address = ip_address(text.split("%", 1)[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if is_extra(address):
        return True
    hidden = isinstance(address, IPv6Address) and any(address in network for network in TRANSLATED)
    return address.is_global and not address.is_multicast and not hidden


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _look_up(host: str, port: int) -> str:
    """Give the address to connect to; raises Unreachable when the name has none, or one that is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(Why.NO_NAME) from None
    addresses = [str(row[4][0]) for row in found]
    if not addresses or not all(may_call(one) for one in addresses):
        raise Unreachable(Why.NOT_PUBLIC)
    return addresses[0]


@contextlib.contextmanager
def _cut_off(connected: socket.socket, at: float) -> Iterator[None]:
    """Close a connection at a moment of the monotonic clock, however busily the other side keeps it open."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    watch = threading.Timer(max(at - time.monotonic(), 0), cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _target(address: str) -> _Target:
    """Give the parts of an address that may be called; raises Unreachable for one that is not https."""
    try:
        parts = urlsplit(address)
        is_secure, host = parts.scheme == "https", parts.hostname or ""
        port = parts.port or (443 if is_secure else 80)
    except ValueError:
        raise Unreachable(Why.NO_ADDRESS) from None
    if not host or (not is_secure and (parts.scheme != "http" or settings.HTTPS)):
        raise Unreachable(Why.NO_ADDRESS)
    query = f"?{parts.query}" if parts.query else ""
    return _Target(host, port, f"{parts.path or '/'}{query}", is_secure)


def post_form(address: str, words: Mapping[str, str]) -> int:
    """Send a form and give the status of the answer, whose content is not read; raises Unreachable."""
    target, ends = _target(address), time.monotonic() + DEADLINE_SECONDS
    found = _look_up(target.host, target.port)
    if not target.is_secure and not is_extra(ip_address(found)):
        raise Unreachable(Why.NO_ADDRESS)
    try:
        connected = socket.create_connection((found, target.port), timeout=DEADLINE_SECONDS)
    except OSError:
        raise Unreachable(Why.NOBODY) from None
    return _exchange(connected, target, words, ends)


def _exchange(connected: socket.socket, target: _Target, words: Mapping[str, str], ends: float) -> int:
    kind = HTTPSConnection if target.is_secure else HTTPConnection
    connection = kind(target.host, target.port)
    try:
        if target.is_secure:
            connected = _context().wrap_socket(connected, server_hostname=target.host, do_handshake_on_connect=False)
        with _cut_off(connected, ends):
            if isinstance(connected, ssl.SSLSocket):
                connected.do_handshake()
            connection.sock = connected
            content = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
            connection.request("POST", target.path, body=urlencode(words), headers=content)
            return connection.getresponse().status
    except ssl.SSLError:
        raise Unreachable(Why.NO_CERTIFICATE) from None
    except (OSError, HTTPException, ValueError):
        raise Unreachable(Why.NO_ANSWER) from None
    finally:
        connection.close()
        connected.close()
