"""Our own challenge: the work a script does, handed in while somebody types, and the question without scripts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import altcha
import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from accounts.challenges import question, work
from accounts.models import FailureCounter, SolvedChallenge
from tests.accounts.staff.challenges import (
    ADDRESS,
    HAND_IN,
    WRONG,
    answer_of,
    asks,
    attempt,
    failed,
    let_pass,
    solve,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_work_counts_once(client: Client) -> None:
    failed(4)
    done = work_of(attempt(client))

    first = attempt(client, WRONG, **done)
    second = attempt(client, **done)

    assert (first.status_code, second.status_code, asks(second)) == (200, 200, True)


@pytest.mark.requirement("SR-K03")
@pytest.mark.usefixtures("owner")
def test_work_done_in_another_browser_does_not_count(client: Client) -> None:
    failed(4)
    attempt(client)
    done = work_of(attempt(Client()))

    assert attempt(client, **done).status_code == 200


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_work_for_another_purpose_does_not_count(client: Client) -> None:
    failed(4)
    attempt(client)
    browser = bytes(sha(client)).hex()
    done = {"challenge_work": solve_text(work.make(purpose="forgotten", browser=browser))}

    assert attempt(client, **done).status_code == 200


def sha(client: Client) -> bytes:
    return hashlib.sha256(client.cookies["browser"].value.encode()).digest()


def solve_text(challenge: str) -> str:
    return solve(json.loads(challenge))


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _payload: "",
        lambda _payload: "niets",
        lambda payload: payload[:-8],
        lambda _payload: "x" * 10_000,
        lambda _payload: "W10=",
        lambda _payload: "eyJjaGFsbGVuZ2UiOltdLCJzb2x1dGlvbiI6W119",
    ],
)
def test_spoilt_work_gets_the_same_page_and_never_an_error(client: Client, spoil: Callable[[str], str]) -> None:
    failed(4)
    payload = work_of(attempt(client))["challenge_work"]

    assert attempt(client, challenge_work=spoil(payload)).status_code == 200


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_work_expires(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "VALID_SECONDS", -1)
    failed(4)

    assert attempt(client, **work_of(attempt(client))).status_code == 200


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_easier_work_than_ours_is_not_taken(client: Client) -> None:
    failed(4)
    attempt(client)
    own = altcha.create_challenge(
        "SHA-256", 1, data={"purpose": "sign_in", "browser": sha(client).hex()}, hmac_secret="x"
    )

    assert attempt(client, challenge_work=solve(own.to_dict())).status_code == 200


@pytest.mark.usefixtures("owner")
def test_script_hands_in_while_somebody_types_and_the_form_needs_nothing_more(client: Client) -> None:
    failed(12)
    done = work_of(attempt(client))

    told = client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | done).json()
    let_pass(told["wait"])

    assert (told["solved"], told["wait"], told["next"]) == (True, 4, None)
    assert attempt(client).status_code == 302


@pytest.mark.usefixtures("owner")
def test_script_that_hands_in_where_nothing_is_asked_any_more_is_told_to_go_on(client: Client) -> None:
    failed(4)
    done = work_of(attempt(client))
    FailureCounter.objects.all().delete()

    answer = client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | done)

    assert (answer.status_code, answer.json()) == (200, {"solved": True, "wait": 0, "next": None})


@pytest.mark.usefixtures("owner")
def test_script_is_given_the_second_challenge_when_two_are_due(client: Client) -> None:
    failed(4, day=100)
    done = work_of(attempt(client))

    first = client.post(HAND_IN, {"purpose": "sign_in", "email": ADDRESS} | done).json()
    second = client.post(
        HAND_IN, {"purpose": "sign_in", "email": ADDRESS, "challenge_work": solve(first["next"])}
    ).json()

    assert (first["solved"], second["solved"], second["next"]) == (True, True, None)
    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-A05")
def test_script_is_told_the_same_of_a_known_and_an_unknown_address(client: Client, owner: User) -> None:
    failed(12)
    failed(12, email="niemand@elders.example")

    answers = []
    for email in (ADDRESS, "niemand@elders.example"):
        visitor = Client()
        done = work_of(attempt(visitor, WRONG, email))
        answers.append(visitor.post(HAND_IN, {"purpose": "sign_in", "email": email} | done).json())

    assert owner.is_active
    assert client is not None
    assert answers[0] == answers[1]


@pytest.mark.parametrize("data", [{}, {"purpose": "anything"}])
def test_script_that_hands_in_nonsense_gets_a_plain_no(db: None, client: Client, data: dict[str, str]) -> None:  # noqa: ARG001 - opens the database
    assert client.post(HAND_IN, data).status_code == 400


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_without_javascript_the_question_and_a_longer_wait_let_the_owner_in(client: Client) -> None:
    failed(4)
    page = attempt(client)

    waited = attempt(client, **answer_of(page))
    let_pass(15)

    assert (waited.status_code, waited.headers["Retry-After"]) == (429, "15")
    assert attempt(client).status_code == 302


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_wrong_answer_uses_the_question_up(client: Client) -> None:
    failed(4)
    page = attempt(client)
    wrong, right = answer_of(page, wrong=True), answer_of(page)

    first = attempt(client, **wrong)
    second = attempt(client, **right)

    assert (first.status_code, second.status_code) == (200, 200)
    assert not SolvedChallenge.objects.filter(used_at__isnull=True).exists()


@pytest.mark.requirement("SR-K05")
@pytest.mark.usefixtures("owner")
def test_eleventh_question_from_one_address_in_a_quarter_of_an_hour_does_not_count(client: Client) -> None:
    failed(4)
    page = attempt(client)
    for _ in range(10):
        attempt(client, **answer_of(page))
        let_pass(15)
        page = attempt(client, WRONG)
        failed(4)

    assert attempt(client, **answer_of(page)).status_code == 200


def test_question_does_not_tell_its_answer() -> None:
    asked = question.make(purpose="sign_in", browser="aa")

    told = signing.loads(asked.paper, salt=question.SALT)

    assert not {str(number) for number in range(2, 19)} & set(map(str, told))


@pytest.mark.requirement("SR-G03")
@pytest.mark.usefixtures("owner")
def test_cookie_of_the_browser_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    failed(4)
    attempt(client)

    cookie = client.cookies["browser"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/", "")
    assert settings.HTTPS is False
