"""The helpdesk asks a school to let it look: one thing at a time, and the school says yes or no."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.actions.support import (
    AskedAlready,
    CanLookAlready,
    NobodyToAsk,
    refuse_support,
    waiting_request,
)
from accounts.models import SupportRequest
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction
from tests.accounts.support.factories import PAGE, YES, ask, events_of, grants_of, mails, make_grant, make_request

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-B07")


def test_helpdesk_asks_and_each_coordinator_is_mailed_with_reason_and_number(
    school: School, coordinator: User, helpdesk: User
) -> None:
    ask(school, helpdesk, "HD-123")

    [mail] = OutgoingMail.objects.all()
    assert (mail.purpose, mail.recipient_id) == ("support_asked", coordinator.pk)
    assert "melding HD-123" in str(mail.text)
    assert helpdesk.first_name in str(mail.text)
    assert helpdesk.last_name not in str(mail.text) + str(mail.html)


def test_yes_answers_what_was_asked(client: Client, school: School, coordinator: User, helpdesk: User) -> None:
    asked = make_request(school, helpdesk)
    client.force_login(coordinator)
    shown = client.get(PAGE).content.decode()

    client.post(PAGE + "toelaten/", YES | {"asked": str(asked.pk)})

    with school_transaction(school):
        answered = SupportRequest.objects.for_school(school).get()
    assert "HD-1" in shown
    assert (answered.answered_by_id, answered.grant_id) == (coordinator.pk, grants_of(school)[0].pk)


@pytest.mark.parametrize(("answer", "words"), [("toelaten/", "zei ja"), ("{}/weigeren/", "zei nee")])
def test_who_asked_hears_the_answer_without_a_name_of_the_school(
    client: Client, school: School, coordinator: User, helpdesk: User, answer: str, words: str
) -> None:
    asked = make_request(school, helpdesk)
    client.force_login(coordinator)

    client.post(PAGE + answer.format(asked.pk), YES | {"asked": str(asked.pk)})

    mail = OutgoingMail.objects.get(recipient_id=helpdesk.pk)
    assert f"{words} tegen melding HD-1" in str(mail.text)
    assert "http://kantoor.localhost:8000/kantoor/school/99XX00/" in str(mail.text)
    assert coordinator.first_name not in str(mail.text)


def test_no_lets_nobody_look_and_can_be_said_once(
    client: Client, school: School, coordinator: User, helpdesk: User
) -> None:
    asked = make_request(school, helpdesk)
    client.force_login(coordinator)

    for _ in range(2):
        client.post(f"{PAGE}{asked.pk}/weigeren/")

    assert grants_of(school) == []
    assert events_of(school) == ["accounts.support.refused"]


@pytest.mark.requirement("SR-B02")
def test_no_to_a_question_that_was_answered_says_nothing_to_the_next_one(
    client: Client, school: School, coordinator: User, helpdesk: User
) -> None:
    client.force_login(coordinator)
    first = ask(school, helpdesk)
    client.post(f"{PAGE}{first.pk}/weigeren/")
    second = ask(school, helpdesk, "HD-2")

    client.post(f"{PAGE}{first.pk}/weigeren/")

    with school_transaction(school):
        assert waiting_request(school) == second


def test_request_of_another_school_cannot_be_answered(
    client: Client, other_school: School, coordinator: User, helpdesk: User
) -> None:
    asked = make_request(other_school, helpdesk)
    client.force_login(coordinator)

    client.post(f"{PAGE}{asked.pk}/weigeren/")

    with school_transaction(other_school):
        assert SupportRequest.objects.for_school(other_school).get().answered_at is None


def test_helpdesk_asks_one_thing_at_a_time(school: School, coordinator: User, helpdesk: User) -> None:
    ask(school, helpdesk)

    with pytest.raises(AskedAlready):
        ask(school, helpdesk)

    assert mails() == [("support_asked", coordinator.pk)]


@pytest.mark.requirement("SR-C07")
def test_fourth_question_within_an_hour_is_not_mailed(school: School, coordinator: User, helpdesk: User) -> None:
    for number in range(3):
        make_request(school, helpdesk, ticket=f"HD-{number}", answered_at=timezone.now(), answered_by=coordinator)

    with pytest.raises(AskedAlready):
        ask(school, helpdesk)

    assert mails() == []


def test_question_of_a_week_ago_gives_way_to_a_new_one(school: School, coordinator: User, helpdesk: User) -> None:
    make_request(school, helpdesk, asked_at=timezone.now() - timedelta(days=8))

    ask(school, helpdesk, "HD-2")

    assert mails() == [("support_asked", coordinator.pk)]


def test_school_without_coordinator_is_not_asked(school: School, helpdesk: User) -> None:
    with pytest.raises(NobodyToAsk):
        ask(school, helpdesk)


def test_nothing_is_asked_while_the_helpdesk_can_look(school: School, coordinator: User, helpdesk: User) -> None:
    make_grant(school, coordinator)

    with pytest.raises(CanLookAlready):
        ask(school, helpdesk)


def test_start_page_puts_the_question_first_for_who_answers_it(
    client: Client, school: School, coordinator: User, helpdesk: User
) -> None:
    make_request(school, helpdesk)
    client.force_login(coordinator)

    page: Any = client.get("/school/99XX00/")

    assert page.context["steps"][0].title == "De helpdesk vraagt om mee te kijken"


@pytest.mark.parametrize("on_screen", ["an earlier question", "no question"])
def test_yes_says_nothing_to_a_question_that_was_not_on_the_screen(
    client: Client, school: School, coordinator: User, helpdesk: User, on_screen: str
) -> None:
    shown: dict[str, str] = {}
    if on_screen == "an earlier question":
        earlier = make_request(school, helpdesk)
        with school_transaction(school):
            refuse_support(school=school, request=earlier.pk, acting_user=coordinator)
        shown = {"asked": str(earlier.pk)}
    waiting = make_request(school, helpdesk)
    client.force_login(coordinator)

    page: Any = client.post(PAGE + "toelaten/", YES | shown, follow=True)

    assert "Kijk opnieuw voordat je ja zegt" in page.content.decode()
    assert grants_of(school) == []
    assert f'value="{waiting.pk}"' in page.content.decode()
