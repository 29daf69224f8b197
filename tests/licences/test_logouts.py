"""Publishers hear that somebody signed out (OpenID Connect Back-Channel Logout 1.0; SR-A08)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from django.conf import settings as portal
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.actions.codes import reset_codes
from accounts.actions.passwords import end_everything
from accounts.models import Session
from accounts.sessions import SessionStore, stored_key
from basispoort.lib.tenancy import school_transaction
from licences.actions.logouts import sweep_logouts
from tests.licences.receiver import Receiver, listen_at, open_as_teacher, open_material, rows, send_all, states
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Pupil, School

EVENT = "http://schemas.openid.net/event/backchannel-logout"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("SR-A08")
def test_publisher_gets_a_logout_token_when_the_pupil_signs_out(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    opened = open_material(browser, machine, material)
    begun = int(time.time())

    browser.post(reverse("accounts:pupil-sign-out"))
    assert send_all() == ["sent"]

    (claims,) = receiver.claims()
    assert material.participant.client_id == claims["aud"]
    assert (claims["iss"], claims["sub"], claims["sid"]) == (portal.BASE_URL, opened["sub"], opened["sid"])
    assert claims["events"] == {EVENT: {}}
    assert begun <= claims["iat"] <= int(time.time())
    assert claims["exp"] == claims["iat"] + 120
    assert len(claims["jti"]) == 32
    assert set(claims) == {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"}


def test_token_says_by_its_header_what_it_is_and_which_key_signed_it(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    browser.post(reverse("accounts:pupil-sign-out"))
    send_all()

    header = jwt.get_unverified_header(receiver.tokens[0])
    keys = machine.get(reverse("licences:oidc-jwks")).json()["keys"]
    assert (header["typ"], header["alg"]) == ("logout+jwt", "RS256")
    assert header["kid"] in {key["kid"] for key in keys}


def test_nothing_is_sent_while_the_session_runs(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)

    assert send_all() == ["open"]
    assert sweep_logouts() == {"ended": 0, "woken": 0, "given up": 0}
    assert receiver.tokens == []


def test_same_session_opens_twice_and_is_one_sign_in(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    first, second = (open_material(browser, machine, material) for _ in range(2))
    browser.post(reverse("accounts:pupil-sign-out"))
    send_all()

    assert first["sid"] == second["sid"]
    assert len(receiver.tokens) == 1


def test_publisher_without_an_address_is_not_told(browser: Client, machine: Client, material: LearningMaterial) -> None:
    opened = open_material(browser, machine, material)

    browser.post(reverse("accounts:pupil-sign-out"))

    assert (len(opened["sid"]), rows()) == (64, [])


@pytest.mark.requirement("SR-F05")
def test_two_publishers_get_numbers_of_a_session_that_they_cannot_compare(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, coordinator: User, group: Any
) -> None:
    from tests.licences.factories import make_ready  # noqa: PLC0415 - this test alone needs a second publisher

    other = make_ready(agreed, group, coordinator)

    assert open_material(browser, machine, material)["sid"] != open_material(browser, machine, other)["sid"]


@pytest.mark.requirement("SR-A08")
def test_session_that_ends_by_itself_is_told_by_the_sweeper(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    Session.objects.update(expire_date=Now() - timedelta(seconds=1))

    assert sweep_logouts()["ended"] == 1
    assert send_all() == ["sent"]
    assert len(receiver.tokens) == 1


@pytest.mark.requirement("SR-A09")
@pytest.mark.parametrize("act", ["other sessions", "one session", "everything"])
def test_publisher_is_told_when_a_teacher_ends_sessions(
    machine: Client,
    material: LearningMaterial,
    agreed: School,
    teacher: User,
    receiver: Receiver,
    act: str,
) -> None:
    there = open_as_teacher(machine, material, agreed, teacher)
    here = Client()
    here.force_login(teacher)

    if act == "everything":
        end_everything(teacher)
    elif act == "other sessions":
        here.post(reverse("accounts:sessions-end"))
    else:
        from accounts.actions.sessions import public_id  # noqa: PLC0415 - only here

        number = public_id(stored_key(there.cookies[portal.SESSION_COOKIE_NAME].value))
        here.post(reverse("accounts:session-end", args=[number]))

    assert send_all() == ["sent"]
    assert len(receiver.tokens) == 1


@pytest.mark.requirement("SR-A09")
def test_publisher_is_told_when_a_pupil_gets_a_new_code(
    browser: Client,
    machine: Client,
    material: LearningMaterial,
    agreed: School,
    pupil: Pupil,
    coordinator: User,
    receiver: Receiver,
) -> None:
    open_material(browser, machine, material)

    with school_transaction(agreed):
        reset_codes(school=agreed, pupils=[pupil], acting_user=coordinator)

    assert send_all() == ["sent"]
    assert len(receiver.tokens) == 1


def test_sign_out_that_is_rolled_back_tells_nobody(
    browser: Client, machine: Client, material: LearningMaterial, pupil_user: User
) -> None:
    listen_at(material, "https://uitgever.example/uit")
    open_material(browser, machine, material)

    with transaction.atomic():
        end_everything(pupil_user)
        inside = states()
        transaction.set_rollback(True)

    assert inside == ["waiting"]
    assert states() == ["open"]


def test_sign_in_goes_on_with_a_session_that_gets_a_new_key(
    browser: Client, machine: Client, material: LearningMaterial, receiver: Receiver
) -> None:
    open_material(browser, machine, material)
    store = SessionStore(browser.cookies[portal.SESSION_COOKIE_NAME].value)
    store.cycle_key()
    store.save()

    before = sweep_logouts()["ended"]
    SessionStore(store.session_key).flush()
    send_all()

    assert (before, len(receiver.tokens)) == (0, 1)


def test_material_that_is_opened_again_before_the_word_went_out_is_not_signed_out(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User, receiver: Receiver
) -> None:
    there = open_as_teacher(machine, material, agreed, teacher)
    session = stored_key(there.cookies[portal.SESSION_COOKIE_NAME].value)
    end_everything(teacher, but_session=session)
    assert states() == ["waiting"]

    party = RelyingParty(material.participant)
    address = reverse("licences:staff-open", args=[agreed.code, material.pk])
    code = query_of(party.authorise(there, query_of(there.post(address))["login_hint"]))["code"]
    party.exchange(machine, code)

    assert send_all() == ["open"]
    assert receiver.tokens == []


@pytest.mark.requirement("SR-A08")
@pytest.mark.requirement("SR-F03")
def test_code_that_was_not_used_ends_with_the_session(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    browser.post(reverse("accounts:pupil-sign-out"))

    assert party.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-A08")
def test_token_ends_with_the_session_and_another_sessions_does_not(
    browser: Client, machine: Client, material: LearningMaterial, pupil_user: User
) -> None:
    other = Client()
    other.force_login(pupil_user)
    tokens = []
    party = RelyingParty(material.participant)
    for one in (browser, other):
        code = query_of(party.authorise(one, click(one, material)))["code"]
        tokens.append(party.exchange(machine, code).json()["access_token"])

    browser.post(reverse("accounts:pupil-sign-out"))

    assert [party.userinfo(machine, token).status_code for token in tokens] == [401, 200]


def test_discovery_tells_of_it(machine: Client) -> None:
    facts = machine.get(reverse("licences:oidc-configuration")).json()

    assert facts["backchannel_logout_supported"] is True
    assert facts["backchannel_logout_session_supported"] is True
