"""Limits by account, address and country, and at the other doors: they slow programs down and keep nobody out."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.failures import (
    ADDRESS_FAILURES,
    FEW_MINUTES,
    NATIONAL_FACTOR,
    NATIONAL_NORMAL_AT_LEAST,
    REQUESTS,
    WRONG_TOKENS,
    Demand,
    Tried,
    _national_keys,
    ask_redis_again,
    count_failure,
    demand_of,
)
from accounts.models import FailureCounter, LinkRequest
from accounts.models.token import new_token
from basispoort.lib import hashers
from tests import factories
from tests.accounts.staff.challenges import ADDRESS, WRONG, answer_of, asks, at, attempt, failed, let_pass, work_of
from tests.accounts.staff.links import ASK, CHOOSE, NEW, mailed_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from accounts.models import User
    from schools.models import School

SCHOOL, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def fail_at_many_accounts(accounts: int, times: int = ADDRESS_FAILURES) -> None:
    for number in range(times):
        at(Client(), SCHOOL, WRONG, f"niemand{number % accounts}@elders.example")


@pytest.mark.requirement("SR-K04")
@pytest.mark.usefixtures("owner")
def test_address_that_fails_at_many_accounts_meets_the_challenge_on_unknown_devices_only(client: Client) -> None:
    attempt(client)
    client.post("/uitloggen/")
    fail_at_many_accounts(10)

    stranger, elsewhere, known = at(Client(), SCHOOL), at(Client(), ELSEWHERE), at(client, SCHOOL)

    assert (stranger.status_code, asks(stranger)) == (200, True)
    assert (elsewhere.status_code, known.status_code) == (302, 302)


@pytest.mark.requirement("SR-K04")
@pytest.mark.usefixtures("owner")
def test_page_of_a_suspect_address_shows_the_challenge_at_once(client: Client) -> None:
    fail_at_many_accounts(10)

    page = client.get("/inloggen/", REMOTE_ADDR=SCHOOL)

    assert asks(page)
    assert at(client, SCHOOL, **work_of(page)).status_code == 302


@pytest.mark.requirement("SR-K04")
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(("accounts", "times"), [(9, 20), (19, 19)])
def test_fewer_failures_or_fewer_accounts_keep_nobody_waiting(accounts: int, times: int) -> None:
    fail_at_many_accounts(accounts, times)

    assert at(Client(), SCHOOL).status_code == 302


@pytest.mark.requirement("SR-K04")
@pytest.mark.requirement("SR-A04")
def test_school_behind_one_address_with_fifty_typing_errors_refuses_nobody(school: School) -> None:
    people = [factories.make_user(email=f"juf{number}@voorbeeldschool.example") for number in range(100)]
    for person in people:
        factories.make_role(person, "teacher", school)

    refused = []
    for number, person in enumerate(people):
        visitor = Client()
        if number % 2 == 0:
            at(visitor, SCHOOL, WRONG, str(person.email))
        answer = at(visitor, SCHOOL, email=str(person.email))
        if answer.status_code != 302 and asks(answer):
            answer = at(visitor, SCHOOL, email=str(person.email), **work_of(answer))
        if answer.status_code != 302:
            refused.append(answer.status_code)

    assert refused == []


@pytest.mark.requirement("SR-K01")
@pytest.mark.usefixtures("owner")
def test_ipv6_neighbours_count_as_one_address() -> None:
    for number in range(ADDRESS_FAILURES):
        at(Client(), f"2001:db8:1:2::{number + 1}", WRONG, f"niemand{number}@elders.example")

    neighbour, stranger = at(Client(), "2001:db8:1:2:ffff::9"), at(Client(), "2001:db8:1:3::9")

    assert (asks(neighbour), stranger.status_code) == (True, 302)


@pytest.mark.requirement("SR-K01")
@pytest.mark.usefixtures("owner")
def test_success_clears_nothing_of_the_address(client: Client) -> None:
    fail_at_many_accounts(10, 19)
    at(client, SCHOOL)
    fail_at_many_accounts(10, 1)

    assert asks(at(Client(), SCHOOL))


@pytest.mark.requirement("SR-K01")
@pytest.mark.usefixtures("owner")
def test_success_and_other_devices_leave_the_count_of_an_account_alone(client: Client) -> None:
    failed(3)
    attempt(client)
    stranger = attempt(Client(), WRONG)

    assert asks(stranger)


@pytest.mark.requirement("SR-K01")
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "typed",
    ["DEMO@voorbeeldschool.example", " demo@voorbeeldschool.example", "\uff44emo@voorbeeldschool.example"],
)
def test_account_is_counted_alike_however_its_address_is_typed(client: Client, typed: str) -> None:
    failed(3)

    assert asks(attempt(client, WRONG, typed))


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_failures_older_than_a_quarter_of_an_hour_do_not_count(client: Client) -> None:
    failed(10)
    FailureCounter.objects.update(until=datetime.now(UTC))

    assert attempt(client).status_code == 302


NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)


def nation(failures: int, *, normal_hour: int = 0) -> Demand:
    """Let the country fail so often, and so often in this hour a week ago, and tell what a stranger then meets."""
    few, hours = _national_keys(NOW)
    for key, number in ((few, failures), (hours[7], normal_hour)):
        FailureCounter.add(key, timedelta(days=1))
        FailureCounter.objects.filter(key=key).update(count=number)
    return demand_of(Tried("iemand", ELSEWHERE), 0, NOW)


@pytest.mark.requirement("SR-K04")
@pytest.mark.parametrize(
    ("failures", "normal_hour", "challenges"),
    [
        (NATIONAL_FACTOR * NATIONAL_NORMAL_AT_LEAST - 1, 0, 0),
        (NATIONAL_FACTOR * NATIONAL_NORMAL_AT_LEAST, 0, 1),
        (NATIONAL_FACTOR * 100 - 1, 1200, 0),
        (NATIONAL_FACTOR * 100, 1200, 1),
    ],
)
def test_five_times_the_normal_rate_of_the_country_asks_every_unknown_device(
    db: None,  # noqa: ARG001 - opens the database
    failures: int,
    normal_hour: int,
    challenges: int,
) -> None:
    assert nation(failures, normal_hour=normal_hour) == Demand(challenges)


@pytest.mark.requirement("SR-K04")
def test_storm_in_the_country_leaves_known_devices_alone(db: None) -> None:  # noqa: ARG001 - opens the database
    nation(10_000)

    assert demand_of(Tried("iemand", ELSEWHERE, "cookie"), 0, NOW) == Demand()


def test_each_failure_counts_for_the_country(db: None) -> None:  # noqa: ARG001 - opens the database
    for _ in range(3):
        count_failure(Tried("iemand", ELSEWHERE), NOW)

    few, hours = _national_keys(NOW)
    assert FailureCounter.numbers([few, hours[0]]) == {few: 3, hours[0]: 3}
    assert timedelta(minutes=5) == FEW_MINUTES


@pytest.fixture
def redis_away(settings: Settings) -> Iterator[None]:
    """A portal whose Redis is gone: nobody listens at the port."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    ask_redis_again()
    yield
    caches["default"].close()
    ask_redis_again()


@pytest.mark.usefixtures("owner", "redis_away")
def test_without_redis_every_password_sign_in_asks_the_challenge_and_works(client: Client) -> None:
    began = time.monotonic()
    page = client.get("/inloggen/")
    without = attempt(client)
    answer = attempt(client, **work_of(without))

    assert (asks(page), asks(without), answer.status_code) == (True, True, 302)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("owner", "redis_away")
def test_without_redis_a_known_device_is_asked_too(client: Client) -> None:
    attempt(client, **work_of(attempt(client)))
    client.post("/uitloggen/")

    assert asks(attempt(client))


@pytest.mark.usefixtures("owner", "redis_away")
def test_without_redis_the_limits_hold(client: Client) -> None:
    failed(13)
    page = attempt(client)

    assert attempt(client, **work_of(page)).headers["Retry-After"] == "8"


def try_token(client: Client, network: str) -> Any:
    return client.get(f"/link/password_reset/{new_token()}/", REMOTE_ADDR=network, follow=True)


@pytest.mark.requirement("SR-C09")
def test_ten_wrong_tokens_bring_a_challenge_and_the_real_link_works_after_it(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    statuses = [try_token(Client(), SCHOOL).status_code for _ in range(WRONG_TOKENS)]

    asked = client.get(path, REMOTE_ADDR=SCHOOL, follow=True)
    passed = client.post(CHOOSE, work_of(asked), REMOTE_ADDR=SCHOOL, follow=True)
    done = client.post(CHOOSE, {"new": NEW}, REMOTE_ADDR=SCHOOL)
    owner.refresh_from_db()

    assert statuses == [410] * WRONG_TOKENS
    assert (asked.status_code, asks(asked), passed.status_code, asks(passed)) == (200, True, 200, False)
    assert (done.status_code, owner.check_password(NEW)) == (302, True)
    assert asked.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.requirement("SR-C09")
def test_wrong_token_is_not_looked_up_before_the_challenge_and_each_costs_one(client: Client, owner: User) -> None:
    assert owner.is_active
    for _ in range(WRONG_TOKENS):
        try_token(Client(), SCHOOL)

    asked = try_token(client, SCHOOL)
    wrong = client.post(CHOOSE, work_of(asked), REMOTE_ADDR=SCHOOL, follow=True)
    again = try_token(client, SCHOOL)

    assert (asked.status_code, wrong.status_code, again.status_code, asks(again)) == (200, 410, 200, True)


@pytest.mark.requirement("SR-C09")
def test_link_is_opened_without_javascript_by_the_question(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    for _ in range(WRONG_TOKENS):
        try_token(Client(), SCHOOL)
    asked = client.get(path, REMOTE_ADDR=SCHOOL, follow=True)

    waited = client.post(CHOOSE, answer_of(asked), REMOTE_ADDR=SCHOOL)
    let_pass(15)
    passed = client.post(CHOOSE, REMOTE_ADDR=SCHOOL, follow=True)

    assert (waited.status_code, passed.status_code, asks(passed)) == (429, 200, False)


@pytest.mark.requirement("SR-C09")
def test_opening_the_page_without_any_link_is_no_guess(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    for _ in range(WRONG_TOKENS):
        Client().get(CHOOSE)

    assert not asks(client.get(path, follow=True))


@pytest.mark.requirement("SR-C09")
def test_wrong_tokens_of_one_address_bother_no_other(client: Client, owner: User) -> None:
    path = mailed_path(owner)
    for _ in range(WRONG_TOKENS):
        try_token(Client(), SCHOOL)

    assert not asks(client.get(path, REMOTE_ADDR=ELSEWHERE, follow=True))


@pytest.mark.requirement("SR-K06")
@pytest.mark.usefixtures("owner")
def test_many_requests_for_links_from_one_address_bring_a_challenge_and_go_on_after_it() -> None:
    for number in range(REQUESTS):
        Client().post(ASK, {"email": f"iemand{number}@elders.example"})
    client = Client()

    shown = client.get(ASK)
    refused = client.post(ASK, {"email": ADDRESS})
    before = LinkRequest.objects.count()
    done = client.post(ASK, {"email": ADDRESS} | work_of(refused))

    assert (asks(shown), refused.status_code, asks(refused), before) == (True, 200, True, REQUESTS)
    assert (done.status_code, LinkRequest.objects.count()) == (302, REQUESTS + 1)


# Of one length, because the page gives back what was typed.
PATHS = {
    "wrong password": (ADDRESS, WRONG),
    "unknown address": ("niem@voorbeeldschool.example", WRONG),
    "inactive": ("dich@voorbeeldschool.example", factories.PASSWORD),
    "without a password": ("nieu@voorbeeldschool.example", factories.PASSWORD),
}


@pytest.fixture
def accounts(owner: User) -> User:
    """Accounts in every state that cannot sign in."""
    closed = factories.make_user(email="dich@voorbeeldschool.example")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    factories.make_user(email="nieu@voorbeeldschool.example", password=None)
    return owner


@pytest.mark.requirement("SR-A05")
@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("known_device", [False, True])
def test_every_way_to_fail_costs_one_hash_and_gives_one_answer(known_device: bool) -> None:  # noqa: FBT001 - two runs
    seen = {}
    for name, (email, password) in PATHS.items():
        client = Client()
        if known_device:
            client.cookies["device"] = "a-cookie-that-is-not-known"
        before = hashers.computed()
        response = attempt(client, password, email)
        headers = {key: value for key, value in response.headers.items() if key != "X-Request-Id"}
        body = re.sub(r'value="\w{64}"', "", response.content.decode()).replace(email, "")
        seen[name] = (hashers.computed() - before, response.status_code, str(headers), body, sorted(response.cookies))

    assert {one[0] for one in seen.values()} == {1}
    assert len(set(map(str, seen.values()))) == 1


@pytest.mark.requirement("SR-A05")
@pytest.mark.usefixtures("accounts")
def test_right_password_costs_one_hash_as_well(client: Client) -> None:
    before = hashers.computed()

    attempt(client)

    assert hashers.computed() - before == 1


@pytest.mark.requirement("SR-A05")
@pytest.mark.usefixtures("accounts")
def test_challenge_looks_the_same_for_every_account(client: Client) -> None:
    pages = set()
    for email in (ADDRESS, "niem@voorbeeldschool.example", "dich@voorbeeldschool.example"):
        failed(4, email=email)
        page = attempt(Client(), WRONG, email).content.decode().replace(email, "")
        page = re.sub(r'(value|data-work)="[^"]{20,}"', "", page)
        pages.add(re.sub(r'for="challenge-answer">[^<]+<', "", page))

    assert client is not None
    assert len(pages) == 1
