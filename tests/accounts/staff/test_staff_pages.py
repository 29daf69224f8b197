"""Medewerkers: who works here, and what a coordinator does about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.class_start import running_start
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.factories import make_start
from tests.accounts.staff.roles import HOME, invitation, role_of, roles_of

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, School


def test_coordinator_sees_everyone_with_roles_and_second_step_but_no_address(
    client: Client, coordinator: User, teacher: User
) -> None:
    client.force_login(coordinator)

    page = client.get(HOME).content.decode()

    assert coordinator.full_name in page
    assert teacher.full_name in page
    assert "@" not in page


def test_list_of_staff_takes_as_many_queries_for_nine_people_as_for_three(
    client: Client, school: School, coordinator: User, queries: Any
) -> None:
    for _ in range(2):
        factories.make_role(factories.make_user(), "teacher", school)
    client.force_login(coordinator)
    client.get(HOME)
    with queries:
        client.get(HOME)
    few = len(queries)
    for _ in range(6):
        factories.make_role(factories.make_user(), "teacher", school)
    with queries:
        client.get(HOME)

    assert len(queries) == few


@pytest.mark.requirement("SR-A10")
def test_ended_role_counts_at_the_very_next_request(client: Client, coordinator: User, teacher: User) -> None:
    other = Client()
    other.force_login(teacher)
    before = other.get("/school/99XX00/").status_code
    client.force_login(coordinator)

    client.post(f"/school/99XX00/medewerkers/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    assert (before, other.get("/school/99XX00/").status_code) == (200, 404)


@pytest.mark.requirement("SR-A10")
def test_class_start_ends_with_the_role_of_who_opened_it(
    client: Client, school: School, group: Group, coordinator: User, teacher: User
) -> None:
    make_start(group, teacher)
    client.force_login(coordinator)

    client.post(f"/school/99XX00/medewerkers/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    with school_transaction(school):
        assert running_start(school, group) is None


def test_question_before_ending_a_role_changes_nothing(client: Client, coordinator: User, teacher: User) -> None:
    client.force_login(coordinator)

    page = client.get(f"/school/99XX00/medewerkers/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    assert "nergens meer bij op deze school" in page.content.decode()
    assert roles_of(teacher) == ["teacher"]


def test_question_before_ending_a_role_names_what_stays(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    factories.make_role(teacher, "head", school)
    client.force_login(coordinator)

    path = f"{HOME}rollen/{role_of(teacher, 'teacher').pk}/beeindigen/"
    page = client.get(path).content.decode()

    assert "<li>schooldirectie</li>" in page


def test_role_ended_twice_says_so_the_second_time(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    factories.make_role(teacher, "head", school)
    client.force_login(coordinator)
    address = f"/school/99XX00/medewerkers/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/"
    client.post(address)

    again = [client.post(address, follow=True), client.get(address, follow=True)]

    assert all("Deze rol was al beëindigd." in page.content.decode() for page in again)
    assert roles_of(teacher) == ["head"]


def test_question_about_another_schools_role_does_not_exist(client: Client, coordinator: User) -> None:
    elsewhere = factories.make_coordinator(factories.make_school(code="99ZZ00"))
    client.force_login(coordinator)

    page = client.get(f"/school/99XX00/medewerkers/rollen/{role_of(elsewhere, 'ict_coordinator').pk}/beeindigen/")

    assert page.status_code == 404


def test_role_that_is_given_stands_in_the_trail_with_its_name(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    client.force_login(coordinator)
    today = timezone.localdate().isoformat()

    client.post(f"{HOME}{teacher.pk}/rol/", {"role": "support_staff", "starts_on": today})
    client.post(f"{HOME}uitnodigen/", invitation(role="head"))

    with school_transaction(school):
        noted = AuditEntry.objects.for_school(school).filter(event="accounts.role.given").order_by("at")
        assert [row.details for row in noted] == [{"role": "support_staff"}, {"role": "head"}]


def test_role_that_runs_already_is_said_in_the_form(client: Client, coordinator: User, teacher: User) -> None:
    client.force_login(coordinator)
    asked = {"role": "teacher", "starts_on": timezone.localdate().isoformat()}

    page = client.post(f"{HOME}{teacher.pk}/rol/", asked).content.decode()

    assert "heeft deze rol al." in page
    assert 'aria-invalid="true"' in page


def test_role_that_is_to_come_opens_nothing_yet(client: Client, coordinator: User, teacher: User) -> None:
    client.force_login(coordinator)
    start = (timezone.localdate() + timedelta(days=3)).isoformat()

    client.post(f"{HOME}{teacher.pk}/rol/", {"role": "head", "starts_on": start})

    assert roles_of(teacher) == ["teacher"]
    assert role_of(teacher, "head").starts_on.isoformat() == start


def test_teacher_does_not_see_the_list_of_staff(client: Client, teacher: User) -> None:
    client.force_login(teacher)

    assert client.get(HOME).status_code == 403


@pytest.mark.requirement("SR-J02")
def test_look_at_one_person_stands_in_the_trail(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(coordinator)

    client.get(f"{HOME}{colleague.pk}/")

    with unscoped("a test looks"):
        assert AuditEntry.objects.get_queryset().filter(event="accounts.staff.viewed").count() == 1
