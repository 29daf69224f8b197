"""Asking to be let in: one waiting screen, one tap, two minutes (SR-A17)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.class_start import MOST_ASKING, allow
from accounts.models import LetIn
from basispoort.lib.tenancy import school_transaction
from basispoort.web.pictures import PICTURES
from tests import factories
from tests.accounts.pupils.class_starts import ask_path, asks, come, page_of, starts
from tests.accounts.pupils.factories import (
    AT_HOME,
    events,
    is_signed_in,
    make_network,
    make_start,
)
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A17")


def test_closing_early_ends_the_way_in_and_the_tap_that_waits(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_network(school)
    start = make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil), REMOTE_ADDR=AT_HOME)
    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))

    at_work.post(page_of(group, "stoppen/"))
    come(child, school, group, pupil, REMOTE_ADDR=AT_HOME)

    assert starts(school)[0].ends_at < start.ends_at
    assert not is_signed_in(child)
    assert "accounts.class.closed" in events()


def test_nobody_can_ask_without_a_class_start(school: School, group: Group, pupil: Pupil) -> None:
    child = Client()

    child.post(ask_path(school, group, pupil))

    assert asks(school) == []


def test_tap_lets_exactly_the_waiting_screen_in_and_once(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child, other = Client(), Client()
    child.post(ask_path(school, group, pupil))
    other.post(ask_path(school, group, pupil))
    mine, theirs = asks(school)

    before = come(child, school, group, pupil)
    at_work.post(page_of(group, f"binnen/{mine.pk}/"))
    come(other, school, group, pupil)
    come(child, school, group, pupil)
    come(child, school, group, pupil)

    assert (before, is_signed_in(child), is_signed_in(other)) == (302, True, False)
    assert mine.sign != theirs.sign
    assert [row.used_at is not None for row in asks(school)] == [True]
    assert [event for event in events() if "pupil" in event or "signed" in event] == [
        "accounts.pupil.admitted",
        "accounts.signed_in",
    ]


@pytest.mark.requirement("SR-A06")
@pytest.mark.requirement("SR-A07")
def test_let_in_pupil_has_a_new_session_with_the_limits_of_pupils(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil))
    before = child.cookies["session"].value
    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))

    come(child, school, group, pupil)

    assert child.cookies["session"].value != before
    assert child.session["_limits"][:2] == [3600, 8 * 3600]


def test_page_of_the_teacher_shows_the_picture_of_the_waiting_screen(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil))
    shown = f"/img/pictures/{asks(school)[0].sign}.svg"

    assert shown in at_work.get(page_of(group)).content.decode()
    assert shown in child.get(ask_path(school, group, pupil)).content.decode()


def test_tap_is_good_for_two_minutes_and_so_is_the_question(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil))
    lasts = asks(school)[0].expires_at - asks(school)[0].asked_at
    with school_transaction(school):
        LetIn.objects.for_school(school).update(expires_at=timezone.now() - timedelta(seconds=1))

    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))
    late_tap = asks(school)[0].allowed_at
    child.post(ask_path(school, group, pupil))
    at_work.post(page_of(group, f"binnen/{asks(school)[-1].pk}/"))
    with school_transaction(school):
        LetIn.objects.for_school(school).update(expires_at=timezone.now() - timedelta(seconds=1))
    come(child, school, group, pupil)

    assert (lasts, late_tap) == (timedelta(minutes=2), None)
    assert not is_signed_in(child)


def test_tap_never_outlives_the_class_start(school: School, group: Group, pupil: Pupil, teacher: User) -> None:
    start = make_start(group, teacher, started_at=timezone.now() - timedelta(minutes=9, seconds=30))

    Client().post(ask_path(school, group, pupil))

    assert asks(school)[0].expires_at == start.ends_at


def test_screen_that_was_turned_away_can_ask_again(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil))

    at_work.post(page_of(group, f"nee/{asks(school)[0].pk}/"))
    away = (come(child, school, group, pupil), is_signed_in(child), len(asks(school)))
    child.post(ask_path(school, group, pupil))

    assert (away, len(asks(school))) == ((302, False, 0), 1)
    assert "accounts.pupil.turned_away" in events()


def test_only_a_few_screens_wait_at_one_name_and_each_has_one_place(
    school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    for _ in range(3):
        child.post(ask_path(school, group, pupil))
    once = len(asks(school))
    for _ in range(MOST_ASKING + 3):
        Client().post(ask_path(school, group, pupil))

    assert (once, len(asks(school))) == (1, MOST_ASKING)


def test_ask_of_another_start_or_group_is_not_let_in(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    second = factories.make_group(school)
    theirs = factories.make_pupil(school, second)
    make_start(group, teacher)
    make_start(second, teacher)
    child = Client()
    child.post(ask_path(school, second, theirs))

    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))

    assert asks(school)[0].allowed_at is None
    assert pupil.pk != theirs.pk


@pytest.mark.django_db(transaction=True)
def test_let_in_used_twice_at_once_lets_one_in(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    client.force_login(teacher)
    make_start(group, teacher)
    child, twin = Client(), Client()
    child.post(ask_path(school, group, pupil))
    twin.cookies["session"] = child.cookies["session"].value
    client.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))

    many_at_once(2, lambda number: come((child, twin)[number], school, group, pupil))

    assert sorted([is_signed_in(child), is_signed_in(twin)]) == [False, True]
    assert events().count("accounts.signed_in") == 1


def test_tap_that_was_not_used_dies_with_the_class_start_also_where_no_network_is_known(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    child = Client()
    child.post(ask_path(school, group, pupil))
    at_work.post(page_of(group, f"binnen/{asks(school)[0].pk}/"))

    at_work.post(page_of(group, "stoppen/"))
    come(child, school, group, pupil)

    assert not is_signed_in(child)


@pytest.mark.parametrize("free", [1, 0])
def test_waiting_screen_gets_a_picture_that_no_other_shows_while_there_is_one(
    school: School, group: Group, pupil: Pupil, teacher: User, free: int
) -> None:
    start = make_start(group, teacher)
    taken = [picture.name for picture in PICTURES][free:]
    until = timezone.now() + timedelta(minutes=1)
    with school_transaction(school):
        for number, sign in enumerate(taken):
            LetIn.objects.create(
                school=school,
                class_start=start,
                pupil=pupil if number < MOST_ASKING - 1 else factories.make_pupil(school, group),
                browser_hash=bytes([number]) * 32,
                sign=sign,
                asked_at=until - timedelta(minutes=2),
                expires_at=until,
            )

    Client().post(ask_path(school, group, pupil))

    assert (asks(school)[-1].sign in taken) is (free == 0)


def test_browser_that_waits_at_one_name_does_not_wait_at_another(
    school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    other, child = factories.make_pupil(school, group), Client()
    child.post(ask_path(school, group, pupil))

    sign = f"/img/pictures/{asks(school)[0].sign}.svg"
    pages = [child.get(ask_path(school, group, one)).content.decode() for one in (pupil, other)]

    assert [sign in page for page in pages] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_many_screens_at_once_do_not_pass_the_number_that_may_wait(
    school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)

    many_at_once(MOST_ASKING + 4, lambda _number: Client().post(ask_path(school, group, pupil)))

    assert len(asks(school)) == MOST_ASKING


@pytest.mark.django_db(transaction=True)
def test_of_two_screens_at_one_name_that_are_tapped_at_once_one_gets_in(
    school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    start = make_start(group, teacher)
    for _ in range(2):
        Client().post(ask_path(school, group, pupil))
    waiting = [one.pk for one in asks(school)]

    def tap(number: int) -> bool:
        with school_transaction(school):
            return allow(school=school, start=start, let_in=waiting[number], acting_user=teacher) is not None

    allowed = many_at_once(2, tap)

    assert sorted(allowed) == [False, True]
    assert [one.allowed_at is not None for one in asks(school)] == [True]
