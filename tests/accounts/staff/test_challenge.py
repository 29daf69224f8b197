"""The challenge before a password: once, in one browser, on its time; nobody is ever shut out."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test import Client

from accounts.actions.tokens import answer
from accounts.failures import CHALLENGE_FROM, Demand, wait_after
from accounts.models import ChallengeKind, FailureCounter, KnownDevice, LinkRequest, SolvedChallenge
from accounts.tasks import forget_failures, sweep_links
from basispoort.lib import hashers
from basispoort.lib.models import OutgoingMail
from tests import factories
from tests.accounts.staff.busy import no_core_free
from tests.accounts.staff.challenges import (
    ADDRESS,
    HAND_IN,
    WRONG,
    asks,
    attempt,
    failed,
    let_pass,
    work_of,
)
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from accounts.models import User


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_fourth_failure_brings_the_challenge_and_the_third_does_not(client: Client) -> None:
    pages = [attempt(client, WRONG) for _ in range(CHALLENGE_FROM)]

    assert [asks(page) for page in pages] == [False, False, False, True]


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_right_password_without_the_challenge_is_not_looked_at(client: Client) -> None:
    failed(4)
    before = hashers.computed()

    response = attempt(client)

    assert (response.status_code, asks(response)) == (200, True)
    assert hashers.computed() == before


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_missing_challenge_and_wrong_password_get_the_same_words(client: Client) -> None:
    failed(4)
    page = attempt(client)
    missing = words_of(page)

    wrong = words_of(attempt(client, WRONG, **work_of(page)))

    assert missing == wrong


def words_of(response: Any) -> str:
    return str(response.content.decode().split('role="alert">')[1].split("</div>")[0])


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_solved_challenge_and_right_password_let_the_owner_in(client: Client) -> None:
    failed(4)
    page = attempt(client)

    assert attempt(client, **work_of(page)).status_code == 302


@pytest.mark.requirement("SR-K03")
@pytest.mark.parametrize(
    ("failures", "seconds"), [(4, 0), (10, 0), (11, 2), (12, 4), (13, 8), (14, 16), (15, 32), (16, 60), (10_000, 60)]
)
def test_wait_grows_from_the_eleventh_failure_to_a_minute(failures: int, seconds: int) -> None:
    assert wait_after(failures) == seconds


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_ticket_used_too_early_is_told_to_wait_and_counts_later(client: Client) -> None:
    failed(13)
    page = attempt(client)
    before = hashers.computed()

    early = attempt(client, **work_of(page))
    hashed_early = hashers.computed() - before
    let_pass(8)
    late = attempt(client)

    assert (early.status_code, early.headers["Retry-After"], hashed_early) == (429, "8", 0)
    assert late.status_code == 302


@pytest.mark.requirement("SR-A04")
@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_ten_thousand_failures_cost_the_owner_a_challenge_and_a_minute_at_most(client: Client) -> None:
    failed(10_000, day=0)
    page = attempt(client)
    waited = attempt(client, **work_of(page))

    let_pass(int(waited.headers["Retry-After"]))

    assert int(waited.headers["Retry-After"]) <= 60
    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-A04")
@pytest.mark.requirement("SR-K02")
@pytest.mark.usefixtures("owner")
def test_known_device_has_neither_challenge_nor_wait_whatever_happens_elsewhere(client: Client) -> None:
    attempt(client)
    client.post("/uitloggen/")
    failed(10_000, day=10_000)

    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_known_device_meets_the_challenge_after_ten_failures_of_its_own(client: Client) -> None:
    attempt(client)
    client.post("/uitloggen/")

    pages = [attempt(client, WRONG) for _ in range(10)]

    assert [asks(page) for page in pages] == [False] * 9 + [True]
    assert attempt(client, **work_of(pages[-1])).status_code == 302


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_after_a_hundred_failures_in_a_day_two_challenges_are_due(client: Client) -> None:
    failed(4, day=100)
    page = attempt(client)

    once = attempt(client, **work_of(page))
    twice = attempt(client, **work_of(once))

    assert (once.status_code, asks(once), twice.status_code) == (200, True, 302)


@pytest.mark.requirement("SR-K03")
def test_fiftieth_failure_of_a_day_mails_the_owner_once(client: Client, owner: User) -> None:
    failed(2, day=49)

    attempt(client, WRONG)
    attempt(client, WRONG)
    sweep_links()

    mail = OutgoingMail.objects.get()
    assert (mail.purpose, mail.recipient_id) == ("sign_in_failures", owner.pk)
    assert "niet geblokkeerd" in str(mail.text)


@pytest.mark.requirement("SR-A05")
def test_fiftieth_failure_of_an_unknown_address_does_the_same_and_mails_nobody(db: None, client: Client) -> None:  # noqa: ARG001 - opens the database
    failed(2, day=49, email="niemand@elders.example")

    attempt(client, WRONG, "niemand@elders.example")
    request = LinkRequest.objects.get()
    answer(request.pk)

    assert (OutgoingMail.objects.count(), LinkRequest.objects.count()) == (0, 0)


@pytest.mark.requirement("SR-K01")
@pytest.mark.django_db(transaction=True)
def test_of_twenty_tries_at_once_with_one_ticket_and_a_later_one_only_one_is_looked_at() -> None:
    factories.make_user(email=ADDRESS)
    failed(4)
    client = Client()
    done = work_of(attempt(client))
    client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | done)
    before = hashers.computed()

    def work_at_once(_number: int) -> None:
        one = Client()
        one.cookies["browser"] = client.cookies["browser"].value
        attempt(one, WRONG)

    many_at_once(20, work_at_once)
    at_once = hashers.computed() - before
    # Those that had to wait may have held the ticket when the others asked for it: then it is still good.
    let_pass(61)
    work_at_once(21)

    assert at_once <= 1
    assert hashers.computed() - before == 1


@pytest.mark.requirement("SR-K01")
@pytest.mark.django_db(transaction=True)
def test_ticket_that_another_try_holds_is_not_seen() -> None:
    SolvedChallenge.record(nonce=b"n", browser=b"b", purpose="sign_in", kind=ChallengeKind.WORK)
    seen: list[int] = []

    def redeem() -> int:
        found = SolvedChallenge.redeem(browser=b"b", purpose="sign_in", number=1, wait_of=lambda _kind: 0)
        return len(found.tickets)

    def work_beside() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            seen.append(redeem())
        except OperationalError:
            seen.append(-1)
        finally:
            connection.close()

    with transaction.atomic():
        seen.append(redeem())
        beside = threading.Thread(target=work_beside)
        beside.start()
        beside.join(10)

    assert seen == [1, 0]


@pytest.mark.requirement("SR-K05")
def test_what_stands_in_for_google_waits_twice_as_long_and_never_over_a_minute() -> None:
    waits = [
        (
            demand.wait_of(ChallengeKind.RECAPTCHA, with_google=True),
            demand.wait_of(ChallengeKind.WORK, with_google=True),
        )
        for demand in (Demand(1, 0), Demand(1, 4), Demand(1, 60))
    ]

    assert waits == [(0, 2), (4, 8), (60, 60)]


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_mode_always_asks_at_the_first_try_and_on_a_known_device(client: Client, settings: Settings) -> None:
    attempt(client)
    client.post("/uitloggen/")
    settings.CAPTCHA_MODE = "always"

    page = client.get("/inloggen/")
    without = attempt(client)

    assert (asks(page), without.status_code, asks(without)) == (True, 200, True)
    assert attempt(client, **work_of(without)).status_code == 302


@pytest.mark.requirement("SR-A03")
@pytest.mark.usefixtures("owner")
def test_ticket_is_good_again_when_no_core_was_free(client: Client) -> None:
    failed(4)
    done = work_of(attempt(client))
    with no_core_free():
        refused = attempt(client, **done)

    assert refused.status_code == 503
    assert attempt(client).status_code == 302


def test_what_is_over_is_forgotten_and_what_runs_stays(db: None) -> None:  # noqa: ARG001 - opens the database
    for number in range(3):
        FailureCounter.add(FailureCounter.key_of("old", str(number)), timedelta(seconds=-1))
        SolvedChallenge.record(nonce=bytes([number]), browser=b"b", purpose="sign_in", kind=ChallengeKind.WORK)
    let_pass(601)
    FailureCounter.add(FailureCounter.key_of("new"), timedelta(minutes=5))
    SolvedChallenge.record(nonce=b"new", browser=b"b", purpose="sign_in", kind=ChallengeKind.WORK)

    removed = forget_failures()

    assert (removed, FailureCounter.objects.count(), SolvedChallenge.objects.count()) == (6, 1, 1)


@pytest.mark.requirement("SR-K02")
@pytest.mark.parametrize(("days", "asked"), [(179, False), (181, True)])
@pytest.mark.usefixtures("owner")
def test_device_is_known_for_180_days(client: Client, days: int, *, asked: bool) -> None:
    attempt(client)
    client.post("/uitloggen/")
    KnownDevice.objects.update(since=Now() - timedelta(days=days))
    failed(4)

    assert asks(attempt(client)) is asked
