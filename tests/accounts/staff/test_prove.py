"""A weighty act asks again who one is, and then goes on, once, with all that was filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.models import RecoveryCode, TotpDevice
from basispoort.lib.proof import FRESH_SECONDS, PROVED
from tests import factories
from tests.accounts.staff.app import digits, wrong_digits

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

CODES = "/account/tweede-stap/herstelcodes/"
PROOF = {"proof_password": factories.PASSWORD, "proof_then": "act"}


@pytest.fixture
def stale(client: Client, coordinator: User) -> Client:
    """A coordinator who signed in eleven minutes ago."""
    client.force_login(coordinator)
    session = client.session
    session[PROVED] = int((timezone.now() - timedelta(seconds=FRESH_SECONDS + 60)).timestamp())
    session.save()
    return client


def made() -> int:
    return RecoveryCode.objects.count()


@pytest.mark.requirement("SR-A12")
def test_within_ten_minutes_nothing_is_asked(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    client.post(CODES)

    assert made() == 10


@pytest.mark.requirement("SR-A12")
def test_later_the_act_waits_for_a_proof(stale: Client) -> None:
    response: Any = stale.post(CODES, {"kept": "Zeg <b>niets</b>"})

    assert (made(), "proof_password" in response.content.decode()) == (0, True)
    assert 'name="kept" value="Zeg &lt;b&gt;niets&lt;/b&gt;"' in response.content.decode()


@pytest.mark.requirement("SR-A12")
def test_with_password_and_digits_the_act_goes_on_at_once(stale: Client) -> None:
    response: Any = stale.post(CODES, PROOF | {"proof_code": digits()})

    assert (made(), len(response.context["codes"])) == (10, 10)


@pytest.mark.requirement("SR-A12")
@pytest.mark.parametrize(
    ("password", "code"), [("Fout1fout2", "right"), (factories.PASSWORD, ""), (factories.PASSWORD, "wrong")]
)
def test_half_a_proof_is_none(stale: Client, password: str, code: str) -> None:
    codes = {"right": digits(), "wrong": wrong_digits(), "": ""}

    stale.post(CODES, PROOF | {"proof_password": password, "proof_code": codes[code]})

    assert made() == 0


@pytest.mark.requirement("SR-A12")
def test_who_has_no_second_step_proves_by_the_password(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    session = client.session
    session[PROVED] = 0
    session.save()

    response: Any = client.post("/account/tweede-stap/app/", PROOF)

    assert response.status_code == 200
    assert TotpDevice.objects.filter(user=teacher, confirmed=False).count() == 1


@pytest.mark.requirement("SR-A12")
def test_page_that_leads_to_the_act_asks_before_it_shows(stale: Client) -> None:
    asked: Any = stale.get(CODES)
    shown = stale.post(CODES, PROOF | {"proof_then": "again", "proof_code": digits()})

    assert "proof_password" in asked.content.decode()
    assert (shown.status_code, shown["Location"], made()) == (302, CODES, 0)


@pytest.mark.requirement("SR-A12")
def test_own_password_does_not_travel_along_with_what_was_filled_in(stale: Client) -> None:
    response: Any = stale.post(CODES, PROOF | {"proof_password": "Fout1fout2", "proof_code": "123"})

    assert "Fout1fout2" not in response.content.decode()
