"""Activation and forgotten passwords by mailed links."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from accounts.actions.tokens import LinkUnusable, mail_link, redeem_link
from accounts.models import KnownDevice, MailToken, Session, TokenPurpose, User
from accounts.models.token import hash_of, new_token
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.accounts.staff.links import ADDRESS, CHOOSE, NEW, RESET, mailed_path, newest_mail, token_in
from tests.at_once import many_at_once


@pytest.mark.requirement("SR-C01")
def test_token_has_36_characters_in_guid_form_and_128_random_bits() -> None:
    tokens = [new_token() for _ in range(200)]

    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", token) for token in tokens)
    # A GUID of a version would have the same character there every time.
    assert len({token[14] for token in tokens}) > 8


@pytest.mark.requirement("SR-C01")
def test_table_of_links_holds_no_token(owner: User) -> None:
    token = token_in(mailed_path(owner))

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_mailtoken t")
        row = cursor.fetchone()[0]

    assert token not in row
    assert uuid.UUID(token).hex not in row
    assert hash_of(token).hex() in row


@pytest.mark.requirement("SR-C04")
def test_looking_at_a_link_never_uses_it_up(client: Client, owner: User) -> None:
    path = mailed_path(owner)

    for _ in range(25):
        client.get(path)
        client.head(path)
    response = client.get(path, follow=True)

    assert (response.status_code, response.redirect_chain) == (200, [(CHOOSE, 302)])


@pytest.mark.requirement("SR-C08")
def test_page_behind_a_link_holds_no_token_and_tells_no_other_page(client: Client, owner: User) -> None:
    path = mailed_path(owner)

    first = client.get(path)
    page = client.get(CHOOSE)

    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert token_in(path) not in page.content.decode() + first.headers["Location"]


@pytest.mark.requirement("SR-I02")
def test_session_that_holds_a_link_holds_only_its_hash(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    client.get(path)

    assert token_in(path) not in str(client.session.items())


def test_link_sets_the_password_once(client: Client, owner: User) -> None:
    client.get(mailed_path(owner))

    first = client.post(CHOOSE, {"new": NEW})
    second = client.post(CHOOSE, {"new": "Hut3fiets9maan"})
    owner.refresh_from_db()

    assert (first.status_code, first["Location"], second.status_code) == (302, "/inloggen/", 410)
    assert owner.check_password(NEW)


@pytest.mark.requirement("SR-A09")
def test_new_password_by_link_ends_sessions_devices_and_other_links(client: Client, owner: User) -> None:
    elsewhere = Client()
    elsewhere.post("/inloggen/", {"email": ADDRESS, "password": factories.PASSWORD})
    other_path = mailed_path(owner)
    client.get(mailed_path(owner))

    client.post(CHOOSE, {"new": NEW})

    assert elsewhere.get("/account/").status_code == 302
    assert not Session.objects.filter(user=owner).exists()
    assert not KnownDevice.objects.filter(user=owner).exists()
    assert client.get(other_path, follow=True).status_code == 410
    assert newest_mail().purpose == "password_changed"


def unknown(_owner: User) -> str:
    return f"/link/password_reset/{new_token()}/"


def used(owner: User) -> str:
    path = mailed_path(owner)
    redeem_link(token_hash=hash_of(token_in(path)), purpose=RESET, password=NEW)
    return path


def too_old(owner: User) -> str:
    path = mailed_path(owner)
    MailToken.objects.update(expires_at=Now())
    return path


def ended(owner: User) -> str:
    path = mailed_path(owner)
    MailToken.objects.update(ended_at=Now())
    return path


def of_another_purpose(owner: User) -> str:
    return mailed_path(owner).replace("password_reset", "activation")


def of_a_purpose_that_does_not_exist(owner: User) -> str:
    return mailed_path(owner).replace("password_reset", "anything")


def sent_to_an_address_of_before(owner: User) -> str:
    path = mailed_path(owner)
    owner.set_email("nieuw@voorbeeldschool.example")
    owner.save()
    return path


def of_a_closed_account(owner: User) -> str:
    path = mailed_path(owner)
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    return path


BAD_LINKS = [
    unknown,
    used,
    too_old,
    ended,
    of_another_purpose,
    of_a_purpose_that_does_not_exist,
    sent_to_an_address_of_before,
    of_a_closed_account,
]


@pytest.mark.requirement("SR-C02")
@pytest.mark.parametrize("bad", BAD_LINKS)
def test_every_bad_link_gets_the_same_page(client: Client, owner: User, bad: Any) -> None:
    path = bad(owner)
    expected = Client().get(unknown(owner), follow=True)

    response = client.get(path, follow=True)

    def without_reference(page: Any) -> str:
        return re.sub(r"[0-9a-f]{16}|value=\"\w{64}\"", "", page.content.decode())

    assert (response.status_code, without_reference(response)) == (410, without_reference(expected))


@pytest.mark.requirement("SR-C02")
@pytest.mark.parametrize("bad", [bad for bad in BAD_LINKS if bad is not of_a_purpose_that_does_not_exist])
def test_bad_link_is_not_redeemed_either(owner: User, bad: Any) -> None:
    path = bad(owner)
    purpose = TokenPurpose.ACTIVATION if "activation" in path else RESET

    with pytest.raises(LinkUnusable):
        redeem_link(token_hash=hash_of(token_in(path)), purpose=purpose, password=NEW)


@pytest.mark.requirement("SR-C03")
@pytest.mark.django_db(transaction=True)
def test_of_twenty_uses_at_once_exactly_one_succeeds() -> None:
    user = factories.make_user(email=ADDRESS)
    token_hash = hash_of(token_in(mailed_path(user)))

    def use(number: int) -> int | None:
        try:
            redeem_link(token_hash=token_hash, purpose=RESET, password=f"Vis4kano8brug{number}")
        except LinkUnusable:
            return None
        return number

    outcomes = many_at_once(20, use)

    (winner,) = [number for number in outcomes if number is not None]
    user.refresh_from_db()
    with unscoped("a test reads the trail"):
        entries = AuditEntry.objects.get_queryset().filter(event="accounts.password_changed").count()
    assert (len(outcomes), entries) == (20, 1)
    assert user.check_password(f"Vis4kano8brug{winner}")
    assert OutgoingMail.objects.filter(purpose="password_changed").count() == 1


@pytest.mark.requirement("SR-C03")
def test_use_that_fails_halfway_leaves_the_link_unused(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token_hash = hash_of(token_in(mailed_path(owner)))
    monkeypatch.setattr("accounts.actions.tokens.events.PASSWORD_CHANGED", "nobody.named.this")

    with pytest.raises(LookupError):
        redeem_link(token_hash=token_hash, purpose=RESET, password=NEW)
    owner.refresh_from_db()

    assert MailToken.objects.live().count() == 1
    assert owner.check_password(factories.PASSWORD)


@pytest.mark.requirement("SR-C05")
@pytest.mark.parametrize(
    ("purpose", "lifetime"), [(RESET, timedelta(hours=1)), (TokenPurpose.ACTIVATION, timedelta(days=7))]
)
def test_link_lives_as_long_as_its_purpose_asks(owner: User, purpose: TokenPurpose, lifetime: timedelta) -> None:
    mail_link(user=owner, purpose=purpose)

    token = MailToken.objects.get()

    assert token.expires_at - token.created_at == lifetime


@pytest.mark.requirement("SR-C05")
@pytest.mark.requirement("SR-C07")
def test_fourth_link_within_the_hour_is_not_mailed_and_ends_no_other(owner: User) -> None:
    mailed = [mail_link(user=owner, purpose=RESET) for _ in range(4)]

    assert mailed == [True, True, True, False]
    assert (MailToken.objects.live().count(), OutgoingMail.objects.count()) == (3, 3)


@pytest.mark.requirement("SR-C05")
def test_no_more_than_three_links_live_at_once(owner: User) -> None:
    for _ in range(3):
        mail_link(user=owner, purpose=TokenPurpose.ACTIVATION)
    MailToken.objects.update(created_at=Now() - timedelta(hours=2))

    assert mail_link(user=owner, purpose=TokenPurpose.ACTIVATION) is False


def test_weak_password_is_refused_and_the_link_still_works(client: Client, owner: User) -> None:
    client.get(mailed_path(owner))

    refused = client.post(CHOOSE, {"new": "Welkom01"})
    accepted = client.post(CHOOSE, {"new": NEW})

    assert (refused.status_code, accepted.status_code) == (200, 302)


@pytest.mark.requirement("SR-C03")
@pytest.mark.django_db(transaction=True)
def test_of_two_links_of_one_account_used_at_once_one_works(owner: User) -> None:
    for turn in range(3):
        tokens = [MailToken.issue(owner, TokenPurpose.PASSWORD_RESET) for _ in range(2)]

        def use(number: int, tokens: list[str] = tokens, turn: int = turn) -> str:
            try:
                redeem_link(
                    token_hash=hash_of(tokens[number]),
                    purpose=TokenPurpose.PASSWORD_RESET,
                    password=f"Kip{turn}boot{number}tak",
                )
            except LinkUnusable:
                return "gone"
            return "used"

        assert sorted(many_at_once(2, use)) == ["gone", "used"]
