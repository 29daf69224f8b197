"""A coordinator changes a role that somebody has (product A4, A5)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.models import Role
from basispoort.audit.models import AuditEntry
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.staff.roles import role_of, roles_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School


def change(client: Client, role: Role, name: str = "", ends_on: date | None = None) -> Any:
    facts = {"role": name or role.role, "ends_on": ends_on.isoformat() if ends_on else ""}
    return client.post(f"/school/99XX00/medewerkers/rollen/{role.pk}/wijzigen/", facts, follow=True)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def at_work(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client


@pytest.mark.parametrize("ends_on", [None, 40])
def test_last_day_of_a_role_is_moved_or_taken_away(at_work: Client, school: School, ends_on: int | None) -> None:
    trainee = factories.make_user()
    role = factories.make_role(trainee, "trainee", school, ends_on=in_days(3))
    day = in_days(ends_on) if ends_on else None

    page = change(at_work, role, ends_on=day).content.decode()

    assert role_of(trainee, "trainee").ends_on == day
    assert "De rol is gewijzigd" in page
    with unscoped("a test looks"):
        entry = AuditEntry.objects.get_queryset().get(event="accounts.role.changed")
    assert (entry.target_id, entry.details) == (str(role.pk), {"role": "trainee"})


def test_form_shows_what_the_role_is_now(at_work: Client, school: School) -> None:
    role = factories.make_role(factories.make_user(), "trainee", school, ends_on=in_days(3))

    page = at_work.get(f"/school/99XX00/medewerkers/rollen/{role.pk}/wijzigen/").content.decode()

    assert f'value="{in_days(3).isoformat()}"' in page
    assert '<option value="trainee" selected>' in page


def test_other_role_takes_the_place_of_the_old_one_at_once(at_work: Client, teacher: User) -> None:
    change(at_work, role_of(teacher, "teacher"), "internal_supervisor", in_days(30))

    assert roles_of(teacher) == ["internal_supervisor"]
    assert role_of(teacher, "internal_supervisor").ends_on == in_days(30)


def test_role_that_is_to_come_is_changed_for_its_own_days(at_work: Client, school: School) -> None:
    user = factories.make_user()
    role = factories.make_role(user, "teacher", school, starts_on=in_days(5))

    change(at_work, role, "trainee")

    assert role_of(user, "trainee").starts_on == in_days(5)
    assert roles_of(user) == []


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize(("name", "days"), [("", 10), ("teacher", None)])
def test_last_lasting_coordinator_gets_no_last_day_and_no_other_role(
    client: Client, school: School, coordinator: User, name: str, days: int | None
) -> None:
    helper = factories.make_user()
    factories.make_role(helper, "ict_coordinator", school, ends_on=in_days(20))
    factories.make_app(helper)
    client.force_login(helper)

    page = change(client, role_of(coordinator, "ict_coordinator"), name, in_days(days) if days else None)

    assert "Niemand anders blijft zo lang ICT-coördinator" in page.content.decode()
    assert (roles_of(coordinator), role_of(coordinator, "ict_coordinator").ends_on) == (["ict_coordinator"], None)


def test_coordinator_gets_a_last_day_where_a_colleague_stays(
    at_work: Client, coordinator: User, colleague: User
) -> None:
    change(at_work, role_of(colleague, "ict_coordinator"), ends_on=in_days(10))

    assert role_of(colleague, "ict_coordinator").ends_on == in_days(10)
    assert roles_of(coordinator) == ["ict_coordinator"]


@pytest.mark.requirement("SR-A12")
@pytest.mark.parametrize("of", ["teacher", "ict_coordinator"])
def test_change_to_or_of_a_coordinator_asks_again_who_one_is(
    at_work: Client, teacher: User, colleague: User, of: str
) -> None:
    session = at_work.session
    session[PROVED] = 0
    session.save()
    user, other = (teacher, "ict_coordinator") if of == "teacher" else (colleague, "teacher")

    page = change(at_work, role_of(user, of), other)

    assert "proof_password" in page.content.decode()
    assert roles_of(user) == [of]


@pytest.mark.requirement("SR-B09")
def test_own_role_and_what_is_not_the_schools_to_give_are_not_changed(
    at_work: Client, coordinator: User, teacher: User
) -> None:
    own = change(at_work, role_of(coordinator, "ict_coordinator"), "head")
    given = change(at_work, role_of(teacher, "teacher"), "board_member")

    assert (own.status_code, roles_of(coordinator)) == (403, ["ict_coordinator"])
    assert (given.status_code, roles_of(teacher)) == (200, ["teacher"])


@pytest.mark.requirement("SR-B02")
def test_role_of_another_school_and_one_that_is_over_are_not_there(
    at_work: Client, school: School, other_school: School
) -> None:
    elsewhere = factories.make_role(factories.make_user(), "teacher", other_school)
    over = factories.make_role(factories.make_user(), "teacher", school, starts_on=in_days(-9), ends_on=in_days(-1))

    statuses = [change(at_work, role, ends_on=in_days(9)).status_code for role in (elsewhere, over)]

    assert statuses == [404, 404]
    with school_transaction(school):
        assert Role.objects.for_school(school).get(pk=over.pk).ends_on == in_days(-1)


def test_last_day_is_not_moved_into_a_role_that_follows(at_work: Client, school: School) -> None:
    user = factories.make_user()
    role = factories.make_role(user, "trainee", school, ends_on=in_days(3))
    factories.make_role(user, "trainee", school, starts_on=in_days(10))

    page = change(at_work, role, ends_on=in_days(20))

    assert "heeft deze rol al" in page.content.decode()
    with school_transaction(school):
        assert Role.objects.for_school(school).get(pk=role.pk).ends_on == in_days(3)


@pytest.mark.parametrize("day", [-1, 2])
def test_last_day_in_the_past_or_before_the_first_is_said_in_the_form(
    at_work: Client, school: School, day: int
) -> None:
    role = factories.make_role(factories.make_user(), "trainee", school, starts_on=in_days(5), ends_on=in_days(9))

    page = change(at_work, role, ends_on=in_days(day)).content.decode()

    assert 'aria-invalid="true"' in page


def test_pass_of_a_substitute_is_not_changed_here(at_work: Client, school: School) -> None:
    role = factories.make_role(factories.make_user(), "substitute", school)

    assert change(at_work, role, "teacher").status_code == 403
