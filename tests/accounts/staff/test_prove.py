"""A weighty act asks again who one is, and then goes on, once, with all that was filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.actions.second_step import PASSKEY_SHOWN
from accounts.models import RecoveryCode, TotpDevice, User
from basispoort.lib.proof import FRESH_SECONDS, PROVED
from tests import factories
from tests.accounts.staff.app import digits, wrong_digits
from tests.accounts.staff.busy import no_core_free
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test import Client


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


@pytest.mark.requirement("SR-A12")
def test_act_that_asks_halfway_goes_on_with_the_proof_and_once(stale: Client) -> None:
    person = {"first_name": "Nova", "last_name": "Nieuw", "email": "nova@voorbeeldschool.example"}
    act = person | {"role": "ict_coordinator", "starts_on": timezone.localdate().isoformat()}
    stale.post("/school/99XX00/medewerkers/uitnodigen/", act)

    done = stale.post("/school/99XX00/medewerkers/uitnodigen/", act | PROOF | {"proof_code": digits()})

    invited = User.objects.with_email("nova@voorbeeldschool.example")
    assert invited is not None
    assert (done.status_code, [role.role for role in invited.running_roles()]) == (302, ["ict_coordinator"])


@pytest.mark.requirement("SR-K06")
def test_password_is_not_guessed_at_an_open_session(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    session = client.session
    session[PROVED] = 0
    session.save()
    for number in range(5):
        client.post("/account/tweede-stap/app/", PROOF | {"proof_password": f"Fout1fout{number}"})

    response: Any = client.post("/account/tweede-stap/app/", PROOF)

    assert response.status_code == 429
    assert not TotpDevice.objects.filter(user=teacher).exists()


@pytest.mark.requirement("SR-K06")
def test_present_password_is_not_guessed_on_the_page_of_the_account(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    for number in range(5):
        client.post("/account/", {"current": f"Fout1fout{number}", "new": "Vis3lamp8dak"})

    client.post("/account/", {"current": factories.PASSWORD, "new": "Vis3lamp8dak"})

    teacher.refresh_from_db()
    assert teacher.check_password(factories.PASSWORD)


@pytest.mark.requirement("SR-A04")
def test_guesses_at_an_open_session_do_not_shut_its_owner_out(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    for number in range(6):
        client.post("/account/", {"current": f"Fout1fout{number}", "new": "Vis3lamp8dak"})
    own = PortalClient()
    own.post("/inloggen/", {"email": teacher.email, "password": factories.PASSWORD})

    own.post("/account/", {"current": factories.PASSWORD, "new": "Vis3lamp8dak"})

    teacher.refresh_from_db()
    assert teacher.check_password("Vis3lamp8dak")


@pytest.mark.requirement("SR-A03")
def test_password_that_nobody_could_look_at_counts_as_no_try(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    with no_core_free():
        answers: list[Any] = [
            client.post("/account/", {"current": factories.PASSWORD, "new": "Vis3lamp8dak"}) for _ in range(6)
        ]

    client.post("/account/", {"current": factories.PASSWORD, "new": "Vis3lamp8dak"})

    teacher.refresh_from_db()
    assert {(answer.status_code, answer["Retry-After"]) for answer in answers} == {(503, "2")}
    assert teacher.check_password("Vis3lamp8dak")


@pytest.mark.requirement("SR-A03")
def test_proof_that_nobody_could_look_at_counts_as_no_try(stale: Client) -> None:
    with no_core_free():
        answers: list[Any] = [stale.post(CODES, PROOF | {"proof_code": digits()}) for _ in range(6)]

    page: Any = stale.post(CODES, PROOF | {"proof_code": digits()})

    assert ({answer.status_code for answer in answers}, page.status_code) == ({503}, 200)
    assert RecoveryCode.objects.count() == 10


@pytest.mark.requirement("SR-A12")
def test_passkey_that_was_shown_proves_once(stale: Client) -> None:
    session = stale.session
    session[PASSKEY_SHOWN] = int(timezone.now().timestamp())
    session.save()

    stale.post(CODES, PROOF)
    first = made()
    session = stale.session
    session[PROVED] = 0
    session.save()
    second: Any = stale.post(CODES, PROOF)

    assert (first, "proof_password" in second.content.decode()) == (10, True)
