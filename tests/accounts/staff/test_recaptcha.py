"""Google reCAPTCHA before a password: asked once, compared, and never the last word on who gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.challenges import recaptcha
from accounts.failures import HOUR, request_key, token_key
from accounts.models import FailureCounter
from basispoort.lib import hashers
from tests import factories
from tests.accounts.staff.challenges import ADDRESS, HAND_IN, WRONG, asks, attempt, failed, let_pass, solve, work_of
from tests.accounts.staff.google import Google, running
from tests.accounts.staff.links import CHOOSE, mailed_path
from tests.at_once import many_at_once
from tests.lib.test_settings import ask_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from accounts.models import User

TOKEN = {"g-recaptcha-response": "a-token"}
HOSTS = ("https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Google, Path]]:
    with running(tmp_path_factory.mktemp("google")) as found:
        yield found


@pytest.fixture
def google(service: tuple[Google, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Google as it is on a good day, and a portal that has keys for it."""
    played, certificate = service
    address = played.address
    played.__init__()  # type: ignore[misc]  # as new
    played.address = address
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "public-key", "private-key"
    settings.RECAPTCHA_DOMAIN = address
    recaptcha.forget_trouble()
    yield played
    recaptcha.forget_trouble()


def with_token(client: Client, password: str = factories.PASSWORD, **data: str) -> Any:
    return attempt(client, password, **TOKEN, **data)


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_token_that_google_vouches_for_lets_the_owner_in(client: Client, google: Google) -> None:
    failed(4)
    attempt(client)

    assert with_token(client).status_code == 302
    assert google.asked == [{"secret": "private-key", "response": "a-token", "remoteip": "127.0.0.1"}]


@pytest.mark.requirement("SR-G05")
@pytest.mark.usefixtures("owner")
def test_google_is_told_the_address_that_we_know_and_never_what_a_client_wrote(client: Client, google: Google) -> None:
    failed(4)
    attempt(client)

    client.post("/inloggen/", {"email": ADDRESS, "password": WRONG} | TOKEN, headers={"x-forwarded-for": "203.0.113.9"})

    assert [asked["remoteip"] for asked in google.asked] == ["127.0.0.1"]


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "error-codes": ["timeout-or-duplicate"]},
        {"success": False, "error-codes": ["invalid-input-response"]},
        {"success": "true", "hostname": "localhost", "action": "sign_in", "score": 0.9},
        {"success": True, "hostname": "evil.test", "action": "sign_in", "score": 0.9},
        {"success": True, "action": "sign_in", "score": 0.9},
        {"success": True, "hostname": "localhost", "action": "forgotten", "score": 0.9},
        {"success": True, "hostname": "localhost", "score": 0.9},
    ],
)
def test_token_from_elsewhere_gets_the_same_answer_as_none_and_no_look_at_the_password(
    client: Client, google: Google, answer: dict[str, Any]
) -> None:
    failed(4)
    page = attempt(client)
    google.answer = answer
    before = hashers.computed()

    response = with_token(client)

    assert hashers.computed() == before
    assert (response.status_code, asks(response), said(response)) == (200, True, said(page))


def said(response: Any) -> str:
    return str(response.content.decode().split('role="alert">')[1].split("</div>")[0])


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_token_counts_once_and_google_is_asked_once(client: Client, google: Google) -> None:
    failed(4)
    attempt(client)

    first, second = with_token(client, WRONG), with_token(client)

    assert (first.status_code, second.status_code, len(google.asked)) == (200, 200, 1)


@pytest.mark.requirement("SR-K05")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("google")
def test_of_ten_tries_at_once_with_one_token_google_is_asked_about_one(google: Google) -> None:
    factories.make_user(email=ADDRESS)
    failed(4)
    client = Client()
    attempt(client)

    def work(_number: int) -> None:
        one = Client()
        one.cookies["browser"] = client.cookies["browser"].value
        with_token(one, WRONG)

    many_at_once(10, work)

    assert len(google.asked) == 1


def cannot_be_reached(google: Google, settings: Settings) -> None:
    assert google.address
    settings.RECAPTCHA_DOMAIN = "localhost:1"


def fails(google: Google, _settings: Settings) -> None:
    google.status = 503


def says_no_page(google: Google, _settings: Settings) -> None:
    google.status = 404


def speaks_no_json(google: Google, _settings: Settings) -> None:
    google.body = b"<html>Wartung</html>"


def says_a_list(google: Google, _settings: Settings) -> None:
    google.body = b"[]"


def says_nothing(google: Google, _settings: Settings) -> None:
    google.body = b"{}"


def says_no_text(google: Google, _settings: Settings) -> None:
    google.body = b"\xff\xfe"


def is_slow(google: Google, settings: Settings) -> None:
    google.delay_seconds = 0.6
    settings.RECAPTCHA_VERIFY_REQUEST_TIMEOUT = 0.2


def refuses_our_keys(google: Google, _settings: Settings) -> None:
    google.answer = {"success": False, "error-codes": ["invalid-input-secret"]}


def doubts(google: Google, _settings: Settings) -> None:
    google.answer["score"] = 0.1


def gives_no_score(google: Google, _settings: Settings) -> None:
    del google.answer["score"]


TROUBLES = [
    cannot_be_reached,
    fails,
    says_no_page,
    speaks_no_json,
    says_a_list,
    says_nothing,
    says_no_text,
    is_slow,
    refuses_our_keys,
    doubts,
    gives_no_score,
]


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_without_google_s_word_our_own_challenge_comes_with_the_wait_doubled(
    client: Client, google: Google, settings: Settings, trouble: Callable[[Google, Settings], None]
) -> None:
    failed(12)
    attempt(client)
    trouble(google, settings)
    before = hashers.computed()

    answer = with_token(client)
    waited = attempt(client, **work_of(answer))
    let_pass(8)

    assert (answer.status_code, "www.google.com" in answer.content.decode(), asks(answer)) == (200, False, True)
    assert (waited.status_code, waited.headers["Retry-After"]) == (429, "8")
    assert hashers.computed() == before
    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_script_gets_our_own_challenge_when_google_is_away(client: Client, google: Google) -> None:
    failed(4)
    attempt(client)
    google.status = 500

    told = client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | TOKEN).json()
    more = {"challenge_work": solve(told["next"])}
    done = client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | more).json()
    let_pass(done["wait"])

    assert (told["solved"], done["solved"], done["wait"], done["next"]) == (False, True, 2, None)
    assert attempt(client).status_code == 302


@pytest.mark.usefixtures("owner")
def test_google_that_is_away_is_left_alone_for_half_a_minute(client: Client, google: Google) -> None:
    failed(4)
    attempt(client)
    google.status = 500

    with_token(client)
    page = attempt(Client())

    assert "www.google.com" not in page.content.decode()


@pytest.mark.requirement("SR-G02")
@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner", "google")
def test_google_s_hosts_are_allowed_on_the_answer_that_shows_it_and_nowhere_else(client: Client) -> None:
    plain = client.get("/inloggen/")
    failed(4)
    shown = attempt(client)
    others = [client.get(path) for path in ("/", "/wachtwoord-vergeten/", "/inloggen/")]

    policy = shown.headers["Content-Security-Policy"]
    assert all(host in policy for host in HOSTS)
    assert "unsafe" not in policy
    assert "https://www.google.com/recaptcha/api.js?render=public-key" in shown.content.decode()
    for answer in (plain, *others):
        assert "google" not in answer.headers["Content-Security-Policy"]
        assert "google" not in answer.content.decode()


@pytest.mark.requirement("SR-C08")
@pytest.mark.usefixtures("google")
def test_challenge_of_a_token_page_and_of_a_request_for_a_link_is_never_google_s(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    for key in (token_key("127.0.0.1"), request_key("127.0.0.1")):
        FailureCounter.add(key, HOUR)
        FailureCounter.objects.filter(key=key).update(count=100)

    pages = [client.get(path, follow=True), client.get("/wachtwoord-vergeten/")]
    passed = client.post(CHOOSE, work_of(pages[0]), follow=True)

    assert [asks(page) for page in pages] == [True, True]
    assert [page for page in pages if "google" in f"{page.headers}{page.content.decode()}"] == []
    assert (passed.status_code, asks(passed)) == (200, False)


@pytest.mark.requirement("SR-G02")
@pytest.mark.usefixtures("owner")
def test_without_keys_the_challenge_is_ours_and_the_policy_stays_as_it_is(client: Client) -> None:
    usual = client.get("/inloggen/").headers["Content-Security-Policy"]
    failed(4)

    shown = attempt(client)

    assert (asks(shown), shown.headers["Content-Security-Policy"]) == (True, usual)
    assert "google" not in shown.content.decode()


@pytest.mark.usefixtures("owner")
def test_token_is_worth_nothing_on_a_portal_without_keys(client: Client) -> None:
    failed(4)
    attempt(client)

    assert with_token(client).status_code == 200


@pytest.mark.usefixtures("owner")
def test_google_is_not_asked_when_no_challenge_is_due(client: Client, google: Google) -> None:
    assert with_token(client).status_code == 302
    assert google.asked == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"CAPTCHA_MODE": "never"}, "CAPTCHA_MODE must be escalate or always"),
        ({"RECAPTCHA_PUBLIC_KEY": "x"}, "go together"),
        ({"RECAPTCHA_PRIVATE_KEY": "x"}, "go together"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(environment: dict[str, str], words: str) -> None:
    assert words in ask_settings("1", **environment).stderr
