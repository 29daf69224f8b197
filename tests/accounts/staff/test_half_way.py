"""With the password alone, who needs a second step is a stranger everywhere (SR-A07, SR-A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.models import Session
from tests import factories
from tests.licences.conftest import agreed, material  # noqa: F401 - fixtures
from tests.licences.relying_party import RelyingParty
from tests.test_doors import OF_ADULTS, OF_SCHOOLS, Address

if TYPE_CHECKING:
    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, School

STEP = "/inloggen/tweede-stap/"


@pytest.fixture
def half(coordinator: User) -> Client:
    """A browser in which the password of a coordinator was typed."""
    client = Client()
    client.post("/inloggen/", {"email": coordinator.email, "password": factories.PASSWORD})
    return client


@pytest.mark.requirement("SR-A07")
@pytest.mark.requirement("SR-A11")
@pytest.mark.parametrize("address", [*OF_SCHOOLS, *OF_ADULTS], ids=lambda address: address[0])
@pytest.mark.parametrize("method", ["get", "post"])
def test_half_begun_session_opens_no_page_but_the_step(half: Client, address: Address, method: str) -> None:
    _name, path, access = address
    assert access is not None

    response: Any = getattr(half, method)(path)

    if access.before_second_step:
        assert response.status_code in {200, 302, 400, 403, 405}
        assert response.get("Location", STEP).startswith(STEP)
    else:
        assert (response.status_code, response["Location"].split("?")[0]) == (302, STEP)


@pytest.mark.requirement("SR-A07")
def test_half_begun_session_signs_in_at_no_participant(
    school: School,
    group: Group,
    material: LearningMaterial,  # noqa: F811 - a fixture
) -> None:
    user = factories.make_teacher(school, groups=(group,))
    factories.make_app(user)
    half = Client()
    half.post("/inloggen/", {"email": user.email, "password": factories.PASSWORD})

    answer = RelyingParty(material.participant).authorise(half)

    assert (answer.status_code, "Location" in answer) == (403, False)


@pytest.mark.requirement("SR-A07")
def test_half_begun_session_learns_no_schools_at_the_start_page(half: Client, coordinator: User) -> None:
    other = factories.make_school()
    factories.make_role(coordinator, "ict_coordinator", other)

    response: Any = half.get("/")

    assert (response.status_code, response["Location"]) == (302, STEP)


@pytest.mark.requirement("SR-A07")
def test_half_begun_session_can_be_signed_out(half: Client) -> None:
    half.post("/uitloggen/")

    assert not Session.objects.exists()


def test_who_needs_no_second_step_any_more_goes_on_with_the_session(school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, "head", school)
    client = Client()
    client.post("/inloggen/", {"email": user.email, "password": factories.PASSWORD})
    factories.end_roles(user)
    factories.make_role(user, "teacher", school)

    page: Any = client.get("/school/99XX00/", follow=True)

    assert (page.status_code, len(page.redirect_chain) < 5) == (200, True)
    assert client.get("/school/99XX00/").status_code == 200


@pytest.mark.requirement("SR-A06")
def test_signing_in_again_half_way_gets_a_new_key(half: Client, coordinator: User) -> None:
    before = half.cookies["session"].value

    half.post("/inloggen/", {"email": coordinator.email, "password": factories.PASSWORD})

    assert half.cookies["session"].value != before
    assert Session.objects.count() == 1
