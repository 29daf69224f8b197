"""The demo publisher against the running portal: a whole sign-in by a standard client library."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from werkzeug.serving import make_server

from basispoort.demo.publisher.pages import Registration, create_app
from licences.actions.participants import connect_participant
from tests.licences.factories import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django.live_server_helper import LiveServer

    from licences.models import LearningMaterial

CLIENT_ID = "uitgeverij-de-leesplank"


@pytest.fixture
def portal_url(live_server: LiveServer) -> Iterator[str]:
    """The running portal's address, which it also takes for its own."""
    with override_settings(BASE_URL=live_server.url):
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
    )
    material.url = f"{own}/materiaal/rekenen/"
    material.save(update_fields=["url"])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield own
    server.shutdown()
    thread.join()
    server.server_close()


def walk(portal_url: str, browser: Client, material: LearningMaterial) -> Any:
    """Click the tile and follow all redirects, as a browser does; cookies go by port here, for the test."""
    first = browser.post(reverse("licences:open", args=[material.pk]))
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    address, publisher = first["Location"], requests.Session()
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
