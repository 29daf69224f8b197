"""Staff sign in with the school's own Microsoft or Google account, at a real OpenID provider on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from accounts import limits
from accounts.models import AllowedTenant, SchoolAccount
from accounts.views.pupils import DOOR_COOKIE
from basispoort.demo.ports import free_port, is_free
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.accounts.staff.app import digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from schools.models import School

TENANT, ELSEWHERE = "11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
ADDRESS = "juf@voorbeeldschool.example"
OUTSIDERS = (
    {"sub": "juf", "tid": TENANT, "email": ADDRESS},
    {"sub": "dubbel", "tid": TENANT, "email": ADDRESS},
    {"sub": "ander", "tid": TENANT, "email": "ander@voorbeeldschool.example"},
    {"sub": "vreemd", "tid": ELSEWHERE, "email": ADDRESS},
    {"sub": "prive", "tid": PERSONAL, "email": ADDRESS},
    {"sub": "los", "email": ADDRESS},
)
pytestmark = [pytest.mark.requirement("SR-F09"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An OpenID provider that runs, as a program of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for claims in OUTSIDERS:
        command += ["--user-claims", json.dumps(claims)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - a library
        deadline = time.monotonic() + 20
        while is_free(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture(autouse=True)
def _offered(settings: Any, provider: str) -> None:
    facts = {"client_id": "portal", "secret": "geheim", "server_url": provider}
    settings.SCHOOL_ACCOUNT_PROVIDERS = {"microsoft": facts}


@pytest.fixture
def juf(school: School) -> User:
    """A teacher whose school lets staff in from its organisation."""
    user = factories.make_user(email=ADDRESS)
    factories.make_role(user, "teacher", school)
    with school_transaction(school):
        AllowedTenant.objects.create(
            school=school, provider="microsoft", tenant=TENANT, label="voorbeeldschool.example"
        )
    return user


def away_and_back(client: Client, start: str, outsider: str) -> Any:
    """Go to the provider, sign in there, and come back with its answer."""
    asked = client.get(start)["Location"]
    answered = requests.post(asked, data={"sub": outsider}, allow_redirects=False, timeout=5)
    back = urlsplit(answered.headers["Location"])
    assert back.path == "/inloggen/met/microsoft/terug/"
    return client.get(f"{back.path}?{back.query}", follow=True)


def link(client: Client, user: User, outsider: str = "juf") -> Any:
    client.force_login(user)
    return away_and_back(client, "/account/schoolaccount/microsoft/", outsider)


def sign_in(outsider: str = "juf") -> tuple[Client, Any]:
    client = Client()
    return client, away_and_back(client, "/inloggen/met/microsoft/", outsider)


def test_linked_account_signs_its_owner_in(client: Client, juf: User) -> None:
    link(client, juf)

    browser, page = sign_in()

    assert page.redirect_chain[-1][0] == "/school/99XX00/"
    assert browser.get("/account/").status_code == 200


def test_school_account_in_a_browser_that_pupils_use_gets_the_session_of_a_shared_computer(
    client: Client, juf: User
) -> None:
    link(client, juf)
    browser = Client()
    browser.cookies[DOOR_COOKIE] = "x" * 26

    away_and_back(browser, "/inloggen/met/microsoft/", "juf")

    assert browser.session[limits.KEY][0] == limits.SHARED_IDLE_SECONDS


def test_account_with_a_known_address_that_was_never_linked_gets_nobody_in(juf: User) -> None:
    browser, page = sign_in()

    assert page.redirect_chain[-1][0] == "/inloggen/"
    assert browser.get("/account/").status_code == 302
    assert SchoolAccount.objects.filter(user=juf).count() == 0


@pytest.mark.parametrize("outsider", ["ander", "vreemd", "prive", "los"])
def test_account_of_other_address_or_other_organisation_is_not_linked(client: Client, juf: User, outsider: str) -> None:
    link(client, juf, outsider)

    assert SchoolAccount.objects.count() == 0


def test_other_number_with_the_same_address_does_not_get_in(client: Client, juf: User) -> None:
    link(client, juf)

    browser, _ = sign_in("dubbel")

    assert browser.get("/account/").status_code == 302


def test_organisation_that_is_allowed_no_more_lets_nobody_in(client: Client, school: School, juf: User) -> None:
    link(client, juf)
    with school_transaction(school):
        AllowedTenant.objects.for_school(school).delete()

    browser, _ = sign_in()

    assert browser.get("/account/").status_code == 302


@pytest.mark.requirement("SR-A10")
def test_account_without_a_running_role_gets_nobody_in(client: Client, juf: User) -> None:
    link(client, juf)
    factories.end_roles(juf)

    browser, _ = sign_in()

    assert browser.get("/account/").status_code == 302


@pytest.mark.requirement("SR-A11")
def test_school_account_does_not_stand_in_for_the_second_step(client: Client, school: School, juf: User) -> None:
    factories.make_role(juf, "ict_coordinator", school)
    factories.make_app(juf)
    link(client, juf)

    browser, page = sign_in()
    browser.post("/inloggen/tweede-stap/", {"code": digits()})

    assert page.redirect_chain[-1][0].startswith("/inloggen/tweede-stap/")
    assert browser.get("/school/99XX00/").status_code == 200


def test_answer_that_another_browser_asked_for_is_refused(client: Client, juf: User) -> None:
    link(client, juf)
    asked = Client().get("/inloggen/met/microsoft/")["Location"]
    answered = requests.post(asked, data={"sub": "juf"}, allow_redirects=False, timeout=5)
    back = urlsplit(answered.headers["Location"])
    victim = Client()

    victim.get(f"{back.path}?{back.query}")

    assert victim.get("/account/").status_code == 302


def test_answer_works_once(client: Client, juf: User) -> None:
    link(client, juf)
    browser = Client()
    asked = browser.get("/inloggen/met/microsoft/")["Location"]
    back = urlsplit(requests.post(asked, data={"sub": "juf"}, allow_redirects=False, timeout=5).headers["Location"])
    browser.get(f"{back.path}?{back.query}")
    browser.post("/uitloggen/")

    browser.get(f"{back.path}?{back.query}")

    assert browser.get("/account/").status_code == 302


def test_question_carries_state_nonce_and_a_proof_key_and_asks_for_no_more_than_the_address() -> None:
    asked = parse_qs(
        urlsplit(Client().get("/inloggen/met/microsoft/?scope=Mail.Read&auth_params=x%3D1")["Location"]).query
    )

    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert (sorted(asked["scope"][0].split()), asked["redirect_uri"], asked.get("x")) == (
        ["email", "openid"],
        ["http://localhost:8000/inloggen/met/microsoft/terug/"],
        None,
    )


def test_coordinator_allows_the_organisation_that_was_shown_and_no_other(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)
    client.post("/school/99XX00/schoolaccounts/toestaan/", {"tenant": ELSEWHERE})
    away_and_back(client, "/school/99XX00/schoolaccounts/met/microsoft/", "juf")

    client.post("/school/99XX00/schoolaccounts/toestaan/", {"tenant": ELSEWHERE})

    with school_transaction(school):
        found = list(AllowedTenant.objects.for_school(school).values_list("tenant", "label"))
    assert found == [(TENANT, "voorbeeldschool.example")]


def test_provider_that_is_away_gets_a_plain_word(settings: Any) -> None:
    facts = {"client_id": "portal", "secret": "geheim", "server_url": "http://localhost:9"}
    settings.SCHOOL_ACCOUNT_PROVIDERS = {"microsoft": facts}

    page = Client().get("/inloggen/met/microsoft/", follow=True)

    assert page.redirect_chain[-1][0] == "/inloggen/"


def test_provider_without_credentials_is_not_there(settings: Any) -> None:
    settings.SCHOOL_ACCOUNT_PROVIDERS = {}

    assert Client().get("/inloggen/met/google/").status_code == 404


@pytest.mark.requirement("SR-A12")
def test_school_account_is_no_fresh_proof_for_a_weighty_act(client: Client, juf: User) -> None:
    link(client, juf)
    browser, _ = sign_in()

    page: Any = browser.get("/account/adres/")

    assert "proof_password" in page.content.decode()


@pytest.mark.requirement("SR-A06")
def test_school_account_in_an_open_session_takes_no_second_step_along(
    client: Client, school: School, juf: User
) -> None:
    factories.make_role(juf, "ict_coordinator", school)
    factories.make_app(juf)
    link(client, juf)

    away_and_back(client, "/inloggen/met/microsoft/", "juf")

    assert client.get("/school/99XX00/")["Location"].startswith("/inloggen/tweede-stap/")


@pytest.mark.requirement("SR-B02")
def test_organisation_that_was_shown_for_one_school_is_not_allowed_at_another(
    client: Client, school: School, other_school: School, coordinator: User
) -> None:
    factories.make_role(coordinator, "ict_coordinator", other_school)
    client.force_login(coordinator)
    away_and_back(client, "/school/99XX00/schoolaccounts/met/microsoft/", "juf")

    pages = [client.get(f"/school/{one.code}/schoolaccounts/").content.decode() for one in (school, other_school)]
    client.post(f"/school/{other_school.code}/schoolaccounts/toestaan/")

    assert ["voorbeeldschool.example" in page for page in pages] == [True, False]
    with school_transaction(other_school):
        assert not AllowedTenant.objects.for_school(other_school).exists()
