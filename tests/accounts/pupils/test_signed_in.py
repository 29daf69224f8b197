"""Wrong tries, the wait, the session of a pupil, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PupilCode, Session, UserKind, UserPupil
from accounts.sessions import stored_key
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from tests.accounts.pupils.factories import DIGITS, code_now, code_path, door_path, make_code
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from schools.models import Group, Pupil, School

COOKIE = "session"


def text(response: Answer) -> str:
    return response.content.decode()


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def wrong_tries(client: Client, path: str, times: int) -> None:
    for _ in range(times):
        client.post(path, {"pincode": "9173"})


@pytest.mark.requirement("SR-A15")
def test_fifth_wrong_code_makes_the_pupil_wait_and_the_page_comes_back_by_itself(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)
    wrong_tries(client, path, 5)

    response = client.get(path)

    assert 'name="pincode"' not in text(response)
    assert 1 <= int(response["Refresh"]) <= 10


@pytest.mark.requirement("SR-A15")
@pytest.mark.django_db(transaction=True)
def test_twelve_guesses_at_once_from_twelve_browsers_get_five_looked_at(
    school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)

    many_at_once(12, lambda _number: Client().post(path, {"pincode": "9173"}))
    with unscoped("a test reads the trail"):
        outcomes = sorted(AuditEntry.objects.values_list("outcome", flat=True))

    assert outcomes == ["refused"] * 5 + ["waiting"] * 7


@pytest.mark.requirement("SR-A15")
def test_right_code_during_the_wait_is_not_looked_at_and_after_it_lets_in(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)
    wrong_tries(client, path, 5)
    client.post(path, {"pincode": DIGITS})
    during = is_signed_in(client)
    with school_transaction(school):
        past = timezone.now() - timedelta(seconds=1)
        PupilCode.objects.for_school(school).filter(pupil=pupil).update(waiting_until=past)
    client.post(path, {"pincode": DIGITS})

    assert (during, is_signed_in(client)) == (False, True)


@pytest.mark.requirement("SR-A15")
def test_right_code_forgets_the_wrong_ones_and_is_remembered_as_used(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)
    wrong_tries(client, path, 4)
    client.post(path, {"pincode": DIGITS})
    code = code_now(pupil)

    assert (code.wrong_count, code.wait_seconds) == (0, 0)
    assert code.last_used_at is not None


def test_account_of_a_pupil_is_made_once_without_address_or_password(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    for _ in range(2):
        client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    with school_transaction(school):
        user = UserPupil.objects.for_school(school).select_related("user").get(pupil=pupil).user

    assert (user.kind, user.email, user.has_usable_password()) == (UserKind.PUPIL, None, False)


@pytest.mark.requirement("SR-A06")
def test_session_planted_before_sign_in_opens_nothing_afterwards(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)
    client.post(path, {"digit": "4"})
    planted = client.cookies[COOKIE].value

    client.post(path, {"pincode": DIGITS})

    assert client.cookies[COOKIE].value != planted
    assert not Session.objects.filter(session_key=stored_key(planted)).exists()


@pytest.mark.requirement("SR-A07")
def test_session_of_a_pupil_ends_with_the_browser(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)

    client.post(code_path(school, group, pupil), {"pincode": DIGITS})

    assert client.cookies[COOKIE]["max-age"] == ""
    assert client.cookies[COOKIE]["expires"] == ""


@pytest.mark.requirement("SR-J02")
def test_good_and_bad_sign_ins_stand_in_the_trail_without_the_code(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)
    wrong_tries(client, path, 1)
    client.post(path, {"pincode": DIGITS})
    with unscoped("a test reads the trail"):
        rows = list(AuditEntry.objects.order_by("at").values_list("event", "target_id", "outcome", "details"))

    assert rows == [
        ("accounts.sign_in_failed", str(pupil.pk), "refused", {}),
        ("accounts.signed_in", str(pupil.pk), "done", {}),
    ]


@pytest.mark.requirement("SR-A08")
def test_done_ends_the_session_and_shows_the_groups_to_the_next_pupil(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    key = client.cookies[COOKIE].value

    asked = client.get("/leerling/klaar/")
    still_in = is_signed_in(client)
    response = client.post("/leerling/klaar/")

    assert (asked.status_code, still_in) == (200, True)
    assert response["Location"] == door_path(school)
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(session_key=stored_key(key)).exists()


@pytest.mark.requirement("SR-A08")
def test_old_cookie_opens_nothing_after_done(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    key = client.cookies[COOKIE].value
    client.post("/leerling/klaar/")
    client.cookies[COOKIE] = key

    assert client.get("/leerling/klaar/")["Location"] == "/leerling/"


@pytest.mark.requirement("SR-A10")
def test_pupil_who_leaves_is_out_at_the_next_request(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    with school_transaction(school):
        pupil.left_at = timezone.now()
        pupil.save(update_fields=["left_at"])

    assert client.get("/leerling/klaar/").status_code == 403


@pytest.mark.requirement("SR-A10")
def test_pupil_of_a_school_that_ended_is_out_at_the_next_request(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    school.in_service_from = timezone.localdate() - timedelta(days=9)
    school.in_service_until = timezone.localdate() - timedelta(days=1)
    school.save(update_fields=["in_service_from", "in_service_until"])

    assert client.get("/leerling/klaar/").status_code == 403


@pytest.mark.requirement("SR-G04")
def test_tapping_asks_for_the_token_of_our_own_page(school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    client = Client(enforce_csrf_checks=True)

    assert client.post(code_path(school, group, pupil), {"pincode": DIGITS}).status_code == 403


def test_pupil_without_a_code_is_sent_to_the_teacher(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    response = client.get(code_path(school, group, pupil))

    assert response.status_code == 200
    assert "kaartje" in text(response)
