"""Asking for a link, and inviting somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.tokens import answer, invite_user, mail_link
from accounts.models import LinkRequest, MailToken, User
from accounts.tasks import sweep_links
from basispoort.lib.models import OutgoingMail
from tests import factories
from tests.accounts.staff.links import ADDRESS, ASK, CHOOSE, NEW, RESET, newest_mail
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from schools.models import School


@pytest.mark.requirement("SR-A05")
def test_answer_is_the_same_for_every_address(owner: User) -> None:
    factories.make_user(email="weg@voorbeeldschool.example", password=None)
    inactive = factories.make_user(email="dicht@voorbeeldschool.example")
    inactive.is_active = False
    inactive.save(update_fields=["is_active"])
    addresses = [ADDRESS, "weg@voorbeeldschool.example", "dicht@voorbeeldschool.example", "niemand@elders.example"]

    answers = []
    for address in addresses:
        response = Client().post(ASK, {"email": address}, follow=True)
        answers.append((response.status_code, re.sub(r"value=\"\w{64}\"", "", response.content.decode())))

    assert owner.is_active
    assert len(set(answers)) == 1
    assert LinkRequest.objects.count() == len(addresses)


@pytest.mark.requirement("SR-A05")
def test_page_does_the_same_number_of_queries_for_a_known_and_an_unknown_address(
    owner: User,
) -> None:
    assert owner.is_active
    numbers = []
    for address in (ADDRESS, "niemand@elders.example"):
        with CaptureQueriesContext(connection) as queries:
            Client().post(ASK, {"email": address})
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


def test_known_address_gets_a_mail_once_the_worker_looks(owner: User) -> None:
    Client().post(ASK, {"email": ADDRESS.upper()})

    answered = sweep_links()

    mail = newest_mail()
    assert (answered, mail.address, mail.recipient_id, mail.purpose) == (1, ADDRESS, owner.pk, "password_reset")
    assert not LinkRequest.objects.exists()


def test_unknown_address_gets_nothing_and_is_forgotten(owner: User) -> None:
    Client().post(ASK, {"email": "niemand@elders.example"})

    sweep_links()

    assert owner.is_active
    assert (OutgoingMail.objects.count(), LinkRequest.objects.count()) == (0, 0)


def test_request_is_answered_once(owner: User) -> None:
    request = LinkRequest.objects.create(address=ADDRESS)

    answer(request.pk)
    answer(request.pk)

    assert (OutgoingMail.objects.count(), owner.mail_tokens.count()) == (1, 1)


def test_answer_to_one_request_leaves_another_waiting(owner: User) -> None:
    factories.make_user(email="ander@voorbeeldschool.example")
    first = LinkRequest.objects.create(address="ander@voorbeeldschool.example")
    second = LinkRequest.objects.create(address=ADDRESS)

    answer(second.pk)

    assert (list(LinkRequest.objects.all()), newest_mail().recipient_id) == ([first], owner.pk)


@pytest.mark.requirement("SR-C07")
def test_fourth_link_within_the_hour_is_not_mailed_though_the_first_three_were_used(owner: User) -> None:
    sent = []
    for _ in range(4):
        sent.append(mail_link(user=owner, purpose=RESET))
        MailToken.objects.filter(user=owner).update(used_at=timezone.now())

    assert sent == [True, True, True, False]


@pytest.mark.requirement("SR-C07")
@pytest.mark.django_db(transaction=True)
def test_links_asked_for_at_once_are_three_at_most() -> None:
    user = factories.make_user()

    sent = many_at_once(8, lambda _number: mail_link(user=user, purpose=RESET))

    assert sorted(sent) == [False] * 5 + [True] * 3


def test_account_without_a_password_gets_an_activation_link(db: None) -> None:  # noqa: ARG001 - opens the database
    factories.make_user(email=ADDRESS, password=None)

    answer(LinkRequest.objects.create(address=ADDRESS).pk)

    assert newest_mail().purpose == "activation"


@pytest.mark.requirement("SR-C07")
@pytest.mark.parametrize(
    "typed",
    [
        "demo@voorbeeldschool.example\nbcc: x@evil.test",
        "demo@voorbeeldschool.example, x@evil.test",
        "Demo <demo@voorbeeldschool.example>",
        "demo@voorbeeldschool.example x",
        "demo",
    ],
)
def test_anything_but_one_plain_address_is_a_form_error(client: Client, owner: User, typed: str) -> None:
    response = client.post(ASK, {"email": typed})

    assert owner.is_active
    assert (response.status_code, LinkRequest.objects.count()) == (200, 0)


@pytest.mark.requirement("SR-C07")
@pytest.mark.parametrize("typed", ["moß@voorbeeldschool.example", "MOSS@voorbeeldschool.example"])
def test_mail_goes_to_the_stored_address_and_never_to_the_typed_one(db: None, typed: str) -> None:  # noqa: ARG001 - opens the database
    factories.make_user(email="moss@voorbeeldschool.example")

    answer(LinkRequest.objects.create(address=typed).pk)

    assert {str(mail.address) for mail in OutgoingMail.objects.all()} <= {"moss@voorbeeldschool.example"}


@pytest.mark.requirement("SR-C06")
def test_host_in_a_link_comes_from_the_setting(client: Client, owner: User) -> None:
    refused = client.post(ASK, {"email": ADDRESS}, headers={"host": "evil.test"}).status_code
    client.post(ASK, {"email": ADDRESS}, headers={"x-forwarded-host": "evil.test", "forwarded": "host=evil.test"})
    sweep_links()

    assert owner.is_active
    assert refused == 400
    assert OutgoingMail.objects.count() == 1
    assert "http://localhost:8000/link/" in str(newest_mail().text)
    assert "evil" not in f"{newest_mail().text}{newest_mail().html}"


def test_invited_person_activates_and_signs_in(client: Client, school: School, coordinator: User) -> None:
    user = invite_user(
        acting_user=coordinator, school=school, role="teacher", email=ADDRESS, first_name="Demo", last_name="Nieuw"
    )
    found = re.search(r"(/link/activation/\S+)", str(newest_mail().text))
    assert found
    client.get(found[1])
    client.post(CHOOSE, {"new": NEW})

    response = client.post("/inloggen/", {"email": ADDRESS, "password": NEW}, follow=True)

    assert response.redirect_chain[-1][0] == f"/school/{school.code}/"
    assert user.has_perm("schools.school.view", school)


def test_person_with_an_account_gets_the_role_and_keeps_name_and_password(
    school: School, other_school: School, stranger: User, owner: User
) -> None:
    user = invite_user(
        acting_user=stranger, school=other_school, role="teacher", email=ADDRESS, first_name="X", last_name="Y"
    )

    assert user == owner
    assert (user.first_name, user.check_password(factories.PASSWORD)) == (owner.first_name, True)
    assert user.school_ids() == sorted([school.pk, other_school.pk])
    assert [mail.purpose for mail in OutgoingMail.objects.all()] == ["role_given"]


def test_mail_has_the_link_of_its_text_as_a_button_fits_a_phone_and_fetches_nothing(owner: User) -> None:
    mail_link(user=owner, purpose=RESET)

    mail = newest_mail()
    found = re.search(r"http://localhost:8000/link/\S+", str(mail.text))
    assert found
    html = str(mail.html)
    assert html.count(f'href="{found[0]}"') == 2
    assert 'name="viewport"' in html
    assert re.findall(r"src=|url\(|@import|<link", html) == []


def test_mail_speaks_the_reader_s_language(owner: User) -> None:
    owner.language = "en"
    owner.save(update_fields=["language"])

    mail_link(user=owner, purpose=RESET)

    assert newest_mail().subject == "A new password for Basispoort"
