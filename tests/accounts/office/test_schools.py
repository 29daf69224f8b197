"""What the back office says of schools, in the words of the portal (SR-B07)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from accounts.models import RoleName
from tests.accounts.office.factories import at_office, make_own
from tests.dpa.factories import accept

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School
    from tests.conftest import PortalClient


@pytest.fixture
def desk(db: None) -> PortalClient:  # noqa: ARG001 - the database
    """A browser in which somebody of the helpdesk is signed in."""
    return at_office(make_own(RoleName.HELPDESK))


def test_list_of_schools_has_all_its_headings_in_dutch(desk: PortalClient, school: School) -> None:
    page = desk.get("/kantoor/school/", {"q": school.code}).content.decode()

    assert re.findall(r'<th scope="col">([^<]*)<', page) == ["Naam", "Schoolcode", "Plaats", "Stand"]
    assert re.findall(r'<th class="field-known_name"><a[^>]*>([^<]*)<', page) == [school.name]


def test_page_of_a_school_names_roles_and_the_agreements_version_as_they_are_written(
    desk: PortalClient, school: School, coordinator: User
) -> None:
    accepted = accept(school, coordinator)

    page = desk.get(f"/kantoor/school/{school.code}/").content.decode()

    assert "ICT-coördinator<" in page
    assert f"{accepted.version.title}, {accepted.version.version}<" in page
