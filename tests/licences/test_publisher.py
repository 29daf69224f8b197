"""The demo publisher against the running portal: a whole sign-in by a standard client library."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from werkzeug.serving import make_server

from basispoort.demo.publisher.logout import EVENT
from basispoort.demo.publisher.pages import Registration, create_app
from basispoort.lib.tenancy import unscoped
from licences.actions.logouts import send_logout
from licences.actions.participants import connect_participant
from licences.models import BackChannelLogout
from licences.oidc.keys import signed
from tests.licences.factories import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.live_server_helper import LiveServer

    from accounts.models import User
    from licences.models import LearningMaterial

CLIENT_ID = "uitgeverij-de-leesplank"


@pytest.fixture
def portal_url(live_server: LiveServer) -> Iterator[str]:
    """The running portal's address, which it also takes for its own."""
    with override_settings(BASE_URL=live_server.url, EXTRA_OUTGOING_NETWORKS=["127.0.0.0/8"]):
        yield live_server.url


@pytest.fixture
def publisher(portal_url: str, material: LearningMaterial) -> Iterator[str]:
    """The running publisher's address, registered at the portal."""
    server = make_server("127.0.0.1", 0, lambda *_: iter(()), threaded=True)
    own = f"http://127.0.0.1:{server.server_port}"
    server.app = create_app(Registration(portal_url, CLIENT_ID, SECRET, own))
    connect_participant(
        participant=material.participant,
        client_id=CLIENT_ID,
        secret=SECRET,
        redirect_uris=[f"{own}/callback"],
        initiate_login_uri=f"{own}/login",
        backchannel_logout_uri=f"{own}/backchannel-logout",
    )
    material.url = f"{own}/materiaal/rekenen/"
    material.save(update_fields=["url"])
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    yield own
    server.shutdown()
    thread.join()
    server.server_close()


def walk(
    portal_url: str, browser: Client, material: LearningMaterial, publisher: requests.Session | None = None
) -> Any:
    """Click the tile and follow all redirects, as a browser does; cookies go by port here, for the test."""
    first = browser.post(reverse("licences:open", args=[material.pk]))
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    address, publisher = first["Location"], publisher or requests.Session()
    while True:
        at_portal = address.startswith(portal_url)
        if at_portal:
            answer = requests.get(
                address, cookies={settings.SESSION_COOKIE_NAME: cookie}, allow_redirects=False, timeout=10
            )
        else:
            answer = publisher.get(address, allow_redirects=False, timeout=10)
        if not answer.is_redirect:
            return answer
        target = answer.headers["Location"]
        parts = urlsplit(address)
        address = target if "://" in target else f"{parts.scheme}://{parts.netloc}{target}"


@pytest.mark.django_db(transaction=True)
def test_standard_client_signs_a_pupil_in_and_shows_what_it_received(
    portal_url: str, publisher: str, browser: Client, material: LearningMaterial
) -> None:
    answer = walk(portal_url, browser, material)

    assert answer.url == f"{publisher}/materiaal/rekenen/"
    assert answer.status_code == 200
    assert "Verder niets." in answer.text
    assert 'data-claim="given_name">Sam<' in answer.text
    assert "Voorbeeld" not in answer.text.replace("voorbeeld-", "")


@pytest.mark.django_db(transaction=True)
def test_publisher_takes_no_sign_in_that_another_portal_started(publisher: str) -> None:
    answer = requests.get(f"{publisher}/login?iss=https://evil.test", allow_redirects=False, timeout=10)

    assert answer.status_code == 400


@pytest.mark.requirement("SR-A08")
@pytest.mark.django_db(transaction=True)
def test_publisher_closes_the_lesson_of_who_signed_out_and_of_nobody_else(
    portal_url: str,
    publisher: str,
    browser: Client,
    material: LearningMaterial,
    pupil_user: User,
) -> None:
    other = Client()
    other.force_login(pupil_user)
    here, there = requests.Session(), requests.Session()
    lesson = walk(portal_url, browser, material, here).url
    walk(portal_url, other, material, there)

    browser.post(reverse("accounts:pupil-sign-out"))
    with unscoped("a test does the worker's work"):
        rows = list(BackChannelLogout.objects.get_queryset().filter(state="waiting"))
    assert [send_logout(school_id=row.school_id, pk=row.pk) for row in rows] == ["sent"]

    shown = [session.get(lesson, timeout=10).text for session in (here, there)]
    assert "uitgelogd bij Basispoort" in shown[0]
    assert 'id="sub"' not in shown[0]
    assert 'id="sub"' in shown[1]
    assert 'id="sub"' not in here.get(lesson, timeout=10).text
    assert publisher in lesson


def forged(portal_url: str, **changes: Any) -> str:
    """A logout token of the portal, with something changed."""
    now = int(time.time())
    claims = {"iss": portal_url, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": "1", "sid": "s"}
    header = {"typ": changes.pop("typ", "logout+jwt")}
    return signed({**claims, "events": {EVENT: {}}} | changes, settings.IDP_OIDC_PRIVATE_KEY, **header)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"aud": "somebody-else"},
        {"exp": 1},
        {"iat": 1},
        {"events": {}},
        {"nonce": "n"},
        {"jti": ""},
        {"sid": None},
        {"typ": "JWT"},
    ],
)
def test_publisher_refuses_what_is_no_logout_token_for_it(
    portal_url: str, publisher: str, changes: dict[str, Any]
) -> None:
    words = [{"logout_token": forged(portal_url)}, {"logout_token": forged(portal_url, **changes)}, {}]

    answers = [requests.post(f"{publisher}/backchannel-logout", data=one, timeout=10).status_code for one in words]

    assert answers == [200, 400, 400]
