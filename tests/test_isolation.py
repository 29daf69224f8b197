"""One school at a time, whatever a browser says: school ids, numbers in addresses, and answers that might mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from tests import factories
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from accounts.models import User
    from schools.models import School

TIMES = 500


def converters(resolver: URLResolver | None = None) -> Iterator[tuple[str, object]]:
    """Give each place in each address, with what reads it."""
    for item in (resolver or get_resolver()).url_patterns:
        for name, converter in item.pattern.converters.items():
            yield f"{item.pattern}: {name}", converter
        if isinstance(item, URLResolver):
            yield from converters(item)


@pytest.mark.requirement("SR-B11")
def test_no_address_carries_a_row_number() -> None:
    found = dict(converters())

    assert len(found) > 10
    assert [place for place, converter in found.items() if isinstance(converter, IntConverter)] == []


@pytest.mark.requirement("SR-B10")
def test_two_users_of_two_schools_who_ask_in_turns_get_their_own_answers(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    sides = []
    for place, user in ((school, coordinator), (other_school, stranger)):
        group = factories.make_group(place, name="5a")
        pupil = factories.make_pupil(place, group, last_name=f"Alleen{place.code}")
        browser: Client = PortalClient()
        browser.force_login(user)
        sides.append((browser, place, group, pupil))
    (_, here, *_), (_, there, *_) = sides
    mixed = 0

    for turn in range(TIMES):
        browser, place, group, pupil = sides[turn % 2]
        foreign = there if place is here else here
        home = turn % 4 < 2
        address = reverse("home") if home else reverse("licences:group", args=[place.code, group.pk])
        page = browser.get(address, follow=True)
        words = page.content.decode()
        mixed += page.status_code != 200 or foreign.code in words or foreign.name in words
        mixed += not home and pupil.last_name not in words

    assert mixed == 0


@pytest.mark.requirement("SR-B06")
@pytest.mark.parametrize("way", ["address", "query", "header", "cookie", "field"])
def test_school_that_a_browser_names_opens_nothing_that_its_user_does_not_have(
    school: School, other_school: School, coordinator: User, way: str
) -> None:
    factories.make_pupil(other_school, factories.make_group(other_school), last_name="Verborgen")
    browser = PortalClient()
    browser.force_login(coordinator)
    ours = reverse("licences:groups", args=[school.code])
    if way == "address":
        page = browser.get(reverse("licences:groups", args=[other_school.code]))
    elif way == "query":
        page = browser.get(ours, {"school": other_school.code})
    elif way == "header":
        page = browser.get(ours, headers={"X-School": other_school.code, "School": other_school.code})
    elif way == "cookie":
        browser.cookies["school"] = other_school.code
        page = browser.get(ours)
    else:
        page = browser.post(ours, {"school": other_school.code})
    words = page.content.decode()

    assert other_school.code not in words
    assert other_school.name not in words
    assert (page.status_code == 404) == (way == "address")
