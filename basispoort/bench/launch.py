"""A pupil's whole launch (tile, authorisation, token, userinfo) against the same flow with plain django-allauth.

Both sides make four requests through the same middleware, with the same session, the same client library and the same
two browsers; a bare page stands for plain allauth's tile. What makes the comparison hard on us: plain allauth keeps
codes in Redis, checks no school, licence, agreement or share, releases no field, and records nothing. Its client's
secret is hashed by one round, because a slow hash is no part of the protocol. What makes it easy on us: plain allauth
reads its private key anew at each ID token, which takes about two thirds of its time. It does so in use too, so it
belongs to the first figure; the second gives it the key as we have it, read once, and tells what our promises cost.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from allauth.core.internal import jwkkit
from allauth.idp.oidc.models import Client as OidcClient
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client, override_settings
from django.urls import reverse

from basispoort.bench import cast
from basispoort.bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licences.models import LearningMaterial

TIMES = 60
PLAIN_PATHS = ("/bench/plain/authorization", "/bench/plain/token", "/bench/plain/userinfo")
CALLBACK = "https://meting.example/callback"
KEPT = cache(jwkkit.load_jwk_from_pem)
PLAIN_ADAPTER = "allauth.idp.oidc.adapter.DefaultOIDCAdapter"


class OneRound(PBKDF2PasswordHasher):
    """A hash that takes no time, for plain allauth's secret."""

    algorithm = "one_round"
    iterations = 1


def make_plain_client() -> str:
    """Give the id of a client as plain allauth keeps it."""
    client = OidcClient(name="plain", skip_consent=True, redirect_uris=CALLBACK, scopes="openid")
    client.secret = OneRound().encode(cast.SECRET, "salt")
    client.save()
    return str(client.id)


def whole_launch(browser: Client, machine: Client, material: LearningMaterial) -> None:
    """Click the tile and do all that follows."""
    hint = words_of(browser.post(reverse("licences:open", args=[material.pk])))["login_hint"]
    participant = material.participant
    paths = (reverse("licences:oidc-authorize"), reverse("licences:oidc-token"), reverse("licences:oidc-userinfo"))
    sign_in(browser, machine, str(participant.client_id), paths, hint)


def words_of(answer: Any) -> dict[str, str]:  # noqa: ANN401 - a test client's answer
    """Give the words in the address that an answer redirects to; raises RuntimeError when it does not."""
    if answer.status_code != 302:
        message = f"No redirect but {answer.status_code}."
        raise RuntimeError(message)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def sign_in(browser: Client, machine: Client, client_id: str, paths: tuple[str, str, str], hint: str) -> None:
    """Do what a standard client does, and see that claims come back."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": hint,
    }
    code = words_of(browser.get(paths[0], asked))["code"]
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
        "client_id": client_id,
        "client_secret": cast.SECRET,
    }
    token = machine.post(paths[1], sent).json()["access_token"]
    claims = machine.get(paths[2], headers={"Authorization": f"Bearer {token}"}).json()
    if not claims["sub"]:
        message = "No pseudonym came back."
        raise RuntimeError(message)


@contextmanager
def key_read_once() -> Iterator[None]:
    """Let plain allauth keep its parsed key, within the block."""
    reads = jwkkit.load_jwk_from_pem
    jwkkit.load_jwk_from_pem = KEPT
    try:
        yield
    finally:
        jwkkit.load_jwk_from_pem = reads


def measure() -> Iterator[Figure]:
    """Measure the flows in turns, in one run."""
    school, user = cast.make_school()
    group, pupils = cast.make_group(school, 1)
    material = cast.make_materials(school, group, user, 1)[0]
    pupil = cast.make_pupil_user(pupils[0])
    bare_client = make_plain_client()
    with override_settings(
        ROOT_URLCONF="basispoort.bench.urls",
        ALLOWED_HOSTS=["testserver"],
        PASSWORD_HASHERS=["basispoort.bench.launch.OneRound"],
    ):
        browser, machine = Client(), Client()
        browser.force_login(pupil)

        def ours() -> None:
            whole_launch(browser, machine, material)

        def plain() -> None:
            with override_settings(IDP_OIDC_ADAPTER=PLAIN_ADAPTER):
                browser.get("/bench/bare/")
                sign_in(browser, machine, bare_client, PLAIN_PATHS, "")

        def plain_with_key() -> None:
            with key_read_once():
                plain()

        taken = cast.median_seconds({"ours": ours, "plain": plain, "with key": plain_with_key}, times=TIMES)
    yield Figure(
        "whole launches a second", 1 / taken["ours"], 1 / taken["plain"], "/s", "at least 0.80", higher_is_better=True
    )
    yield Figure(
        "the same, plain allauth's key read once",
        1 / taken["ours"],
        1 / taken["with key"],
        "/s",
        "none",
        higher_is_better=True,
    )
