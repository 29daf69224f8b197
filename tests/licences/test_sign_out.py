"""Signing out because a publisher asks (OpenID Connect RP-Initiated Logout 1.0; SR-F07, F10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.licences.factories import make_participant
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from django.test import Client

    from licences.models import LearningMaterial

FOREIGN = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "https://uitgever.example/\r\nX: 1",
    "%2f%2fevil.example",
]


def words_for(browser: Client, machine: Client, material: LearningMaterial) -> dict[str, str]:
    """What an honest publisher sends: the ID token it received, its registered address, and a state."""
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["id_token"]
    assert material.participant.client is not None
    address = material.participant.client.get_post_logout_redirect_uris()[0]
    return {"id_token_hint": token, "post_logout_redirect_uri": address, "state": "abc"}


def is_signed_in(browser: Client) -> bool:
    return bool(browser.get(reverse("licences:tiles")).status_code == 200)


def sign_out(browser: Client, words: dict[str, str]) -> Any:
    return browser.post(reverse("licences:oidc-logout"), words)


@pytest.mark.requirement("SR-F10")
@pytest.mark.requirement("SR-A08")
def test_publisher_that_shows_the_id_token_gets_the_person_back_after_the_button(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    words = words_for(browser, machine, material)

    page = browser.get(reverse("licences:oidc-logout"), words)
    asked_first = page.status_code == 200 and is_signed_in(browser)
    answer = sign_out(browser, words)

    assert asked_first
    assert words["id_token_hint"] in page.content.decode()
    assert answer["Location"] == words["post_logout_redirect_uri"] + "?state=abc"
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_signed_in(browser)


@pytest.mark.requirement("SR-F10")
@pytest.mark.parametrize("hint", ["", "none", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
def test_request_without_a_valid_id_token_asks_first(browser: Client, material: LearningMaterial, hint: str) -> None:
    assert material.participant.client is not None
    words = {"client_id": material.participant.client.id, "id_token_hint": hint}

    page = browser.get(reverse("licences:oidc-logout"), words)

    assert page.status_code == 200
    assert "Location" not in page
    assert is_signed_in(browser)


@pytest.mark.requirement("SR-F07")
@pytest.mark.requirement("SR-F10")
@pytest.mark.parametrize("address", FOREIGN)
def test_address_that_is_not_registered_leads_to_our_own_start_page(
    browser: Client, machine: Client, material: LearningMaterial, address: str
) -> None:
    words = words_for(browser, machine, material) | {"post_logout_redirect_uri": address}

    assert sign_out(browser, words)["Location"] == reverse("home")


@pytest.mark.requirement("SR-F07")
def test_registered_address_of_another_publisher_leads_to_our_own_start_page(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    other = make_participant().client
    assert other is not None
    address = other.get_post_logout_redirect_uris()[0]
    words = words_for(browser, machine, material) | {"post_logout_redirect_uri": address}

    assert sign_out(browser, words)["Location"] == reverse("home")


@pytest.mark.requirement("SR-F07")
def test_id_token_of_one_publisher_does_not_speak_for_another(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    other = make_participant().client
    assert other is not None
    words = words_for(browser, machine, material) | {"client_id": other.id}

    assert sign_out(browser, words)["Location"] == reverse("home")


def test_stranger_goes_back_without_a_question(
    browser: Client, machine: Client, material: LearningMaterial, client: Client
) -> None:
    words = words_for(browser, machine, material)

    answer = client.get(reverse("licences:oidc-logout"), words)

    assert answer["Location"] == words["post_logout_redirect_uri"] + "?state=abc"
