"""Medewerkers: who works here, and what a coordinator does about it."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.class_start import running_start
from accounts.actions.staff import LastCoordinator, end_role
from accounts.models import MailToken, Role, User, UserStaff
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.factories import make_start
from tests.at_once import at_once, many_at_once
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from schools.models import Group, School

HOME = "/school/99XX00/medewerkers/"


@pytest.fixture
def colleague(school: School) -> User:
    """A second coordinator."""
    return factories.make_coordinator(school, first_name="Tweede", last_name="Voorbeeld")


def roles_of(user: User) -> list[str]:
    user.forget_roles()
    return sorted(role.role for role in user.running_roles())


def role_of(user: User, name: str) -> Role:
    with unscoped("a test looks"):
        return Role.objects.get_queryset().get(user=user, role=name)


def invitation(**values: Any) -> dict[str, Any]:
    facts = {"first_name": "Nova", "infix": "", "last_name": "Voorbeeld", "email": "nova@voorbeeldschool.example"}
    return facts | {"role": "teacher", "starts_on": timezone.localdate().isoformat(), "ends_on": ""} | values


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


def test_invited_teacher_gets_a_mail_and_the_role(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation())

    user = User.objects.with_email("nova@voorbeeldschool.example")
    assert user is not None
    assert roles_of(user) == ["teacher"]
    assert MailToken.objects.filter(user=user).count() == 1


def test_invited_person_who_has_an_account_hears_of_the_new_school_and_gets_no_link(
    client: Client, coordinator: User, other_school: School
) -> None:
    juf = factories.make_user(email="nova@voorbeeldschool.example")
    factories.make_role(juf, "teacher", other_school)
    client.force_login(coordinator)

    for _ in range(2):
        client.post(f"{HOME}uitnodigen/", invitation())

    mail = OutgoingMail.objects.get()
    assert (mail.purpose, mail.recipient_id, MailToken.objects.count()) == ("role_given", juf.pk, 0)
    assert "opent nu ook Basisschool" in str(mail.text)
    assert "Je rol daar: leerkracht." in str(mail.text)


def test_invited_person_of_the_roster_stands_for_that_person(client: Client, school: School, coordinator: User) -> None:
    member = factories.make_staff_member(school, first_name="Juf", last_name="Rooster")
    client.force_login(coordinator)

    page = client.get(f"{HOME}uitnodigen/?medewerker={member.public_id}").content.decode()
    client.post(f"{HOME}uitnodigen/", invitation(medewerker=str(member.public_id)))

    assert 'value="Rooster"' in page
    with school_transaction(school):
        link = UserStaff.objects.for_school(school).get(staff_member=member)
    assert link.user == User.objects.with_email("nova@voorbeeldschool.example")


@pytest.mark.requirement("SR-B02")
def test_person_of_another_schools_roster_cannot_be_invited_from_here(
    client: Client, other_school: School, coordinator: User
) -> None:
    member = factories.make_staff_member(other_school)
    client.force_login(coordinator)

    statuses = [client.get(f"{HOME}uitnodigen/?medewerker={one}").status_code for one in (member.public_id, "x")]

    assert statuses == [404, 404]


@pytest.mark.requirement("SR-A10")
def test_ended_role_counts_at_the_very_next_request(client: Client, coordinator: User, teacher: User) -> None:
    other = Client()
    other.force_login(teacher)
    before = other.get("/school/99XX00/").status_code
    client.force_login(coordinator)

    client.post(f"/school/99XX00/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    assert (before, other.get("/school/99XX00/").status_code) == (200, 404)


@pytest.mark.requirement("SR-A10")
def test_class_start_ends_with_the_role_of_who_opened_it(
    client: Client, school: School, group: Group, coordinator: User, teacher: User
) -> None:
    make_start(group, teacher)
    client.force_login(coordinator)

    client.post(f"/school/99XX00/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    with school_transaction(school):
        assert running_start(school, group) is None


def test_question_before_ending_a_role_changes_nothing(client: Client, coordinator: User, teacher: User) -> None:
    client.force_login(coordinator)

    page = client.get(f"/school/99XX00/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/")

    assert "nergens meer bij op deze school" in page.content.decode()
    assert roles_of(teacher) == ["teacher"]


def test_question_before_ending_a_role_names_what_stays(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    factories.make_role(teacher, "head", school)
    client.force_login(coordinator)

    page = client.get(f"/school/99XX00/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/").content.decode()

    assert "<li>schooldirectie</li>" in page


def test_role_ended_twice_says_so_the_second_time(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    factories.make_role(teacher, "head", school)
    client.force_login(coordinator)
    address = f"/school/99XX00/rollen/{role_of(teacher, 'teacher').pk}/beeindigen/"
    client.post(address)

    again = [client.post(address, follow=True), client.get(address, follow=True)]

    assert all("Deze rol was al beëindigd." in page.content.decode() for page in again)
    assert roles_of(teacher) == ["head"]


def test_question_about_another_schools_role_does_not_exist(client: Client, coordinator: User) -> None:
    elsewhere = factories.make_coordinator(factories.make_school(code="99ZZ00"))
    client.force_login(coordinator)

    page = client.get(f"/school/99XX00/rollen/{role_of(elsewhere, 'ict_coordinator').pk}/beeindigen/")

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


@pytest.mark.requirement("SR-B09")
def test_last_coordinator_stays(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(colleague)
    for user in (coordinator, colleague):
        client.post(f"/school/99XX00/rollen/{role_of(user, 'ict_coordinator').pk}/beeindigen/")

    assert (roles_of(coordinator), roles_of(colleague)) == ([], ["ict_coordinator"])


@pytest.mark.requirement("SR-B09")
def test_nobody_changes_the_own_roles(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(coordinator)

    ended = client.post(f"/school/99XX00/rollen/{role_of(coordinator, 'ict_coordinator').pk}/beeindigen/")
    given = client.post(f"{HOME}{coordinator.pk}/rol/", {"role": "head", "starts_on": timezone.localdate().isoformat()})

    assert (ended.status_code, given.status_code, roles_of(coordinator)) == (403, 403, ["ict_coordinator"])
    assert roles_of(colleague) == ["ict_coordinator"]


@pytest.mark.requirement("SR-B09")
@pytest.mark.parametrize("role", ["board_member", "helpdesk", "security_officer", "substitute", "onzin"])
def test_coordinator_cannot_give_what_is_not_the_schools_to_give(client: Client, coordinator: User, role: str) -> None:
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation(role=role))

    assert User.objects.with_email("nova@voorbeeldschool.example") is None


@pytest.mark.requirement("SR-A12")
def test_making_somebody_coordinator_asks_again_who_one_is(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    session = client.session
    session[PROVED] = 0
    session.save()

    page: Any = client.post(f"{HOME}uitnodigen/", invitation(role="ict_coordinator"))

    assert "proof_password" in page.content.decode()
    assert User.objects.with_email("nova@voorbeeldschool.example") is None


@pytest.mark.parametrize("last", [True, False])
def test_coordinator_who_stops_is_heard_by_colleagues_and_when_last_by_the_board(
    client: Client, school: School, coordinator: User, *, last: bool
) -> None:
    member = factories.make_user()
    factories.make_role(member, "board_member", board=school.board)
    told = [member.pk]
    if not last:
        told = [factories.make_coordinator(school).pk]
    client.force_login(coordinator)

    client.post(f"{HOME}stoppen/")

    mails = OutgoingMail.objects.filter(purpose="coordinator_leaves").values_list("recipient_id", flat=True)
    assert list(mails) == told
    assert roles_of(coordinator) == ["ict_coordinator"]


@pytest.mark.requirement("SR-B09")
def test_colleague_whose_role_ended_does_not_keep_the_board_from_hearing_that_the_last_one_stops(
    client: Client, school: School, coordinator: User, colleague: User
) -> None:
    member = factories.make_user()
    factories.make_role(member, "board_member", board=school.board)
    factories.end_roles(colleague)
    client.force_login(coordinator)

    client.post(f"{HOME}stoppen/")

    told = OutgoingMail.objects.filter(purpose="coordinator_leaves").values_list("recipient_id", flat=True)
    assert list(told) == [member.pk]


def test_second_person_of_the_roster_that_is_invited_stands_for_that_person_too(
    client: Client, school: School, coordinator: User
) -> None:
    members = [factories.make_staff_member(school) for _ in range(2)]
    client.force_login(coordinator)

    for number, member in enumerate(members):
        asked = invitation(medewerker=str(member.public_id), email=f"nova{number}@voorbeeldschool.example")
        client.post(f"{HOME}uitnodigen/", asked)

    with school_transaction(school):
        linked = UserStaff.objects.for_school(school).filter(staff_member__in=members)
        assert {link.staff_member_id for link in linked} == {member.pk for member in members}


def test_invitation_is_mailed_again_but_no_more_than_three_times(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation())
    user = User.objects.with_email("nova@voorbeeldschool.example")
    assert user is not None

    for _ in range(5):
        client.post(f"{HOME}{user.pk}/opnieuw-uitnodigen/")

    assert OutgoingMail.objects.filter(purpose="activation").count() == 3


def test_role_that_is_to_come_opens_nothing_yet(client: Client, coordinator: User, teacher: User) -> None:
    client.force_login(coordinator)
    start = (timezone.localdate() + timedelta(days=3)).isoformat()

    client.post(f"{HOME}{teacher.pk}/rol/", {"role": "head", "starts_on": start})

    assert roles_of(teacher) == ["teacher"]
    assert role_of(teacher, "head").starts_on.isoformat() == start


def test_teacher_does_not_see_the_list_of_staff(client: Client, teacher: User) -> None:
    client.force_login(teacher)

    assert client.get(HOME).status_code == 403


@pytest.mark.requirement("SR-B09")
def test_who_is_no_staff_gets_no_role_at_a_school(client: Client, coordinator: User) -> None:
    portal = factories.make_user(email="nova@voorbeeldschool.example")
    User.objects.filter(pk=portal.pk).update(kind="portal")
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation())

    assert roles_of(portal) == []


@pytest.mark.requirement("SR-J02")
def test_look_at_one_person_stands_in_the_trail(client: Client, coordinator: User, colleague: User) -> None:
    client.force_login(coordinator)

    client.get(f"{HOME}{colleague.pk}/")

    with unscoped("a test looks"):
        assert AuditEntry.objects.get_queryset().filter(event="accounts.staff.viewed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_person_at_once_make_one_account_with_one_role(school: School) -> None:
    coordinators = [factories.make_coordinator(school) for _ in range(2)]
    browsers = [PortalClient(), PortalClient()]
    for browser, coordinator in zip(browsers, coordinators, strict=True):
        browser.force_login(coordinator)

    def send(number: int) -> int:
        return browsers[number].post(f"/school/{school.code}/medewerkers/uitnodigen/", invitation()).status_code

    statuses = many_at_once(2, send)

    user = User.objects.with_email("nova@voorbeeldschool.example")
    assert user is not None
    assert (statuses, roles_of(user)) == ([302, 302], ["teacher"])


@pytest.mark.requirement("SR-B09")
@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_who_end_each_other_at_once_one_stays(school: School) -> None:
    one, other = factories.make_coordinator(school), factories.make_coordinator(school)
    roles = {user.pk: role_of(user, "ict_coordinator") for user in (one, other)}
    held = threading.Event()

    def first() -> str:
        with school_transaction(school):
            list(Role.objects.for_school(school).select_for_update())
            held.set()
            time.sleep(0.5)  # the other one asks, and waits, before this role ends
            end_role(school=school, role=roles[other.pk], acting_user=one)
        return "ended"

    def second() -> str:
        held.wait(10)
        with contextlib.suppress(LastCoordinator), school_transaction(school):
            end_role(school=school, role=roles[one.pk], acting_user=other)
            return "ended"
        return "stays"

    assert at_once(first, second) == ["ended", "stays"]
    assert (roles_of(one), roles_of(other)) == (["ict_coordinator"], [])
