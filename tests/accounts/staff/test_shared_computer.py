"""A computer that others use too forgets who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import limits
from accounts.models import KnownDevice, Session
from accounts.views.challenge import DEVICE_COOKIE
from accounts.views.pupils import DOOR_COOKIE
from tests import factories
from tests.accounts.pupils.factories import DIGITS, code_path, door_path, make_code
from tests.accounts.staff.app import digits
from tests.accounts.staff.test_second_step import take
from tests.accounts.staff.test_session_limits import make_powerful

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from accounts.models import User
    from schools.models import Group, Pupil, School

MINUTE = 60
SCHOOL = "/school/99XX00/"


def enter(client: Client, user: User, *, shared: bool = True) -> Answer:
    choice = {"shared": "on"} if shared else {}
    return client.post("/inloggen/", {"email": user.email, "password": factories.PASSWORD, **choice})


def leave_alone(client: Client, seconds: int) -> None:
    session = client.session
    now = int(timezone.now().timestamp())
    session[limits.KEY] = [*session[limits.KEY][:2], now - seconds, now - seconds]
    session.save()


@pytest.mark.requirement("SR-A07")
@pytest.mark.parametrize(("shared", "minutes", "status"), [(True, 9, 200), (True, 11, 302), (False, 11, 200)])
def test_session_on_a_shared_computer_ends_after_ten_minutes_without_use(
    client: Client, teacher: User, minutes: int, status: int, *, shared: bool
) -> None:
    enter(client, teacher, shared=shared)

    leave_alone(client, minutes * MINUTE)

    assert client.get(SCHOOL).status_code == status


@pytest.mark.requirement("SR-A07")
@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 302)])
def test_second_step_does_not_lengthen_it(school: School, minutes: int, status: int) -> None:
    client = Client()
    enter(client, make_powerful("ict_coordinator", school))
    take(client, digits())

    leave_alone(client, minutes * MINUTE)

    assert client.get("/account/").status_code == status


def test_shared_computer_keeps_no_known_device_and_no_language_longer_than_the_browser_is_open(
    client: Client, teacher: User
) -> None:
    own, shared = enter(Client(), teacher, shared=False), enter(client, teacher)

    language = settings.LANGUAGE_COOKIE_NAME
    assert (DEVICE_COOKIE in own.cookies, DEVICE_COOKIE in shared.cookies) == (True, False)
    assert KnownDevice.objects.count() == 1
    assert (own.cookies[language]["max-age"] > 0, shared.cookies[language]["max-age"]) == (True, "")


@pytest.mark.parametrize("of_pupils", [True, False])
def test_sign_in_page_takes_a_browser_that_pupils_use_for_a_shared_computer(
    db: None,  # noqa: ARG001 - opens the database
    client: Client,
    *,
    of_pupils: bool,
) -> None:
    if of_pupils:
        client.cookies[DOOR_COOKIE] = "x" * 26

    form = client.get("/inloggen/").context["form"]

    proposes = form["shared"].initial
    fills_in = [form.fields[name].widget.attrs["autocomplete"] for name in ("email", "password")]
    assert (proposes, fills_in) == (of_pupils, ["off"] * 2 if of_pupils else ["username", "current-password"])


def test_pupil_who_signs_in_ends_the_session_of_the_teacher_who_forgot_to(
    client: Client, teacher: User, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    enter(client, teacher)

    client.get(door_path(school))
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})

    assert (client.get(SCHOOL).status_code, Session.objects.filter(user=teacher).count()) == (403, 0)


def test_page_leaves_the_screen_of_a_shared_computer_by_itself(client: Client, teacher: User) -> None:
    own = Client()
    enter(own, teacher, shared=False)
    enter(client, teacher)

    waits = int(client.get(SCHOOL)["Refresh"])
    leave_alone(client, waits)

    assert "Refresh" not in own.get(SCHOOL)
    assert client.get(SCHOOL).status_code == 302


def test_list_of_sessions_names_the_shared_one(client: Client, teacher: User) -> None:
    enter(Client(), teacher, shared=False)
    enter(client, teacher)

    assert client.get("/account/sessies/").content.decode().count("gedeelde computer") == 1
