"""The back office stands on a host of its own, for the portal's own people alone (SR-P02, SR-B07, SR-A05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import get_resolver

from accounts.back_office import URLCONF
from accounts.models import MailToken, Role, RoleName, UserKind
from accounts.permissions import RIGHTS
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.accounts.office.factories import HOST, at_office, make_own
from tests.test_doors import Address, addresses

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School

INDEX = "/kantoor/"
ALL = [one for one in addresses(get_resolver(URLCONF)) if one[1].startswith(INDEX)]
ADDRESS = "helpdesk@basispoort.example"


def sign_in(client: Client, email: str, host: str) -> Any:
    return client.post("/inloggen/", {"email": email, "password": factories.PASSWORD}, headers={"Host": host})


@pytest.mark.requirement("SR-B01")
def test_every_page_of_the_back_office_declares_a_right() -> None:
    assert len(ALL) > 3
    assert [name for name, _, access in ALL if access is None or access.kind != "back_office"] == []


@pytest.mark.requirement("SR-P02")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address[0])
@pytest.mark.django_db
def test_page_of_the_back_office_is_not_on_the_public_host(client: Client, address: Address) -> None:
    own = make_own()
    client.force_login(own)

    assert client.get(address[1]).status_code == 404


@pytest.mark.requirement("SR-P02")
@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-Host": HOST}, {"Forwarded": f"host={HOST}"}, {"X-Original-Host": HOST}],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.django_db
def test_header_of_a_client_does_not_make_the_public_host_the_back_office(
    client: Client, headers: dict[str, str]
) -> None:
    assert client.get(INDEX, headers=headers).status_code == 404


@pytest.mark.requirement("SR-B01")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address[0])
@pytest.mark.django_db
def test_stranger_at_the_back_office_is_sent_to_its_sign_in_page(address: Address) -> None:
    answer = at_office().get(address[1])

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/inloggen/")


@pytest.mark.requirement("SR-B01")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address[0])
def test_right_role_gets_in_or_finds_nothing(school: School, address: Address) -> None:  # noqa: ARG001 - is found
    access = address[2]
    assert access is not None
    role = next(role for role, rights in RIGHTS.items() if access.right in rights)

    assert at_office(make_own(role)).get(address[1]).status_code in {200, 302, 404, 405}


@pytest.mark.requirement("SR-B01")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address[0])
@pytest.mark.django_db
def test_own_person_whose_role_ended_is_refused(address: Address) -> None:
    own = make_own()
    browser = at_office(own)
    before = browser.get(INDEX).status_code
    factories.end_roles(own)

    assert (before, browser.get(address[1]).status_code) == (200, 403)


@pytest.mark.requirement("SR-B07")
@pytest.mark.parametrize("address", ALL, ids=lambda address: address[0])
def test_coordinator_whose_session_is_carried_to_the_back_office_is_refused(
    coordinator: User, address: Address
) -> None:
    assert at_office(coordinator).get(address[1]).status_code == 403


@pytest.mark.requirement("SR-A11")
@pytest.mark.django_db
def test_own_person_without_a_second_step_can_do_nothing_but_set_one_up() -> None:
    browser = at_office()
    sign_in(browser, str(make_own(with_app=False, email=ADDRESS).email), HOST)

    answer = browser.get(INDEX)

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/inloggen/tweede-stap/")


@pytest.mark.requirement("SR-A05")
@pytest.mark.parametrize(("kind", "host"), [("portal", "localhost:8000"), ("staff", HOST)])
@pytest.mark.django_db
def test_right_password_at_the_other_host_is_refused_like_a_wrong_one(kind: str, host: str) -> None:
    factories.make_user(kind=UserKind(kind), email=ADDRESS)
    right = sign_in(Client(), ADDRESS, host)
    wrong = Client().post("/inloggen/", {"email": ADDRESS, "password": "Fout4paard"}, headers={"Host": host})

    assert (right.status_code, right.context["form"].errors) == (wrong.status_code, wrong.context["form"].errors)
    assert "Je bent niet ingelogd" in right.content.decode()


@pytest.mark.parametrize("host", ["localhost:8000", HOST])
@pytest.mark.django_db
def test_each_signs_in_at_the_own_host(host: str) -> None:
    kind = UserKind.PORTAL if host == HOST else UserKind.STAFF
    user = factories.make_user(kind=kind, email=ADDRESS)

    assert sign_in(Client(), str(user.email), host).status_code == 302


@pytest.mark.requirement("SR-P02")
@pytest.mark.parametrize("path", ["/school/99XX00/", "/s/abc/", "/leerling/", "/badge/", "/ontwerp/", "/materiaal/"])
def test_pages_of_schools_and_pupils_do_not_open_at_the_back_office(school: School, path: str) -> None:  # noqa: ARG001 - exists
    own = make_own()

    assert at_office(own).get(path).status_code == 404


@pytest.mark.requirement("SR-P02")
@pytest.mark.parametrize("path", [INDEX, "/kantoor/school/"])
@pytest.mark.django_db
def test_without_a_host_of_its_own_there_is_no_back_office(path: str) -> None:
    own = make_own()
    browser = at_office(own)

    with override_settings(BACK_OFFICE_URL=""):
        assert browser.get(path).status_code == 404


@pytest.mark.requirement("SR-C06")
@pytest.mark.django_db
def test_link_for_one_of_our_own_leads_to_the_back_office_whatever_host_was_asked() -> None:
    call_command("portal_staff", ADDRESS, "--first-name=Hanna", "--last-name=Voorbeeld")

    words = str(OutgoingMail.objects.get(purpose="activation").text)
    assert f"{settings.BACK_OFFICE_URL}/link/" in words
    assert f"{settings.BASE_URL}/" not in words


@pytest.mark.requirement("SR-A13")
@pytest.mark.django_db
def test_inviting_twice_gives_one_role_and_ending_takes_it_at_once() -> None:
    for _ in range(2):
        call_command("portal_staff", ADDRESS, "--role=security_officer")
    with unscoped("a test counts"):
        given = list(Role.objects.get_queryset().values_list("role", "user__kind"))
    call_command("portal_staff", ADDRESS, "--end")
    with unscoped("a test counts"):
        left = Role.objects.get_queryset().running_today().count()

    assert (given, left) == ([(RoleName.SECURITY_OFFICER, UserKind.PORTAL)], 0)


def test_coordinator_is_not_made_one_of_our_own(coordinator: User) -> None:
    with pytest.raises(CommandError):
        call_command("portal_staff", str(coordinator.email))

    assert mail.outbox == []
    assert MailToken.objects.count() == 0


@pytest.mark.requirement("SR-B07")
@pytest.mark.django_db
def test_search_for_schools_shows_nothing_unasked_and_twenty_at_most() -> None:
    for number in range(25):
        factories.make_school(register_name=f"Zoekschool {number:02}")
    browser = at_office(make_own())

    unasked, asked = browser.get("/kantoor/school/"), browser.get("/kantoor/school/?q=zoekschool")

    assert b"Zoekschool" not in unasked.content
    assert asked.content.count(b"Zoekschool") == 20


@pytest.mark.requirement("SR-B07")
def test_page_of_a_school_names_nobody(school: School, coordinator: User) -> None:
    group = factories.make_group(school)
    pupil = factories.make_pupil(school, group, first_name="Bergeendje", last_name="Verborgen")
    teacher = factories.make_teacher(school, groups=(group,))

    page = at_office(make_own()).get(f"/kantoor/school/{school.code}/").content.decode()

    assert school.name in page
    assert "<dd>1</dd>" in page
    for person in (pupil, teacher, coordinator):
        assert person.full_name not in page
        assert person.first_name not in page


@pytest.mark.requirement("SR-B07")
@pytest.mark.django_db
def test_mail_that_waits_is_shown_without_address_and_words() -> None:
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(purpose="activation", state="waiting", attempts=3),
            OutgoingMail(purpose="password_reset", state="sent"),
        ]
    )
    mail_ = OutgoingMail(purpose="address_asked", state="refused", address="geheim@voorbeeldschool.example")
    mail_.subject = "Verborgen"
    mail_.save(force_insert=True)

    page = at_office(make_own()).get("/kantoor/outgoingmail/").content.decode()

    assert page.count("activation") == 1
    assert page.count("address_asked") == 1
    assert "password_reset" not in page
    assert "geheim@" not in page
    assert "Verborgen" not in page


@pytest.mark.parametrize("path", ["/kantoor/school/?q=voorbeeld", "/kantoor/outgoingmail/", "/kantoor/rosterdelivery/"])
@pytest.mark.django_db
def test_list_takes_as_many_statements_for_twenty_rows_as_for_one(path: str, queries: Any) -> None:
    browser = at_office(make_own())
    counts = []
    for rows in (1, 19):
        for _ in range(rows):
            factories.make_school(register_name="Voorbeeld")
            OutgoingMail.objects.create(purpose="activation", state="waiting")
        browser.get(path)
        with queries:
            browser.get(path)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("words", ["o=9.-1&p=99999", "q=%00&e=1", "city__x=1", "q=ab&all="])
@pytest.mark.django_db
def test_senseless_words_in_the_address_break_nothing(words: str) -> None:
    assert at_office(make_own()).get(f"/kantoor/school/?{words}").status_code in {200, 302, 400, 404}


@pytest.mark.requirement("SR-B07")
@pytest.mark.parametrize(
    "question",
    [
        "outgoingmail/?recipient_id={user}",
        "outgoingmail/?recipient_id__exact={user}",
        "outgoingmail/?address__isnull=1",
        "outgoingmail/?text=a",
        "outgoingmail/?purpose=x",
        "supportgrant/?granted_by={user}",
        "supportgrant/?granted_by__last_name=x",
        "rosterdelivery/?school__code=99XX00",
        "rosterdelivery/?content=a",
        "rosterdelivery/?uploaded_by={user}",
    ],
)
def test_lists_of_the_back_office_answer_no_questions_of_an_address(coordinator: User, question: str) -> None:
    desk = at_office(make_own())

    answer = desk.get(f"/kantoor/{question.format(user=coordinator.pk)}")

    assert answer.status_code == 400


@pytest.mark.django_db
def test_lists_of_the_back_office_are_chosen_from_by_state() -> None:
    desk = at_office(make_own())

    answers = [desk.get(f"/kantoor/{name}/?state__exact=waiting") for name in ("outgoingmail", "rosterdelivery")]

    assert [answer.status_code for answer in answers] == [200, 200]
