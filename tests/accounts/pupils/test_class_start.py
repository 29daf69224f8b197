"""The class start: ten minutes, one group, and one tap for one waiting screen (SR-A17)."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions.class_start import MOST_ASKING
from accounts.models import ClassStart, LetIn, PupilCode, RoleName
from accounts.models.class_start import LASTS
from accounts.tasks import forget_class_starts
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.factories import (
    AT_HOME,
    DIGITS,
    code_now,
    code_path,
    events,
    is_signed_in,
    make_code,
    make_network,
    make_start,
)
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A17")
BUTTON = re.compile(r'name="button" value="([^"]+)"')


def page_of(group: Group, more: str = "") -> str:
    return f"/school/99XX00/klassenstart/{group.pk}/{more}"


def button(client: Client, group: Group) -> str:
    found = BUTTON.search(client.get(page_of(group)).content.decode())
    assert found is not None
    return found[1]


def starts(school: School) -> list[ClassStart]:
    with school_transaction(school):
        return list(ClassStart.objects.for_school(school).order_by("started_at"))


def asks(school: School) -> list[LetIn]:
    with school_transaction(school):
        return list(LetIn.objects.for_school(school).order_by("asked_at"))


def end(start: ClassStart, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let the ten minutes of a class start be over."""
    began = timezone.now() - LASTS - ago
    with school_transaction(start.school_id):
        ClassStart.objects.for_school(start.school_id).filter(pk=start.pk).update(
            started_at=began, ends_at=began + LASTS
        )


def ask_path(school: School, group: Group, pupil: Pupil) -> str:
    return f"{code_path(school, group, pupil)}vraag/"


def come(client: Client, school: School, group: Group, pupil: Pupil, **headers: Any) -> int:
    return client.post(f"{ask_path(school, group, pupil)}binnen/", **headers).status_code


@pytest.fixture
def at_work(client: Client, teacher: User) -> Client:
    """The teacher's browser."""
    client.force_login(teacher)
    return client


def test_start_lasts_ten_minutes_by_the_clock_of_the_database(at_work: Client, school: School, group: Group) -> None:
    at_work.post(page_of(group), {"button": button(at_work, group)})

    (start,) = starts(school)
    assert start.ends_at - start.started_at == timedelta(minutes=10)
    assert abs(start.started_at - timezone.now()) < timedelta(seconds=30)
    assert events()[-1] == "accounts.class.started"


def test_second_tab_finds_the_same_ten_minutes(at_work: Client, school: School, group: Group) -> None:
    first, second = button(at_work, group), button(at_work, group)

    at_work.post(page_of(group), {"button": first})
    (before,) = starts(school)
    at_work.post(page_of(group), {"button": second})

    assert [start.ends_at for start in starts(school)] == [before.ends_at]


def test_replayed_request_opens_nothing_after_the_end(at_work: Client, school: School, group: Group) -> None:
    pressed = button(at_work, group)
    at_work.post(page_of(group), {"button": pressed})
    end(starts(school)[0])

    at_work.post(page_of(group), {"button": pressed})
    replayed = len(starts(school))
    at_work.post(page_of(group), {"button": button(at_work, group)})

    assert (replayed, len(starts(school))) == (1, 2)


def test_button_works_for_its_own_group_and_session_only(
    at_work: Client, school: School, group: Group, teacher: User, coordinator: User
) -> None:
    second = factories.make_group(school)
    elsewhere = PortalClient()
    elsewhere.force_login(coordinator)
    pressed = button(at_work, group)

    elsewhere.post(page_of(second), {"button": pressed})
    elsewhere.post(page_of(group), {"button": pressed})
    for forged in ("", "x", pressed[:-1], f"{pressed}x"):
        at_work.post(page_of(group), {"button": forged})

    assert starts(school) == []
    assert teacher.pk != coordinator.pk


def test_database_holds_ten_minutes_and_one_start_at_a_time(group: Group, teacher: User) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_start(group, teacher, started_at=now, ends_at=now + timedelta(minutes=11))
    make_start(group, teacher)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_start(group, teacher)


def test_teacher_of_another_group_finds_nothing(client: Client, school: School, group: Group) -> None:
    client.force_login(factories.make_teacher(school, groups=(factories.make_group(school),)))

    for more in ("", "stand/", "bord/", "qr.svg"):
        assert client.get(page_of(group, more)).status_code == 404
    for more in ("", "stoppen/", f"binnen/{uuid.uuid4()}/", f"nee/{uuid.uuid4()}/", f"opnieuw/{uuid.uuid4()}/"):
        assert client.post(page_of(group, more), {"button": "x"}).status_code == 404


def test_substitute_may_start_the_group_of_the_pass_while_it_runs(client: Client, school: School, group: Group) -> None:
    from accounts.models import RoleGroup  # noqa: PLC0415 - for this test only

    user = factories.make_user()
    now = timezone.now()
    role = factories.make_role(
        user, RoleName.SUBSTITUTE, school, since=now - timedelta(hours=1), until=now + timedelta(hours=1)
    )
    with school_transaction(school):
        RoleGroup.objects.create(school=school, role=role, group=group)
    client.force_login(user)

    client.post(page_of(group), {"button": button(client, group)})
    with unscoped("a test ends a pass"):
        type(role).objects.get_queryset().filter(pk=role.pk).update(until=now - timedelta(seconds=1))

    assert len(starts(school)) == 1
    assert client.get(page_of(group)).status_code == 404


def test_trainee_may_not_start(client: Client, school: School, group: Group) -> None:
    user = factories.make_user()
    factories.make_role(user, RoleName.TRAINEE, school)
    client.force_login(user)

    assert client.get(page_of(group)).status_code == 403


@pytest.mark.requirement("SR-A15")
def test_start_ends_the_wait_of_pupils_of_the_group_only(
    at_work: Client, school: School, group: Group, pupil: Pupil
) -> None:
    theirs = factories.make_pupil(school, factories.make_group(school))
    for one in (pupil, theirs):
        code = make_code(one)
        with school_transaction(school):
            for _ in range(5):
                PupilCode.objects.for_school(school).claim_try(code.pk)

    at_work.post(page_of(group), {"button": button(at_work, group)})

    assert (code_now(pupil).is_waiting, code_now(theirs).is_waiting) == (False, True)


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


def test_screen_hears_nothing_while_nothing_changed(
    at_work: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_start(group, teacher)
    htmx: Any = {"HTTP_HX_REQUEST": "true"}
    seen = re.search(r"seen=(\w+)", at_work.get(page_of(group)).content.decode())
    assert seen is not None

    quiet = at_work.get(page_of(group, f"stand/?seen={seen[1]}"), **htmx)
    Client().post(ask_path(school, group, pupil))
    loud = at_work.get(page_of(group, f"stand/?seen={seen[1]}"), **htmx)

    assert (quiet.status_code, loud.status_code) == (204, 200)
    assert "Wacht op jou" in loud.content.decode()


def test_teacher_sees_who_is_in_who_must_wait_and_who_is_not_yet(
    at_work: Client, school: School, group: Group, teacher: User
) -> None:
    names = ("Anna", "Bram", "Cato")
    anna, bram, cato = (factories.make_pupil(school, group, first_name=name) for name in names)
    make_code(anna)
    code = make_code(bram)
    with school_transaction(school):
        for _ in range(5):
            PupilCode.objects.for_school(school).claim_try(code.pk)
    make_start(group, teacher)
    Client().post(code_path(school, group, anna), {"pincode": DIGITS})

    page = at_work.get(page_of(group)).content.decode()
    states = dict(re.findall(r'live-pupil--(\w+)">.*?live-pupil__name">(\w+)<', page, re.DOTALL))
    at_work.post(page_of(group, f"opnieuw/{bram.public_id}/"))

    assert {name: state for state, name in re.findall(r'live-pupil--(\w+)">.*?__name">(\w+)<', page, re.DOTALL)} == {
        "Anna": "in",
        "Bram": "waits",
        "Cato": "out",
    }
    assert states
    assert not code_now(bram).is_waiting
    assert cato.first_name in page


@pytest.mark.parametrize("more", ["", "stand/", "bord/"])
def test_number_of_queries_is_the_same_for_1_3_and_30_pupils(
    at_work: Client, school: School, group: Group, teacher: User, more: str, queries: CaptureQueriesContext
) -> None:
    make_start(group, teacher)
    counts = []
    held = 0
    for number in (1, 3, 30):
        for _ in range(number - held):
            one = factories.make_pupil(school, group)
            make_code(one)
            Client().post(ask_path(school, group, one))
        held = number
        at_work.get(page_of(group, more))
        with queries:
            at_work.get(page_of(group, more))
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2]


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
    path = f"{ask_path(school, group, pupil)}binnen/"
    barrier = threading.Barrier(2)

    def go(browser: Client) -> None:
        barrier.wait()
        try:
            browser.post(path)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(browser,)) for browser in (child, twin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted([is_signed_in(child), is_signed_in(twin)]) == [False, True]
    assert events().count("accounts.signed_in") == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_open_one_start(client: Client, school: School, group: Group, teacher: User) -> None:
    client.force_login(teacher)
    buttons = [button(client, group), button(client, group)]
    cookie = client.cookies["session"].value
    barrier = threading.Barrier(2)
    statuses = []

    def go(pressed: str) -> None:
        tab = Client()
        tab.cookies["session"] = cookie
        barrier.wait()
        try:
            statuses.append(tab.post(page_of(group), {"button": pressed}).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(pressed,)) for pressed in buttons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [302, 302]
    assert len(starts(school)) == 1


def test_rows_older_than_a_day_are_forgotten(school: School, group: Group, pupil: Pupil, teacher: User) -> None:
    start = make_start(group, teacher)
    Client().post(ask_path(school, group, pupil))
    end(start, timedelta(days=1, minutes=1))
    make_start(group, teacher)

    forgotten = forget_class_starts()

    assert forgotten == 1
    assert (len(starts(school)), asks(school)) == (1, [])
