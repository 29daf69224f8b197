"""Every address of the portal, tried by everybody who should not come in, and by somebody who should."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import RoleName
from accounts.permissions import RIGHTS
from basispoort.lib.access import Access, access_of, all_rights
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import User
    from schools.models import School

Address = tuple[str, str, Access | None]
SAMPLES = {"uuid": str(uuid.uuid4()), "str": "x", "int": "1", "slug": "x", "path": "x"}


def addresses(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[Address]:
    """Give name, path with sample values, and declaration of every view."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from addresses(item, prefix + str(item.pattern), inner)
        elif isinstance(item, URLPattern):
            name = f"{namespace}{item.name or item.lookup_str}"
            yield name, "/" + fill(prefix + str(item.pattern)), access_of(item.callback, name)


def fill(route: str) -> str:
    """Put a sample value in each place of a route."""
    path = route
    for converter, sample in SAMPLES.items():
        while (start := path.find(f"<{converter}:")) >= 0:
            path = path[:start] + sample + path[path.index(">", start) + 1 :]
    while (start := path.find("<board:")) >= 0:
        path = path[:start] + "99999" + path[path.index(">", start) + 1 :]
    while (start := path.find("<school:")) >= 0:
        path = path[:start] + "99XX00" + path[path.index(">", start) + 1 :]
    return path


ALL = list(addresses())
OF_SCHOOLS = [(name, path, access) for name, path, access in ALL if access and access.kind == "requires"]
OF_ADULTS = [(name, path, access) for name, path, access in ALL if access and access.kind == "own_account"]


def ask(client: Client, path: str) -> int:
    """Give the status of a GET, or of a POST where the address takes nothing else."""
    status = client.get(path).status_code
    return client.post(path).status_code if status == 405 else status


def wrong_roles(address: Address) -> list[str]:
    """Give the roles at a school that do not hold the right of a page; none where every role may see it."""
    access = address[2]
    assert access is not None
    return [role for role in sorted(factories.SCHOOL_ROLES) if access.right not in RIGHTS[role]]


def right_role(access: Access) -> str:
    """Give a role that holds the right of a declaration."""
    return next(role for role, rights in RIGHTS.items() if access.right in rights)


@pytest.mark.requirement("SR-B01")
def test_every_view_declares_who_may_come_in() -> None:
    assert [name for name, _, access in ALL if access is None] == []


@pytest.mark.requirement("SR-B01")
def test_every_right_in_the_table_of_roles_has_been_named_by_an_app() -> None:
    assert {name for rights in RIGHTS.values() for name in rights} <= set(all_rights())


@pytest.mark.requirement("SR-B01")
def test_every_right_that_an_app_names_is_held_by_some_role() -> None:
    assert set(all_rights()) <= {name for rights in RIGHTS.values() for name in rights}


def test_only_the_start_and_the_tiles_are_for_every_role() -> None:
    assert {address[0] for address in OF_SCHOOLS if not wrong_roles(address)} == {
        "accounts:school",
        "licences:staff-open",
        "licences:staff-tiles",
    }


@pytest.mark.requirement("SR-B01")
@pytest.mark.django_db
@pytest.mark.parametrize("address", [*OF_SCHOOLS, *OF_ADULTS], ids=lambda address: address[0])
def test_stranger_is_sent_to_the_sign_in_page(client: Client, address: Address) -> None:
    response: Any = client.get(address[1])

    assert response.status_code == 302
    assert response["Location"].startswith("/inloggen")


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("address", OF_SCHOOLS, ids=lambda address: address[0])
def test_other_school_is_as_unknown_as_one_that_does_not_exist(
    client: Client, school: School, stranger: User, address: Address
) -> None:
    client.force_login(stranger)

    assert ask(client, address[1]) == 404
    assert ask(client, address[1].replace(school.code, "98QQ00")) == 404


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("address", [*filter(wrong_roles, OF_SCHOOLS)], ids=lambda address: address[0])
def test_wrong_role_within_the_own_school_is_forbidden(client: Client, school: School, address: Address) -> None:
    user = factories.make_user()
    factories.make_role(user, wrong_roles(address)[0], school)
    factories.make_app(user)
    client.force_login(user)

    assert ask(client, address[1]) == 403


@pytest.mark.requirement("SR-B01")
@pytest.mark.parametrize("address", OF_SCHOOLS, ids=lambda address: address[0])
def test_right_role_gets_in_or_finds_nothing_under_an_invented_id(
    client: Client, school: School, address: Address
) -> None:
    access = address[2]
    assert access is not None
    user = factories.make_user()
    factories.make_role(user, right_role(access), school)
    factories.make_app(user)
    client.force_login(user)

    assert ask(client, address[1]) in {200, 302, 404, 400}


@pytest.mark.requirement("SR-A10")
def test_role_that_ended_opens_nothing_from_the_next_request_on(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)
    first = client.get(f"/school/{school.code}/").status_code
    factories.end_roles(coordinator)

    assert (first != 404, client.get(f"/school/{school.code}/").status_code) == (True, 404)


def test_roles_add_up(school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, RoleName.SUPPORT_STAFF, school)
    before = user.has_perm("schools.roster.import", school)
    factories.make_role(user, RoleName.ICT_COORDINATOR, school)

    assert (before, user.has_perm("schools.roster.import", school)) == (False, True)
