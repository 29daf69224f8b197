"""A link that is dead brings a new one with one click, and tells a stranger nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.actions.tokens import forget_old_links
from accounts.failures import HOUR, REQUESTS, WRONG_TOKENS, request_key
from accounts.models import FailureCounter, LinkRequest, MailToken
from accounts.models.token import TokenPurpose, new_token
from accounts.tasks import sweep_links
from tests import factories
from tests.accounts.office.factories import at_office, make_own
from tests.accounts.staff.challenges import asks, work_of
from tests.accounts.staff.links import CHOOSE, NEW, mailed_path, newest_mail

if TYPE_CHECKING:
    from typing import Any

    from accounts.models import User

AGAIN = "/link-opnieuw/"


def ask_again(path: str) -> Any:
    browser = Client()
    browser.get(path, follow=True)
    return browser.post(AGAIN, follow=True)


def unknown() -> str:
    return f"/link/password_reset/{new_token()}/"


def test_click_on_a_link_that_is_too_old_mails_a_new_one_that_works(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    MailToken.objects.update(expires_at=Now())

    ask_again(path)
    sweep_links()

    assert newest_mail().address == owner.email
    fresh = MailToken.objects.live().get()
    assert (fresh.user, fresh.purpose) == (owner, TokenPurpose.PASSWORD_RESET)
    client.get(mailed_path(owner))
    assert client.post(CHOOSE, {"new": NEW}).status_code == 302


def test_invitation_that_is_too_old_brings_a_new_invitation(db: None) -> None:  # noqa: ARG001 - opens the database
    user = factories.make_user(password=None)
    path = mailed_path(user, TokenPurpose.ACTIVATION)
    MailToken.objects.update(expires_at=Now())

    ask_again(path)
    sweep_links()

    assert MailToken.objects.live().get().purpose == TokenPurpose.ACTIVATION


@pytest.mark.requirement("SR-C02")
def test_answer_is_the_same_for_a_link_that_never_was(owner: User) -> None:
    path = mailed_path(owner)
    MailToken.objects.update(ended_at=Now())

    known, never = ask_again(path), ask_again(unknown())

    words = [[str(one) for one in page.context["messages"]] for page in (known, never)]
    assert (known.redirect_chain, words[0]) == (never.redirect_chain, words[1])
    assert "onderweg" in words[0][0]
    assert [request.address for request in LinkRequest.objects.all()] == [owner.email]


@pytest.mark.requirement("SR-K06")
def test_address_that_asks_too_often_is_led_to_the_form_with_its_extra_check(owner: User) -> None:
    path = mailed_path(owner)
    MailToken.objects.update(ended_at=Now())
    for _ in range(REQUESTS):
        FailureCounter.add(request_key("127.0.0.1"), HOUR)

    page = ask_again(path)

    assert page.redirect_chain[-1][0] == "/wachtwoord-vergeten/"
    assert "data-challenge" in page.content.decode()
    assert LinkRequest.objects.count() == 0


def test_second_click_asks_no_second_time(owner: User) -> None:
    path = mailed_path(owner)
    MailToken.objects.update(ended_at=Now())
    browser = Client()
    browser.get(path, follow=True)

    for _ in range(2):
        browser.post(AGAIN)

    assert LinkRequest.objects.count() == 1


def test_dead_link_to_another_address_says_where_to_ask_for_a_new_one(client: Client, owner: User) -> None:
    path = mailed_path(owner).replace("password_reset", "address_change")

    page = client.get(path, follow=True).content.decode()

    assert "bij Mijn account" in page
    assert AGAIN not in page


def test_dead_link_is_remembered_for_a_month(owner: User) -> None:
    mailed_path(owner)
    gone = []
    for days in (29, 31):
        MailToken.objects.update(expires_at=Now() - timedelta(days=days))
        gone.append(forget_old_links())

    assert gone == [0, 1]


@pytest.mark.requirement("SR-C02")
def test_click_on_a_dead_link_works_at_the_back_office_too(db: None) -> None:  # noqa: ARG001 - opens the database
    own = make_own()
    token = MailToken.issue(own, TokenPurpose.PASSWORD_RESET)
    MailToken.objects.update(expires_at=Now() - timedelta(hours=2))
    browser = at_office()
    browser.get(f"/link/password_reset/{token}/")
    browser.get(CHOOSE)

    asked = browser.post("/link-opnieuw/")

    assert (asked.status_code, LinkRequest.objects.count()) == (302, 1)


@pytest.mark.requirement("SR-C09")
def test_extra_check_for_one_link_is_good_for_no_other(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    for _ in range(WRONG_TOKENS):
        Client().get(f"/link/password_reset/{new_token()}/", follow=True)
    client.post(CHOOSE, work_of(client.get(path, follow=True)))
    passed = client.get(CHOOSE)

    another = client.get(f"/link/password_reset/{new_token()}/", follow=True)

    assert (asks(passed), asks(another)) == (False, True)


def test_page_without_a_link_asks_no_extra_check(client: Client, owner: User) -> None:  # noqa: ARG001 - has a link
    for _ in range(WRONG_TOKENS):
        Client().get(f"/link/password_reset/{new_token()}/", follow=True)

    page = client.get(CHOOSE)

    assert (page.status_code, asks(page)) == (410, False)
