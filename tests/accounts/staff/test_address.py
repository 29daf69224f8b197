"""People change their own address: confirmed at the new one, told to the old one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from accounts.actions.address import confirm_address
from accounts.actions.tokens import LinkUnusable
from accounts.models import MailToken, TokenPurpose, User
from accounts.models.token import hash_of
from basispoort.lib.models import OutgoingMail
from tests import factories
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = "nieuw@voorbeeldschool.example"
PAGE = "/account/adres/"


@pytest.fixture
def asked(client: Client, teacher: User) -> Client:
    """A teacher who asked for another address."""
    client.force_login(teacher)
    client.post(PAGE, {"email": NEW})
    return client


def link() -> str:
    mail = OutgoingMail.objects.get(purpose="address_confirm")
    found = re.search(r"/link/address_change/[^\s\"]+", str(mail.text))
    assert found is not None
    return found.group()


def confirm() -> Client:
    browser = Client()
    browser.get(link())
    browser.post("/adres-bevestigen/")
    return browser


def address_of(user: User) -> str:
    return str(User.objects.get(pk=user.pk).email)


def test_new_address_counts_when_its_link_is_opened_and_not_before(asked: Client, teacher: User) -> None:
    before = address_of(teacher)

    confirm()

    assert (before != NEW, address_of(teacher)) == (True, NEW)
    assert asked.get("/account/").status_code == 302


@pytest.mark.requirement("SR-A09")
def test_old_address_hears_of_asking_and_of_the_change(asked: Client, teacher: User) -> None:  # noqa: ARG001 - asked
    old = address_of(teacher)
    confirm()

    told = [(mail.purpose, str(mail.address)) for mail in OutgoingMail.objects.order_by("created_at")]
    assert told == [
        ("address_confirm", NEW),
        ("address_asked", old),
        ("address_changed", old),
        ("address_changed", NEW),
    ]


@pytest.mark.requirement("SR-C04")
def test_looking_at_the_link_changes_nothing(asked: Client, teacher: User) -> None:  # noqa: ARG001 - asked
    old = address_of(teacher)
    browser = Client()
    for _ in range(3):
        browser.get(link())
        browser.get("/adres-bevestigen/")

    assert address_of(teacher) == old
    assert MailToken.objects.live().count() == 1


@pytest.mark.requirement("SR-C03")
def test_link_works_once(asked: Client) -> None:  # noqa: ARG001 - asked
    address = link()
    confirm()
    browser = Client()
    browser.get(address)

    assert browser.post("/adres-bevestigen/").status_code == 410


@pytest.mark.requirement("SR-C02")
@pytest.mark.parametrize("method", [Client.get, Client.post])
def test_link_for_an_address_sets_no_password(asked: Client, method: Callable[..., object]) -> None:  # noqa: ARG001
    browser = Client()
    browser.get(link())

    answer = method(browser, "/wachtwoord-kiezen/", {"new": "Nieuw4boot7tak"})

    assert getattr(answer, "status_code", None) == 410


@pytest.mark.requirement("SR-A05")
def test_address_of_somebody_else_gets_the_same_answer_and_its_owner_is_told(client: Client, teacher: User) -> None:
    factories.make_user(email="bezet@voorbeeldschool.example")
    client.force_login(teacher)

    pages = [client.post(PAGE, {"email": one}, follow=True).content for one in (NEW, "bezet@voorbeeldschool.example")]

    assert [b"Kijk in de mail" in page for page in pages] == [True, True]
    assert OutgoingMail.objects.filter(purpose="address_taken").count() == 1
    assert OutgoingMail.objects.filter(purpose="address_confirm").count() == 1


def test_address_that_was_taken_meanwhile_is_not_given_away(asked: Client, teacher: User) -> None:  # noqa: ARG001
    old = address_of(teacher)
    factories.make_user(email=NEW)

    confirm()

    assert address_of(teacher) == old


@pytest.mark.requirement("SR-C07")
@pytest.mark.parametrize("bad", ["a@b.example,c@d.example", "Naam <a@b.example>", "a@b.example\nBcc: x@y.example", "x"])
def test_what_is_not_one_plain_address_is_refused(client: Client, teacher: User, bad: str) -> None:
    client.force_login(teacher)

    client.post(PAGE, {"email": bad})

    assert OutgoingMail.objects.count() == 0


@pytest.mark.requirement("SR-C03")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_one_address_at_once_one_gets_it() -> None:
    new = "same@voorbeeldschool.example"
    users = [factories.make_user() for _ in range(2)]
    tokens = [MailToken.issue(user, TokenPurpose.ADDRESS_CHANGE, new_email=new) for user in users]

    def use(number: int) -> str:
        try:
            confirm_address(token_hash=hash_of(tokens[number]))
        except LinkUnusable:
            return "gone"
        return "used"

    assert sorted(many_at_once(2, use)) == ["gone", "used"]
    assert User.objects.with_email(new) is not None
