"""A publisher's address that hears of sign-outs, a real server on this machine, and what tests do around it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
from allauth.core.internal.jwkkit import load_jwk_from_pem
from django.conf import settings
from django.test import Client
from django.urls import reverse

from basispoort.lib.tenancy import unscoped
from licences import tasks
from licences.actions.participants import connect_participant
from licences.models import BackChannelLogout
from tests.licences.factories import SECRET
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import School


class Receiver:
    """Keeps the tokens it is sent, and answers with a status, after doing what a test wants done meanwhile."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.status = 200
        self.meanwhile: Callable[[], object] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.tokens.append(parse_qs(body)["logout_token"][0])
                receiver.meanwhile()
                self.send_response(receiver.status)
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/backchannel-logout"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True)
        self._thread.start()

    def claims(self) -> list[dict[str, Any]]:
        """Give what the tokens say, after checking who signed them."""
        public, _private = load_jwk_from_pem(settings.IDP_OIDC_PRIVATE_KEY)
        key = jwt.PyJWK(public).key
        return [jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False}) for token in self.tokens]

    def close(self) -> None:
        """Be away from now on."""
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def listen_at(material: LearningMaterial, address: str) -> None:
    """Register where the publisher hears of sign-outs."""
    client = material.participant.client
    assert client is not None
    connect_participant(
        participant=material.participant,
        client_id=client.id,
        secret=SECRET,
        redirect_uris=client.get_redirect_uris(),
        initiate_login_uri=material.participant.initiate_login_uri,
        backchannel_logout_uri=address,
    )


def open_material(browser: Client, machine: Client, material: LearningMaterial) -> dict[str, Any]:
    """Open the material as a pupil and give the claims of the ID token."""
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["id_token"]
    return jwt.decode(token, options={"verify_signature": False})


def open_as_teacher(machine: Client, material: LearningMaterial, school: School, user: User) -> Client:
    """Open the material as a teacher and give the browser."""
    browser = Client()
    browser.force_login(user)
    party = RelyingParty(material.participant)
    address = reverse("licences:staff-open", args=[school.code, material.pk])
    code = query_of(party.authorise(browser, query_of(browser.post(address))["login_hint"]))["code"]
    assert party.exchange(machine, code).status_code == 200
    return browser


def rows() -> list[BackChannelLogout]:
    """Give all sign-ins at publishers, oldest first."""
    with unscoped("a test looks at sign-outs"):
        return list(BackChannelLogout.objects.get_queryset().order_by("signed_in_at"))


def change(**values: Any) -> None:
    """Change all of them, as time would."""
    with unscoped("a test moves time"):
        BackChannelLogout.objects.get_queryset().update(**values)


def send_all() -> list[str]:
    """Do what a worker does for each row there is."""
    return [tasks.send_logout(row.school_id, str(row.pk)) for row in rows()]


def states() -> list[str]:
    """Give the state of each."""
    return [row.state for row in rows()]
