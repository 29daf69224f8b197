"""Inviting somebody to a school, with or without an account elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import FailureCounter, MailToken, Role, User, UserStaff
from accounts.staff_list import staff_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.staff.roles import HOME, invitation, role_of, roles_of
from tests.at_once import many_at_once
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test import Client

    from schools.models import School


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


@pytest.mark.requirement("SR-B09")
def test_who_is_no_staff_gets_no_role_at_a_school(client: Client, coordinator: User) -> None:
    portal = factories.make_user(email="nova@voorbeeldschool.example")
    User.objects.filter(pk=portal.pk).update(kind="portal")
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation())

    assert roles_of(portal) == []


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


@pytest.fixture
def elsewhere(other_school: School) -> User:
    """A teacher of another school, with an account, an app and a past."""
    user = factories.make_user(email="nova@voorbeeldschool.example", first_name="Werkelijke", last_name="Naam")
    factories.make_role(user, "teacher", other_school)
    factories.make_app(user)
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    return user


@pytest.mark.requirement("SR-A05")
def test_inviter_learns_nothing_of_an_account_from_elsewhere(
    client: Client, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation(first_name="Wie", last_name="Dan"))
    client.post(f"{HOME}uitnodigen/", invitation(first_name="Heel", last_name="Nieuw", email="n@voorbeeld.example"))
    client.post(f"{HOME}{elsewhere.pk}/rol/", {"role": "trainee", "starts_on": timezone.localdate().isoformat()})
    new = User.objects.with_email("n@voorbeeld.example")
    assert new is not None

    pages = {
        client.get(f"{HOME}{user.pk}/").content.decode().replace(str(user.pk), "").replace(typed, "")
        for user, typed in ((elsewhere, "Wie Dan"), (new, "Heel Nieuw"))
    }
    trail_page = client.get("/school/99XX00/logboek/").content.decode()
    together = "".join([*pages, client.get(HOME).content.decode(), trail_page])

    assert "Werkelijke" not in together
    assert "Wie Dan" in together
    assert [page.count("Uitgenodigd, nog niet geweest") for page in pages] == [1, 1]
    assert {"De tweede stap staat aan" in page for page in pages} == {False}


def test_school_reads_the_own_name_once_the_invited_person_has_come(
    client: Client, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation(first_name="Wie", last_name="Dan"))
    guest = PortalClient()
    guest.force_login(elsewhere)

    guest.get("/school/99XX00/")

    page = client.get(HOME).content.decode()
    assert ("Werkelijke Naam" in page, "Wie Dan" in page) == (True, False)
    with unscoped("a test looks"):
        assert AuditEntry.objects.get_queryset().filter(event="accounts.first_here", actor_id=elsewhere.pk).count() == 1


def test_one_who_comes_makes_nobody_else_known(
    client: Client, coordinator: User, other_school: School, elsewhere: User
) -> None:
    another = factories.make_user(email="ander@voorbeeldschool.example", first_name="Andere", last_name="Naam")
    factories.make_role(another, "teacher", other_school)
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation(first_name="Wie", last_name="Dan"))
    client.post(f"{HOME}uitnodigen/", invitation(first_name="Nog", last_name="Een", email=str(another.email)))
    guest = PortalClient()
    guest.force_login(elsewhere)

    guest.get("/school/99XX00/")

    page = client.get(HOME).content.decode()
    assert [name in page for name in ("Werkelijke Naam", "Nog Een", "Andere Naam")] == [True, True, False]


def test_who_is_known_at_the_school_keeps_the_own_name_in_a_second_role(
    client: Client, coordinator: User, teacher: User
) -> None:
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation(email=str(teacher.email), role="trainee", first_name="Wie"))

    assert {role_of(teacher, name).called for name in ("teacher", "trainee")} == {""}


def test_word_of_a_role_goes_out_again_to_who_has_an_account_but_no_more_than_three_times(
    client: Client, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation())

    for _ in range(5):
        client.post(f"{HOME}{elsewhere.pk}/opnieuw-uitnodigen/")

    assert list(OutgoingMail.objects.values_list("purpose", flat=True)) == ["role_given"] * 3


def test_second_step_of_who_has_not_come_yet_cannot_be_asked_after(
    client: Client, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    client.post(f"{HOME}uitnodigen/", invitation())

    page: Any = client.post(f"{HOME}{elsewhere.pk}/tweede-stap/", {"reason": "lost"}, follow=True)

    assert "heeft nog geen tweede stap" in page.content.decode()


@pytest.mark.parametrize("way", ["give", "invite"])
def test_role_on_days_of_one_that_is_over_is_said_in_the_form(
    client: Client, school: School, coordinator: User, way: str
) -> None:
    user = factories.make_user(email="nova@voorbeeldschool.example")
    today = timezone.localdate()
    factories.make_role(
        user, "teacher", school, starts_on=today - timedelta(days=60), ends_on=today - timedelta(days=2)
    )
    factories.make_role(user, "support_staff", school)
    client.force_login(coordinator)
    facts = invitation(starts_on=(today - timedelta(days=5)).isoformat())

    page: Any = client.post(f"{HOME}uitnodigen/" if way == "invite" else f"{HOME}{user.pk}/rol/", facts)

    assert (page.status_code, roles_of(user)) == (200, ["support_staff"])
    assert 'aria-invalid="true"' in page.content.decode()


def test_role_may_follow_one_that_ends_this_week(client: Client, school: School, coordinator: User) -> None:
    user = factories.make_user()
    today = timezone.localdate()
    factories.make_role(user, "trainee", school, ends_on=today + timedelta(days=2))
    client.force_login(coordinator)
    start = today + timedelta(days=3)

    client.post(f"{HOME}{user.pk}/rol/", {"role": "trainee", "starts_on": start.isoformat()})

    with unscoped("a test looks"):
        assert Role.objects.get_queryset().filter(user=user, starts_on=start).count() == 1


@pytest.mark.requirement("SR-B09")
def test_own_address_gets_no_role(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    page: Any = client.post(f"{HOME}uitnodigen/", invitation(email=str(coordinator.email), role="trainee"))

    assert "aan dit adres kan geen rol" in page.content.decode().casefold()
    assert roles_of(coordinator) == ["ict_coordinator"]


def test_domain_with_accents_is_kept_in_its_ascii_form(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    client.post(f"{HOME}uitnodigen/", invitation(email="nova@vöorbeeld.example"))

    assert User.objects.with_email("nova@xn--vorbeeld-n4a.example") is not None


def test_address_with_accents_before_the_at_is_refused_in_words(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    page: Any = client.post(f"{HOME}uitnodigen/", invitation(email="\u017fam@voorbeeld.example"))

    assert "letters met een accent" in page.content.decode()
    assert not OutgoingMail.objects.exists()


@pytest.mark.requirement("SR-A05")
@pytest.mark.parametrize(
    ("starts", "days_later", "works"), [(-8, 0, True), (10, 8, False), (0, 6, True), (0, 8, False)]
)
def test_invitation_grows_old_alike_with_an_account_elsewhere_or_without(
    client: Client,
    school: School,
    coordinator: User,
    elsewhere: User,
    starts: int,
    days_later: int,
    works: bool,  # noqa: FBT001 - what is expected
) -> None:
    client.force_login(coordinator)
    first_day = (timezone.localdate() + timedelta(days=starts)).isoformat()
    for address in (str(elsewhere.email), "nieuw@voorbeeld.example"):
        client.post(f"{HOME}uitnodigen/", invitation(email=address, starts_on=first_day))
    past = timedelta(days=days_later)
    MailToken.objects.update(expires_at=F("expires_at") - past)
    with school_transaction(school):
        Role.objects.for_school(school).update(told_at=F("told_at") - past)
        rows = [row for row in staff_of(school) if row.is_invited]

    assert [row.link_works for row in rows] == [works, works]


@pytest.mark.requirement("SR-A05")
def test_invitation_can_be_mailed_again_as_often_with_an_account_elsewhere_as_without(
    client: Client, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    for address in (str(elsewhere.email), "nieuw@voorbeeld.example"):
        client.post(f"{HOME}uitnodigen/", invitation(email=address))
    new = User.objects.with_email("nieuw@voorbeeld.example")
    assert new is not None

    def words(user: User) -> list[bool]:
        pages: list[Any] = [client.post(f"{HOME}{user.pk}/opnieuw-uitnodigen/", follow=True) for _ in range(2)]
        FailureCounter.objects.update(until=F("until") - timedelta(hours=2))
        MailToken.objects.update(created_at=F("created_at") - timedelta(hours=2))
        pages.append(client.post(f"{HOME}{user.pk}/opnieuw-uitnodigen/", follow=True))
        return ["opnieuw onderweg" in page.content.decode() for page in pages]

    assert words(elsewhere) == words(new) == [True, True, False]


@pytest.mark.requirement("SR-A05")
def test_place_in_the_list_does_not_tell_an_account_elsewhere_from_none(
    client: Client, school: School, coordinator: User, elsewhere: User
) -> None:
    client.force_login(coordinator)
    for address in (str(elsewhere.email), "nieuw@voorbeeld.example"):
        client.post(f"{HOME}uitnodigen/", invitation(email=address, last_name="Zegers Aalbers"))
    factories.make_role(factories.make_user(last_name="Midden"), "teacher", school)
    with school_transaction(school):
        names = [row.name for row in staff_of(school)]

    assert names[:2] == ["Nova Zegers Aalbers"] * 2
