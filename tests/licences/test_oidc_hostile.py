"""Sign-in requests that nobody honest sends (SR-F01 to F04, F08, F10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction
from licences.models import AuthorizationCode, Launch
from tests import factories
from tests.licences.factories import assign_to, make_licence, make_material, make_participant, share
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, Pupil, School


def code_for(party: RelyingParty, browser: Client, material: LearningMaterial) -> str:
    return query_of(party.authorise(browser, click(browser, material)))["code"]


@pytest.mark.requirement("SR-F01")
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "S512"},
    ],
)
def test_request_without_a_proper_challenge_gets_no_code(
    browser: Client, material: LearningMaterial, changes: dict[str, str | None]
) -> None:
    answer = RelyingParty(material.participant).authorise(browser, click(browser, material), **changes)

    assert query_of(answer)["error"] == "invalid_request"
    assert "code" not in query_of(answer)


@pytest.mark.requirement("SR-F01")
@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "code token", "none", ""])
def test_no_flow_but_the_code_flow_is_served(browser: Client, material: LearningMaterial, response_type: str) -> None:
    answer = RelyingParty(material.participant).authorise(
        browser, click(browser, material), response_type=response_type
    )

    words = query_of(answer)
    assert words["error"] in {"unsupported_response_type", "unauthorized_client", "invalid_request"}
    assert "code" not in words


@pytest.mark.requirement("SR-F01")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "x" * 64}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"code": "x" * 30}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.test/callback"}, "invalid_request"),
    ],
)
def test_exchange_that_lacks_something_gets_no_token(
    browser: Client, machine: Client, material: LearningMaterial, changes: dict[str, str | None], error: str
) -> None:
    party = RelyingParty(material.participant)
    code = code_for(party, browser, material)

    given: dict[str, Any] = {"code": code, **changes}
    answer = party.exchange(machine, **given)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not Token.objects.exists()


@pytest.mark.requirement("SR-F02")
@pytest.mark.parametrize(
    "twist",
    [
        lambda uri: uri + "/",
        lambda uri: uri.upper(),
        lambda uri: uri.replace("https", "http"),
        lambda uri: uri.replace(".example", ".example:443"),
        lambda uri: uri + "?a=1",
        lambda uri: uri + "#x",
        lambda uri: uri.replace("https://", "https://a@b@"),
        lambda uri: uri.replace("https://", "https://x."),
        lambda uri: uri.replace("/callback", "/..;/callback"),
        lambda uri: uri.replace("/callback", "/%2e%2e/callback"),
        lambda uri: uri + "x",
        lambda uri: uri[:-1],
        lambda _uri: "https://localhost/callback",
        lambda _uri: "http://127.0.0.1/callback",
        lambda _uri: "javascript:alert(1)",
        lambda _uri: "//evil.test/callback",
        lambda _uri: "",
        lambda _uri: None,
    ],
)
def test_address_that_is_not_registered_to_the_letter_is_never_redirected_to(
    browser: Client, material: LearningMaterial, twist: object
) -> None:
    party = RelyingParty(material.participant)
    hint = click(browser, material)
    assert callable(twist)

    answer = party.authorise(browser, hint, redirect_uri=twist(party.redirect_uri))

    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("SR-F02")
def test_two_addresses_in_one_request_are_never_redirected_to(browser: Client, material: LearningMaterial) -> None:
    party = RelyingParty(material.participant)
    twice = f"redirect_uri={party.redirect_uri}&redirect_uri=https://evil.test/"

    answer = browser.get(
        f"{reverse('licences:oidc-authorize')}?client_id={party.client_id}&response_type=code&scope=openid&{twice}"
    )

    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("SR-F02")
@pytest.mark.parametrize("client_id", ["", "unknown", None])
def test_unknown_client_gets_our_own_page(browser: Client, material: LearningMaterial, client_id: str | None) -> None:
    answer = RelyingParty(material.participant).authorise(browser, click(browser, material), client_id=client_id)

    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.requirement("SR-F03")
def test_second_use_of_a_code_is_refused_and_withdraws_the_first_token(
    browser: Client, machine: Client, material: LearningMaterial, school: School
) -> None:
    party = RelyingParty(material.participant)
    code = code_for(party, browser, material)
    token = party.exchange(machine, code).json()["access_token"]
    assert party.userinfo(machine, token).status_code == 200

    again = party.exchange(machine, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(machine, token).status_code == 401
    with school_transaction(school):
        assert AuditEntry.objects.for_school(school).filter(event="licences.code.replayed").count() == 1


@pytest.mark.requirement("SR-F03")
def test_code_lives_sixty_seconds_by_the_clock_of_the_database(
    browser: Client, machine: Client, material: LearningMaterial, school: School
) -> None:
    party = RelyingParty(material.participant)
    code = code_for(party, browser, material)
    with school_transaction(school):
        row = AuthorizationCode.objects.for_school(school).get()
        assert timedelta(seconds=58) < row.expires_at - timezone.now() <= timedelta(seconds=60)
        AuthorizationCode.objects.for_school(school).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert party.exchange(machine, code).json()["error"] == "invalid_grant"


@pytest.mark.requirement("SR-F03")
def test_code_is_kept_as_a_hash_only(browser: Client, material: LearningMaterial, school: School) -> None:
    code = code_for(RelyingParty(material.participant), browser, material)

    with school_transaction(school):
        row = AuthorizationCode.objects.for_school(school).values().get()
    assert code not in str(row)


@pytest.mark.requirement("SR-F03")
def test_code_of_one_publisher_opens_nothing_for_another(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    party = RelyingParty(material.participant)
    thief = RelyingParty(make_participant())
    code = code_for(party, browser, material)

    stolen = thief.exchange(machine, code, code_verifier=party.verifier, redirect_uri=party.redirect_uri)

    assert stolen.json()["error"] == "invalid_grant"
    assert party.exchange(machine, code).status_code == 200


@pytest.mark.requirement("SR-F08")
@pytest.mark.parametrize("secret", ["", "wrong", None])
def test_wrong_secret_is_refused(
    browser: Client, machine: Client, material: LearningMaterial, secret: str | None
) -> None:
    party = RelyingParty(material.participant)
    code = code_for(party, browser, material)

    answer = party.exchange(machine, code, client_secret=secret)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.requirement("SR-F04")
def test_token_is_opaque_lives_ten_minutes_and_is_kept_as_a_hash(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    party = RelyingParty(material.participant)
    answer = party.exchange(machine, code_for(party, browser, material)).json()

    row = Token.objects.get()
    assert answer["expires_in"] == 600
    assert "refresh_token" not in answer
    assert "." not in answer["access_token"]
    assert answer["access_token"] not in str(Token.objects.values().get())
    assert row.expires_at is not None
    assert row.expires_at <= timezone.now() + timedelta(minutes=10)


@pytest.mark.requirement("SR-F10")
def test_silent_request_without_session_is_told_to_sign_in(machine: Client, material: LearningMaterial) -> None:
    answer = RelyingParty(material.participant).authorise(machine, prompt="none")

    assert query_of(answer)["error"] == "login_required"


def test_stranger_is_told_to_open_the_material_from_the_portal(machine: Client, material: LearningMaterial) -> None:
    answer = RelyingParty(material.participant).authorise(machine)

    assert answer.status_code == 403
    assert "Location" not in answer


@pytest.mark.requirement("SR-F09")
def test_launch_of_another_session_opens_nothing(
    browser: Client, material: LearningMaterial, school: School, group: Group
) -> None:
    hint = click(browser, material)
    other = Client()
    other.force_login(factories.make_pupil_user(factories.make_pupil(school, group)))

    assert RelyingParty(material.participant).authorise(other, hint).status_code == 403


@pytest.mark.requirement("SR-F09")
def test_launch_opens_once(browser: Client, material: LearningMaterial) -> None:
    hint = click(browser, material)
    assert RelyingParty(material.participant).authorise(browser, hint).status_code == 302

    assert RelyingParty(material.participant).authorise(browser, hint).status_code == 403


def test_launch_lives_two_minutes(browser: Client, material: LearningMaterial, school: School) -> None:
    hint = click(browser, material)
    with school_transaction(school):
        Launch.objects.for_school(school).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert RelyingParty(material.participant).authorise(browser, hint).status_code == 403


def test_bookmark_at_the_publisher_signs_in_without_a_click(browser: Client, material: LearningMaterial) -> None:
    answer = RelyingParty(material.participant).authorise(browser)

    assert "code" in query_of(answer)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "x" * 5000])
def test_userinfo_without_a_living_token_says_nothing(machine: Client, pupil: Pupil, header: str) -> None:
    answer = machine.get(reverse("licences:oidc-userinfo"), headers={"Authorization": header})

    assert answer.status_code == 401
    assert pupil.first_name not in answer.content.decode()


@pytest.mark.requirement("SR-A05")
def test_bookmark_of_who_was_invited_with_an_account_is_a_first_visit_to_the_school(
    agreed: School, coordinator: User
) -> None:
    material, guest = make_material(), factories.make_user()
    assign_to(make_licence(agreed, material), coordinator, all_staff=True)
    share(agreed, material.participant, coordinator)
    factories.make_role(guest, "teacher", agreed, called="Wie Dan")
    browser = Client()
    browser.force_login(guest)

    answer = RelyingParty(material.participant).authorise(browser)

    assert "code" in query_of(answer)
    with school_transaction(agreed):
        assert not Role.objects.for_school(agreed).exclude(called="").exists()
