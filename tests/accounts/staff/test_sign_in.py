"""Staff sign in with address and password; nobody else does, and nobody is locked out."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import FailureCounter, Session
from accounts.models.token import new_token
from basispoort.audit.models import AuditEntry
from basispoort.lib import hashers
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School

ADDRESS = "demo@voorbeeldschool.example"
URL = "/inloggen/"


def attempt(client: Client, password: str = factories.PASSWORD, email: str = ADDRESS, **data: str) -> Any:
    return client.post(URL, {"email": email, "password": password} | data)


def fail(client: Client, times: int) -> None:
    for _ in range(times):
        attempt(client, "Fout1fout2")


def test_right_password_leads_to_the_school(client: Client, owner: User, school: School) -> None:  # noqa: ARG001 - signs in
    response = client.post(URL, {"email": ADDRESS.upper(), "password": factories.PASSWORD}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("accounts:school", args=[school])
    assert school.name in response.content.decode()


@pytest.mark.requirement("SR-A05")
def test_wrong_password_unknown_address_and_inactive_account_get_the_same_page(client: Client, owner: User) -> None:
    inactive = factories.make_user(email="weg@voorbeeldschool.example")
    inactive.is_active = False
    inactive.save(update_fields=["is_active"])
    pages = {
        attempt(client, password, email).content.decode().replace(email, "").split("csrfmiddlewaretoken")[0]
        for password, email in [
            ("Fout1fout2", ADDRESS),
            (factories.PASSWORD, "niemand@voorbeeldschool.example"),
            (factories.PASSWORD, str(inactive.email)),
        ]
    }

    assert owner.is_active
    assert len(pages) == 1


@pytest.mark.requirement("SR-A06")
def test_session_key_from_before_sign_in_is_dead_afterwards(client: Client, owner: User) -> None:  # noqa: ARG001 - signs in
    client.get(f"/link/password_reset/{new_token()}/")
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    attempt(client)
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    other = client.__class__()

    assert before != after
    other.cookies[settings.SESSION_COOKIE_NAME] = before
    assert other.get("/account/").status_code == 302


@pytest.mark.requirement("SR-I02")
def test_table_of_sessions_holds_no_key_that_opens_one(client: Client, owner: User) -> None:
    attempt(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    keys = list(Session.objects.filter(user=owner).values_list("session_key", flat=True))

    assert len(keys) == 1
    assert cookie not in keys
    client.cookies[settings.SESSION_COOKIE_NAME] = keys[0]
    assert client.get("/account/").status_code == 302


@pytest.mark.requirement("SR-K02")
def test_known_device_gets_in_at_once_while_a_stranger_fails(client: Client, owner: User) -> None:  # noqa: ARG001 - signs in
    attempt(client)
    client.post("/uitloggen/")
    fail(client.__class__(), 8)

    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-K01")
def test_success_takes_its_own_count_back(client: Client, owner: User) -> None:  # noqa: ARG001 - signs in
    attempt(client)

    assert FailureCounter.objects.get(key=FailureCounter.key_of("account", ADDRESS, "unknown")).count == 0


@pytest.mark.requirement("SR-A01")
def test_password_of_more_than_128_characters_is_refused_like_any_other(client: Client, owner: User) -> None:  # noqa: ARG001 - is tried
    assert attempt(client, "a1" * 100).status_code == 200


@pytest.mark.requirement("SR-A08")
def test_sign_out_ends_the_session_for_good(client: Client, owner: User) -> None:
    attempt(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    asked = client.get("/uitloggen/").status_code
    response = client.post("/uitloggen/")
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    assert asked == 200
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/account/").status_code == 302
    assert not Session.objects.filter(user=owner).exists()


@pytest.mark.requirement("SR-F07")
@pytest.mark.parametrize(
    "target",
    ["//evil.test", "/\\evil.test", "https:evil.test", "javascript:alert(1)", "https://evil.test/", "/\t/evil"],
)
def test_sign_in_never_leads_outside(client: Client, owner: User, target: str) -> None:  # noqa: ARG001 - signs in
    assert attempt(client, next=target).headers["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client: Client, owner: User) -> None:  # noqa: ARG001 - signs in
    assert attempt(client, next="/account/").headers["Location"] == "/account/"


@pytest.mark.django_db
def test_form_sent_after_the_session_ended_leads_back_to_its_page_and_not_to_the_act(client: Client) -> None:
    act = "/school/99XX00/verwerkersovereenkomst/akkoord/"
    page = f"{settings.BASE_URL}/school/99XX00/verwerkersovereenkomst/"

    known = client.post(act, headers={"referer": page}).headers["Location"]
    unknown = client.post(act).headers["Location"]

    assert (known, unknown) == ("/inloggen/?next=%2Fschool%2F99XX00%2Fverwerkersovereenkomst%2F", "/inloggen/")


@pytest.mark.requirement("SR-J02")
def test_success_and_failure_stand_in_the_trail(client: Client, owner: User) -> None:
    fail(client, 1)
    attempt(client)

    with unscoped("a test reads the trail"):
        entries = list(AuditEntry.objects.get_queryset().order_by("at").values_list("event", "actor_id", "outcome"))

    assert entries == [("accounts.sign_in_failed", None, "failed"), ("accounts.signed_in", owner.pk, "done")]


@pytest.mark.requirement("SR-A10")
def test_account_that_is_closed_is_out_at_the_next_request(client: Client, owner: User) -> None:
    attempt(client)
    owner.is_active = False
    owner.save(update_fields=["is_active"])

    assert client.get("/account/").status_code == 302


@pytest.mark.requirement("SR-A09")
def test_new_password_ends_all_other_sessions(client: Client, owner: User) -> None:
    elsewhere = client.__class__()
    attempt(elsewhere)
    attempt(client)

    response = client.post("/account/", {"current": factories.PASSWORD, "new": "Vis4kano8brug"})
    owner.refresh_from_db()

    assert response.status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert owner.check_password("Vis4kano8brug")


@pytest.mark.requirement("SR-B05")
def test_extra_fields_of_a_form_change_nothing(client: Client, owner: User) -> None:
    attempt(client)

    client.post(
        "/account/",
        {
            "first_name": "A",
            "last_name": "B",
            "language": "en",
            "kind": "portal",
            "is_active": "",
            "email": "x@y.example",
        },
    )
    owner.refresh_from_db()

    assert (owner.first_name, owner.kind, owner.is_active, owner.email) == ("A", "staff", True, ADDRESS)


@pytest.mark.requirement("SR-K01")
@pytest.mark.django_db(transaction=True)
def test_tries_in_parallel_cannot_pass_the_limit() -> None:
    factories.make_user(email=ADDRESS)
    before = hashers.computed()

    many_at_once(10, lambda _number: attempt(Client(), "Fout1fout2"))

    assert hashers.computed() - before == 4


@pytest.mark.requirement("SR-A03")
def test_try_for_which_no_core_was_free_says_so_and_is_not_counted(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashers, "WAIT_SECONDS", 0)
    with ExitStack() as busy:
        for _ in range(os.cpu_count() or 1):
            busy.enter_context(hashers._slot())
        response = attempt(client)

    assert owner.is_active
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert FailureCounter.objects.get(key=FailureCounter.key_of("account", ADDRESS, "unknown")).count == 0
    assert attempt(client).status_code == 302


@pytest.mark.parametrize(("chosen", "language"), [("", "nl"), ("en", "en")])
def test_language_chosen_before_signing_in_stays(client: Client, owner: User, chosen: str, language: str) -> None:
    assert owner.language == "nl"
    if chosen:
        client.post("/taal/", {"language": chosen, "next": "/inloggen/"})

    attempt(client)

    assert client.get("/account/").headers["Content-Language"] == language
