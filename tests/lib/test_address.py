"""From where a request comes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from basispoort.lib.address import client_address


def address(remote: str, forwarded: str | None = None) -> str:
    headers: dict[str, Any] = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))


@pytest.mark.requirement("SR-G05")
@pytest.mark.parametrize("forwarded", ["192.0.2.9", "192.0.2.9, 192.0.2.8", "::junk%", ""])
def test_header_of_a_client_has_no_effect(forwarded: str) -> None:
    assert address("198.51.100.7", forwarded) == "198.51.100.7"


@pytest.mark.requirement("SR-G05")
def test_behind_our_front_server_only_what_it_added_itself_counts(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert address("10.0.0.2", "192.0.2.9, 203.0.113.5") == "203.0.113.5"


@pytest.mark.requirement("SR-K01")
def test_addresses_of_one_ipv6_network_are_one() -> None:
    assert address("2001:db8:1:2:aaaa::1") == address("2001:db8:1:2:bbbb::2") != address("2001:db8:1:3::1")


def test_what_is_no_address_is_nobodys() -> None:
    assert address("") == ""
