"""A lost second step is renewed by two people, and its owner hears of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import FactorReset, TotpDevice
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import unscoped
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-A11")


@pytest.fixture
def owner(school: School) -> User:
    """A head who lost the phone."""
    user = factories.make_user()
    factories.make_role(user, "head", school)
    factories.make_app(user)
    return user


@pytest.fixture
def colleague(school: School) -> User:
    """A second coordinator."""
    return factories.make_coordinator(school)


def ask(client: Client, asker: User, owner: User) -> FactorReset:
    client.force_login(asker)
    client.post(f"/school/99XX00/medewerkers/{owner.pk}/tweede-stap/", {"reason": "lost"})
    with unscoped("a test looks"):
        return FactorReset.objects.get_queryset().get(user=owner)


def has_app(user: User) -> bool:
    return TotpDevice.objects.filter(user=user).exists()


def test_two_colleagues_take_it_away_and_the_owner_is_mailed_twice(
    client: Client, coordinator: User, colleague: User, owner: User
) -> None:
    reset = ask(client, coordinator, owner)
    after_asking = has_app(owner)
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    mails = OutgoingMail.objects.filter(recipient_id=owner.pk).order_by("created_at").values_list("purpose", flat=True)
    assert (after_asking, has_app(owner)) == (True, False)
    assert list(mails) == ["factor_reset_asked", "factor_reset_done"]


def test_one_person_cannot_do_it_alone(client: Client, coordinator: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_owner_cannot_confirm_it(client: Client, coordinator: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)
    client.force_login(owner)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_withdrawn_request_cannot_be_confirmed(client: Client, coordinator: User, colleague: User, owner: User) -> None:
    reset = ask(client, coordinator, owner)
    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/intrekken/")
    client.force_login(colleague)

    client.post(f"/school/99XX00/tweede-stap/{reset.pk}/")

    assert has_app(owner)


def test_coordinator_of_another_school_finds_nothing(
    client: Client, coordinator: User, stranger: User, owner: User
) -> None:
    reset = ask(client, coordinator, owner)
    client.force_login(stranger)

    statuses = [client.post(f"/school/{code}/tweede-stap/{reset.pk}/").status_code for code in ("99XX00", "99ZZ00")]

    assert statuses == [404, 404]
    assert has_app(owner)
