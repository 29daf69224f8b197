"""Who may not come in stays out on every road: by code, by badge, and by the teacher's tap (SR-A10, SR-A13)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.actions.badges import new_badges
from accounts.actions.place import Passage, Place
from accounts.actions.pupil_sign_in import Outcome, sign_in_pupil, user_of
from accounts.models import MailToken, TokenPurpose, User
from accounts.views.links import HELD
from basispoort.lib.tenancy import school_transaction
from schools.models import Pupil, School, SchoolState
from tests import factories
from tests.accounts.pupils.class_starts import ask_path, asks, come, page_of
from tests.accounts.pupils.factories import (
    AT_HOME,
    AT_SCHOOL,
    DIGITS,
    code_path,
    door_path,
    is_signed_in,
    make_badge,
    make_code,
    make_network,
    make_start,
)
from tests.at_once import at_once

if TYPE_CHECKING:
    from schools.models import Group

pytestmark = pytest.mark.requirement("SR-A10")


def by_code(child: Client, school: School, group: Group, pupil: Pupil) -> None:
    child.post(code_path(school, group, pupil), {"pincode": DIGITS})


def let_in(child: Client, teachers: Client, school: School, group: Group, pupil: Pupil) -> None:
    """Wait at the name, be tapped by the teacher, and come in."""
    child.post(ask_path(school, group, pupil))
    teachers.post(page_of(group, f"binnen/{asks(school)[-1].pk}/"))
    come(child, school, group, pupil)


def shut(school: School, pupil: Pupil) -> None:
    """Let the account of a pupil sign in no longer."""
    with school_transaction(school):
        user = user_of(school, pupil)
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("is_shut", [False, True])
def test_account_that_may_not_sign_in_comes_in_on_no_road(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User, *, is_shut: bool
) -> None:
    make_code(pupil)
    make_start(group, teacher)
    secret = make_badge(pupil, teacher)
    if is_shut:
        shut(school, pupil)
    code, badge, tap = Client(), Client(), Client()

    by_code(code, school, group, pupil)
    badge.post("/badge/", {"badge": secret})
    let_in(tap, at_work, school, group, pupil)

    assert [is_signed_in(child) for child in (code, badge, tap)] == [not is_shut] * 3


def test_pupil_who_left_meanwhile_is_not_let_in_by_the_code(school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    child = Client()
    path = code_path(school, group, pupil)
    child.get(path)
    with school_transaction(school):
        Pupil.objects.for_school(school).filter(pk=pupil.pk).update(left_at=timezone.now())

    answer = child.post(path, {"pincode": DIGITS})

    assert (answer.status_code, is_signed_in(child)) == (404, False)


def test_badge_of_a_school_that_ended_does_not_work(school: School, pupil: Pupil, teacher: User) -> None:
    secret = make_badge(pupil, teacher)
    yesterday = timezone.localdate() - timedelta(days=1)
    School.objects.filter(pk=school.pk).update(
        state=SchoolState.ENDED, in_service_from=yesterday, in_service_until=yesterday
    )
    child = Client()

    page = child.post("/badge/", {"badge": secret})

    assert not is_signed_in(child)
    assert page.status_code == 200


def test_group_whose_pupils_all_left_is_not_shown(client: Client, school: School, pupil: Pupil) -> None:  # noqa: ARG001 - another group
    left = factories.make_group(school, name="Vertrokken")
    factories.make_pupil(school, left, left_at=timezone.now())

    assert "Vertrokken" not in client.get(door_path(school)).content.decode()


def test_pupil_who_left_is_not_in_the_teachers_list_of_who_is_in(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    factories.make_pupil(school, group, first_name="Vertrokken", left_at=timezone.now())

    page = at_work.get(page_of(group)).content.decode()

    assert (pupil.first_name in page, "Vertrokken" in page) == (True, False)


@pytest.mark.requirement("SR-A16")
@pytest.mark.django_db(transaction=True)
def test_old_badge_that_is_shown_while_a_new_one_is_printed_lets_nobody_in() -> None:
    school = factories.make_school()
    pupil = factories.make_pupil(school, factories.make_group(school))
    teacher = factories.make_coordinator(school)
    secret = make_badge(pupil, teacher)
    child = Client()

    def print_anew() -> None:
        with school_transaction(school), transaction.atomic():
            new_badges(school=school, pupils=[pupil], target=pupil, acting_user=teacher)
            time.sleep(0.5)  # the old one is found by now, and waits at the row

    def show() -> None:
        time.sleep(0.2)
        child.post("/badge/", {"badge": secret})

    at_once(print_anew, show)

    assert not is_signed_in(child)


def test_code_is_not_looked_at_from_where_the_group_is_shut(school: School, pupil: Pupil) -> None:
    make_code(pupil)
    request = RequestFactory().post("/")
    passage = Passage(Place.ELSEWHERE)

    with school_transaction(school):
        outcome = sign_in_pupil(request, school=school, pupil=pupil, parts=list(DIGITS), passage=passage)

    assert outcome is Outcome.ELSEWHERE


@pytest.mark.requirement("SR-A06")
@pytest.mark.parametrize("road", ["code", "badge", "tap"])
def test_nothing_of_the_browser_before_goes_along_into_a_pupils_session(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User, road: str
) -> None:
    make_code(pupil)
    make_start(group, teacher)
    secret, child = make_badge(pupil, teacher), Client()
    child.get(f"/link/password_reset/{MailToken.issue(teacher, TokenPurpose.PASSWORD_RESET)}/")
    held = HELD in child.session

    if road == "code":
        by_code(child, school, group, pupil)
    elif road == "badge":
        child.post("/badge/", {"badge": secret})
    else:
        let_in(child, at_work, school, group, pupil)

    assert (held, is_signed_in(child), HELD in child.session) == (True, True, False)


@pytest.mark.requirement("SR-A14")
@pytest.mark.requirement("SR-A17")
def test_tap_in_one_group_lets_nobody_in_by_another_group_that_is_shut_from_here(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil), REMOTE_ADDR=AT_HOME)
    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))
    other = factories.make_group(school)
    with school_transaction(school):  # the roster moves the pupil at this very moment
        Pupil.objects.for_school(school).filter(pk=pupil.pk).update(home_group=other)

    come(child, school, other, pupil, REMOTE_ADDR=AT_HOME)
    elsewhere = is_signed_in(child)
    come(child, school, other, pupil, REMOTE_ADDR=AT_SCHOOL)

    assert (elsewhere, is_signed_in(child)) == (False, True)


@pytest.mark.requirement("SR-A14")
def test_page_that_asks_the_teacher_does_not_tell_who_is_there_where_the_group_is_shut(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_network(school)
    paths = [ask_path(school, group, pupil), f"{door_path(school)}groep/{group.pk}/{uuid4()}/vraag/"]

    looked = [client.get(path, REMOTE_ADDR=AT_HOME) for path in paths]
    asked = [client.post(path, REMOTE_ADDR=AT_HOME) for path in paths]

    assert [page.status_code for page in looked + asked] == [200, 200, 403, 403]
    assert all("Wat is het woord van vandaag?" in page.content.decode() for page in looked)
