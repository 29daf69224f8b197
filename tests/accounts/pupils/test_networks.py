"""The school's networks: what may be typed, and the coordinator's page."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import NetworkRange
from accounts.networks import WIDEST, Fault, NetworkRefused, is_inside, line_of, parse_network
from basispoort.lib.tenancy import school_transaction
from tests.accounts.pupils.factories import AT_HOME, AT_SCHOOL, events, make_network

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from accounts.networks import Network
    from schools.models import School

PAGE = "/school/99XX00/netwerk/"
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def parsed(typed: str) -> Network | None:
    """The network that was typed, or None where it was refused."""
    try:
        return parse_network(typed)
    except NetworkRefused:
        return None


@st.composite
def typed_networks(draw: st.DrawFn) -> str:
    """Any address with any prefix length that its version knows."""
    address = draw(ADDRESSES)
    return f"{address}/{draw(st.integers(0, address.max_prefixlen))}"


@given(typed_networks())
def test_network_is_taken_with_host_bits_at_zero_or_refused_with_a_reason(typed: str) -> None:
    network = parsed(typed)

    if network is None:
        plain = ip_network(typed, strict=False)
        mapped = isinstance(plain, IPv6Network) and plain.network_address.ipv4_mapped is not None
        assert mapped or plain.prefixlen < WIDEST[plain.version] or is_inside(plain)
    else:
        assert network.prefixlen >= WIDEST[network.version]
        assert parse_network(str(network)) == network


@given(ADDRESSES)
def test_one_line_holds_the_address_it_was_made_from(address: IPv4Address | IPv6Address) -> None:
    line = line_of(address)

    assert address in line
    assert line.num_addresses == (1 if address.version == 4 else 2**64)


@given(st.text(max_size=40))
def test_no_text_makes_reading_fail_otherwise(text: str) -> None:
    parsed(text)


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        ("203.0.113.77", "203.0.113.77/32"),
        (" 203.0.113.77 / 24 ", "203.0.113.0/24"),
        ("203.0.113.0/255.255.255.0", "203.0.113.0/24"),
        ("2001:db8:10:20:1:2:3:4", "2001:db8:10:20::/64"),
        ("2001:DB8:10::1/48", "2001:db8:10::/48"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_network_is_read_as_people_write_it(typed: str, network: str) -> None:
    assert str(parse_network(typed)) == network


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("0.0.0.0/0", Fault.TOO_WIDE),
        ("::/0", Fault.TOO_WIDE),
        ("203.0.0.0/15", Fault.TOO_WIDE),
        ("2001:db8::/31", Fault.TOO_WIDE),
        ("192.168.1.0/24", Fault.INSIDE),
        ("fe80::1", Fault.INSIDE),
        ("fe80::1%eth0", Fault.NO_NETWORK),
        ("fe80::1%eth0/64", Fault.INSIDE),
        ("school", Fault.NO_NETWORK),
        ("203.0.113.1/33", Fault.NO_NETWORK),
        ("٢٠٣.0.113.1", Fault.NO_NETWORK),
        ("", Fault.NO_NETWORK),
    ],
)
def test_what_no_school_can_own_is_refused(typed: str, fault: Fault) -> None:
    with pytest.raises(NetworkRefused) as refused:
        parse_network(typed)

    assert refused.value.fault is fault


@pytest.mark.parametrize("network", ["0.0.0.0/0", "203.0.0.0/15", "::/0", "2001:db8::/31"])
def test_database_refuses_a_network_that_is_too_wide(school: School, network: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_network(school, network)


def test_database_refuses_two_networks_that_overlap_at_one_school_only(school: School, other_school: School) -> None:
    make_network(school)
    make_network(other_school)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_network(school, "203.0.113.128/25")


def test_page_tells_where_the_visitor_is_and_adds_that_in_one_click(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    page = client.get(PAGE, REMOTE_ADDR="2001:db8:10:20:1:2:3:4").content.decode()

    client.post(PAGE, {"network": "2001:db8:10:20::/64", "name": "De Proef"}, REMOTE_ADDR="2001:db8:10:20:1:2:3:4")
    after = client.get(PAGE, REMOTE_ADDR="2001:db8:10:20:9:9:9:9").content.decode()

    assert "2001:db8:10:20:1:2:3:4" in page
    assert 'value="2001:db8:10:20::/64"' in page
    assert "Dit is De Proef" in after
    assert events()[-1] == "accounts.network.added"


def test_overlap_and_a_wide_network_are_told_in_a_clear_word(client: Client, school: School, coordinator: User) -> None:
    make_network(school)
    client.force_login(coordinator)

    overlap = client.post(PAGE, {"network": "203.0.113.64/26", "name": "gym"}).content.decode()
    wide = client.post(PAGE, {"network": "203.0.0.0/8", "name": "alles"}).content.decode()

    assert "Dit overlapt met 203.0.113.0/24 (hoofdgebouw)" in overlap
    assert "te groot om van één school te zijn" in wide


def test_inside_address_is_taken_only_where_the_portal_itself_runs_inside(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    outside = client.post(PAGE, {"network": "192.168.1.0/24", "name": "wifi"}, REMOTE_ADDR=AT_HOME).status_code
    inside = client.post(PAGE, {"network": "192.168.1.0/24", "name": "wifi"}, REMOTE_ADDR="192.168.1.5").status_code

    assert (outside, inside) == (200, 302)


@pytest.mark.requirement("SR-J02")
def test_network_is_renamed_and_removed_and_both_stand_in_the_trail(
    client: Client, school: School, coordinator: User
) -> None:
    network = make_network(school)
    client.force_login(coordinator)

    client.post(f"{PAGE}{network.pk}/", {"name": "dependance"})
    with school_transaction(school):
        renamed = NetworkRange.objects.for_school(school).get().name
    client.post(f"{PAGE}{network.pk}/weg/")

    with school_transaction(school):
        assert not NetworkRange.objects.for_school(school).exists()
    assert renamed == "dependance"
    assert events() == ["accounts.network.renamed", "accounts.network.removed"]


@pytest.mark.requirement("SR-B02")
def test_network_of_another_school_is_unknown(client: Client, other_school: School, coordinator: User) -> None:
    theirs = make_network(other_school)
    client.force_login(coordinator)

    assert client.get(f"{PAGE}{theirs.pk}/").status_code == 404
    assert client.post(f"{PAGE}{theirs.pk}/weg/").status_code == 404


@pytest.mark.requirement("SR-A14")
def test_start_page_warns_the_coordinator_while_there_are_no_networks(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)

    before = client.get("/school/99XX00/").content.decode()
    make_network(school)
    after = client.get("/school/99XX00/", REMOTE_ADDR=AT_SCHOOL).content.decode()

    assert "geen netwerkadressen" in before
    assert "geen netwerkadressen" not in after
    assert "Woord van de dag" in after


def test_page_asks_the_same_number_of_queries_for_one_and_three_networks(
    client: Client, school: School, coordinator: User, queries: CaptureQueriesContext
) -> None:
    make_network(school)
    client.force_login(coordinator)
    client.get(PAGE)
    with queries:
        client.get(PAGE)
    one = len(queries)
    make_network(school, "198.51.100.0/24")
    make_network(school, "2001:db8::/48")
    with queries:
        client.get(PAGE)

    assert len(queries) == one
