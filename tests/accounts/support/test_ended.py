"""What a school let the helpdesk see ends with the school's service, and with the role of who let it (SR-B07)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts import events
from accounts.models import Role, SupportGrant
from accounts.support_desk import search
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction
from schools.models import School, SchoolState
from tests import factories
from tests.accounts.staff.roles import role_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Pupil
    from tests.conftest import PortalClient

pytestmark = [pytest.mark.requirement("SR-B07"), pytest.mark.usefixtures("grant")]
PEOPLE = "/kantoor/school/99XX00/personen/"


@pytest.fixture
def ended(school: School) -> School:
    """The school, whose service ended yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    days = {"in_service_from": yesterday, "in_service_until": yesterday}
    School.objects.filter(pk=school.pk).update(state=SchoolState.ENDED, **days)
    return school


def entries(school: School, event: str, **values: str) -> int:
    with school_transaction(school):
        return AuditEntry.objects.for_school(school).filter(event=event, **values).count()


@pytest.fixture
def invited(school: School, other_school: School) -> User:
    """Somebody of another school who was invited and has not come yet."""
    user = factories.make_user(first_name="Werkelijke", last_name="Naam")
    factories.make_role(user, "teacher", other_school)
    factories.make_role(user, "teacher", school, called="Wie Dan")
    return user


@pytest.mark.requirement("SR-A10")
def test_helpdesk_sees_nobody_of_a_school_that_ended(desk: PortalClient, pupil: Pupil, ended: School) -> None:  # noqa: ARG001 - ended
    assert desk.get(f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/").status_code == 404


def test_coordinator_of_a_school_that_ended_can_end_it(client: Client, coordinator: User, ended: School) -> None:
    client.force_login(coordinator)

    page = client.get("/school/99XX00/helpdesk/")
    client.post("/school/99XX00/helpdesk/beeindigen/")

    assert page.status_code == 200
    assert entries(ended, events.SUPPORT_ENDED) == 1


def test_leave_ends_with_the_role_that_gave_it_and_does_not_come_back_with_it(
    client: Client, desk: PortalClient, school: School, coordinator: User
) -> None:
    colleague = factories.make_coordinator(school)
    client.force_login(colleague)
    before = desk.get(PEOPLE).status_code

    client.post(f"/school/99XX00/medewerkers/rollen/{role_of(coordinator, 'ict_coordinator').pk}/beeindigen/")
    factories.make_role(coordinator, "ict_coordinator", school)

    assert (before, desk.get(PEOPLE).status_code) == (200, 404)
    assert entries(school, events.SUPPORT_ENDED) == 1
    assert OutgoingMail.objects.filter(purpose="support_ended", recipient_id=colleague.pk).exists()


def test_leave_of_one_coordinator_stays_when_anothers_role_ends(
    client: Client, desk: PortalClient, school: School, coordinator: User
) -> None:
    colleague = factories.make_coordinator(school)
    client.force_login(coordinator)

    client.post(f"/school/99XX00/medewerkers/rollen/{role_of(colleague, 'ict_coordinator').pk}/beeindigen/")

    assert desk.get(PEOPLE).status_code == 200


@pytest.mark.parametrize(("query", "found"), [("Wie", ["Wie Dan"]), ("dan wie", ["Wie Dan"]), ("Werkelijke", [])])
@pytest.mark.usefixtures("invited")
def test_who_has_not_come_yet_is_found_by_the_name_that_the_school_knows(
    school: School, query: str, found: list[str]
) -> None:
    with school_transaction(school):
        assert [one.name for one in search(school, query).people] == found


@pytest.mark.parametrize("page", ["leerlingen/{pupil}/", "medewerkers/{user}/", "medewerkers/{user}/meekijken/"])
def test_try_at_somebody_of_another_school_stands_in_the_trail(
    desk: PortalClient, school: School, other_school: School, stranger: User, page: str
) -> None:
    foreign = factories.make_pupil(other_school)
    path = f"/kantoor/school/99XX00/{page.format(pupil=foreign.public_id, user=stranger.pk)}"

    answer = desk.post(path) if "meekijken" in page else desk.get(path)

    assert answer.status_code == 404
    assert entries(school, events.DENIED, outcome="denied") == 1


def test_leave_given_under_a_role_that_is_over_does_not_come_back_with_a_new_one(
    desk: PortalClient, school: School, coordinator: User
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    with school_transaction(school):
        SupportGrant.objects.for_school(school).update(
            starts_at=timezone.now() - timedelta(hours=23), until=timezone.now() + timedelta(minutes=30)
        )
        Role.objects.for_school(school).filter(user=coordinator).update(starts_on=yesterday, ends_on=yesterday)
    factories.make_role(coordinator, "ict_coordinator", school)

    assert desk.get(PEOPLE).status_code == 404


def test_who_was_invited_as_coordinator_and_never_came_is_told_nothing(
    client: Client, school: School, coordinator: User
) -> None:
    invited, elsewhere = factories.make_user(password=None), factories.make_user()
    factories.make_role(invited, "ict_coordinator", school)
    factories.make_role(elsewhere, "ict_coordinator", school, called="Wie Dan")
    client.force_login(coordinator)

    client.post("/school/99XX00/helpdesk/beeindigen/")

    assert set(OutgoingMail.objects.values_list("recipient_id", flat=True)) == {coordinator.pk}
