"""A publisher in a test: what a standard client sends and checks."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from tests.licences.factories import SECRET

if TYPE_CHECKING:
    from django.test import Client

    from licences.models import LearningMaterial, Participant


class RelyingParty:
    """One sign-in at one publisher."""

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        assert participant.client is not None
        self.client_id = participant.client.id
        self.redirect_uri = participant.client.get_redirect_uris()[0]
        self.verifier = secrets.token_urlsafe(48)
        self.state, self.nonce = secrets.token_urlsafe(8), secrets.token_urlsafe(8)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def authorise(self, browser: Client, hint: str = "", **changes: str | None) -> Any:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "login_hint": hint or None,
            **changes,
        }
        words = {name: value for name, value in asked.items() if value is not None}
        return browser.get(reverse("licences:oidc-authorize"), words)

    def exchange(self, machine: Client, code: str, **changes: str | None) -> Any:
        sent: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            "client_id": self.client_id,
            "client_secret": SECRET,
            **changes,
        }
        words = {name: value for name, value in sent.items() if value is not None}
        return machine.post(reverse("licences:oidc-token"), words)

    def userinfo(self, machine: Client, token: str) -> Any:
        return machine.get(reverse("licences:oidc-userinfo"), headers={"Authorization": f"Bearer {token}"})


def query_of(response: Any) -> dict[str, str]:
    """The words in the address that an answer redirects to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def click(browser: Client, material: LearningMaterial) -> str:
    """Click a pupil's tile and give the launch it made."""
    return query_of(browser.post(reverse("licences:open", args=[material.pk])))["login_hint"]
