"""What every answer carries, whatever its status."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PATHS = {"page": "/inloggen/", "not found": "/bestaat-niet/", "redirect": "/inloggen", "health": "/health/live"}


@pytest.mark.requirement("SR-G01")
@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_answer_carries_every_header(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.requirement("SR-G01")
@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_content_policy_allows_own_files_and_nothing_inline(client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))

    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.requirement("SR-C06")
@pytest.mark.django_db
def test_foreign_host_is_refused(client: Client) -> None:
    assert client.get("/inloggen/", headers={"host": "evil.test"}).status_code == 400


@pytest.mark.requirement("SR-G06")
@pytest.mark.django_db
def test_error_page_gives_a_reference_and_nothing_of_the_inside(client: Client) -> None:
    response = client.get("/bestaat-niet/geheim-pad/")
    page = response.content.decode()

    assert response.status_code == 404
    assert response.headers["X-Request-Id"] in page
    assert "geheim-pad" not in page
    assert "Traceback" not in page


@pytest.mark.requirement("SR-P02")
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/.env", "/.git/config", "/admin/", "/static/", "/manage.py"])
def test_nothing_of_the_inside_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_request_id_of_a_client_is_not_believed(client: Client) -> None:
    response = client.get("/health/live", headers={"x-request-id": "invented"})

    assert response.headers["X-Request-Id"] != "invented"


def test_live_says_up_without_asking_anything(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "up"}


@pytest.mark.django_db
def test_ready_says_down_while_no_worker_answers(client: Client) -> None:
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json() == {"status": "down", "database": "up", "redis": "up", "worker": "down"}


@pytest.mark.requirement("SR-G03")
def test_cookies_are_http_only_and_lax() -> None:
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        assert getattr(settings, f"{kind}_COOKIE_HTTPONLY") is True
        assert getattr(settings, f"{kind}_COOKIE_SAMESITE", "Lax") == "Lax"


@pytest.mark.django_db
def test_address_that_only_takes_a_form_answers_with_words(client: Client) -> None:
    response = client.get("/taal/")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "Deze pagina opent anders" in response.content.decode()


@pytest.mark.requirement("SR-G06")
@pytest.mark.parametrize("path", ["/?x=%00", "/inloggen/?next=%00", "/school/99XX00%00/"])
@pytest.mark.django_db
def test_zero_byte_in_an_address_is_a_bad_request(path: str) -> None:
    assert Client().get(path).status_code == 400
