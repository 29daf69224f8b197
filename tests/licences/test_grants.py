"""Sign-ins under way end with the access of the person (SR-A09, A10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.idp.oidc.models import Token
from django.db.models.functions import Now
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.actions.codes import reset_codes
from accounts.actions.passwords import end_everything
from accounts.actions.second_step import factor_added
from accounts.sessions import SessionStore
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction
from licences.models import Launch, Participant, ParticipantState
from tests import factories
from tests.conftest import PortalClient
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, Pupil, School


def staff_code(party: RelyingParty, user: User, material: LearningMaterial, school: School) -> str:
    """Let a staff member open the material up to the code."""
    browser = Client()
    browser.force_login(user)
    address = reverse("licences:staff-open", args=[school.code, material.pk])
    return query_of(party.authorise(browser, query_of(browser.post(address))["login_hint"]))["code"]


def new_code(school: School, pupil: Pupil, coordinator: User) -> None:
    with school_transaction(school):
        reset_codes(school=school, pupils=[pupil], acting_user=coordinator)


@pytest.mark.requirement("SR-A09")
def test_code_of_a_staff_member_ends_with_the_password(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User
) -> None:
    party = RelyingParty(material.participant)
    code = staff_code(party, teacher, material, agreed)

    end_everything(teacher)

    assert party.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-A09")
def test_token_of_a_staff_member_ends_with_the_password(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User
) -> None:
    party = RelyingParty(material.participant)
    token = party.exchange(machine, staff_code(party, teacher, material, agreed)).json()["access_token"]
    assert party.userinfo(machine, token).status_code == 200

    end_everything(teacher)

    assert party.userinfo(machine, token).status_code == 401
    assert not Token.objects.filter(user=teacher).exists()


def change_address(user: User) -> None:
    """Ask for another address and open the link that came there."""
    browser = PortalClient()
    browser.force_login(user)
    browser.post(reverse("accounts:address"), {"email": "nieuw@voorbeeldschool.example"})
    mail = OutgoingMail.objects.get(purpose="address_confirm")
    link = re.search(r"/link/address_change/[^\s\"]+", str(mail.text))
    assert link is not None
    opened = Client()
    opened.get(link.group())
    opened.post("/adres-bevestigen/")


def remove_app(user: User) -> None:
    """Set an app up and take it away again, with the sessions of a browser of its own."""
    browser = PortalClient()
    browser.force_login(user)
    assert browser.post(reverse("accounts:app-remove")).status_code == 302


def add_passkey(user: User) -> None:
    """Tell of a new passkey, as the view does once the browser proved it."""
    request: Any = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    request.session.save()
    factor_added(request=request, user=user, device=factories.make_app(user), kind="passkey")


@pytest.mark.requirement("SR-A09")
@pytest.mark.parametrize("act", [change_address, remove_app, add_passkey])
def test_code_and_token_of_a_staff_member_end_with_address_and_second_step(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User, act: Callable[[User], None]
) -> None:
    if act is remove_app:
        factories.make_app(teacher)
    party, waiting = RelyingParty(material.participant), RelyingParty(material.participant)
    token = party.exchange(machine, staff_code(party, teacher, material, agreed)).json()["access_token"]
    code = staff_code(waiting, teacher, material, agreed)
    assert party.userinfo(machine, token).status_code == 200

    act(teacher)

    assert party.userinfo(machine, token).status_code == 401
    assert waiting.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-A09")
def test_code_of_a_pupil_ends_with_the_old_pincode(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, pupil: Pupil, coordinator: User
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    new_code(agreed, pupil, coordinator)

    assert party.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-A09")
def test_token_of_a_pupil_ends_with_the_old_pincode(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, pupil: Pupil, coordinator: User
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["access_token"]

    new_code(agreed, pupil, coordinator)

    assert party.userinfo(machine, token).status_code == 401


def test_clicked_tile_ends_with_the_old_pincode(
    browser: Client, material: LearningMaterial, agreed: School, pupil: Pupil, coordinator: User
) -> None:
    hint = click(browser, material)

    new_code(agreed, pupil, coordinator)

    with school_transaction(agreed):
        assert not Launch.objects.for_school(agreed).filter(pk=hint, expires_at__gt=Now()).exists()


@pytest.mark.requirement("SR-A09")
def test_nothing_ends_for_anybody_else(
    browser: Client, machine: Client, material: LearningMaterial, agreed: School, group: Group, coordinator: User
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    new_code(agreed, factories.make_pupil(agreed, group), coordinator)
    end_everything(coordinator)

    assert party.exchange(machine, code).status_code == 200


@pytest.mark.requirement("SR-A10")
@pytest.mark.requirement("SR-F06")
def test_code_of_a_staff_member_ends_with_the_role(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User
) -> None:
    party = RelyingParty(material.participant)
    code = staff_code(party, teacher, material, agreed)

    factories.end_roles(teacher)

    assert party.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-A10")
@pytest.mark.requirement("SR-F06")
@pytest.mark.parametrize("end", ["role", "account"])
def test_token_of_a_staff_member_ends_with_role_and_account(
    machine: Client, material: LearningMaterial, agreed: School, teacher: User, end: str
) -> None:
    party = RelyingParty(material.participant)
    token = party.exchange(machine, staff_code(party, teacher, material, agreed)).json()["access_token"]

    if end == "role":
        factories.end_roles(teacher)
    else:
        type(teacher).objects.filter(pk=teacher.pk).update(is_active=False)

    assert party.userinfo(machine, token).status_code == 401


@pytest.mark.requirement("SR-F06")
def test_publisher_that_is_suspended_gets_no_token_for_its_code(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    Participant.objects.filter(pk=party.participant.pk).update(state=ParticipantState.SUSPENDED)

    assert party.exchange(machine, code).status_code == 400
    assert not Token.objects.exists()
