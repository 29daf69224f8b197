"""The class start: ten minutes, one group, and one tap for one waiting screen (SR-A17)."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import PupilCode, RoleGroup, RoleName
from accounts.tasks import forget_class_starts
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.class_starts import ask_path, asks, button, end, page_of, starts
from tests.accounts.pupils.factories import (
    DIGITS,
    code_now,
    code_path,
    events,
    make_code,
    make_start,
)
from tests.at_once import many_at_once
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A17")


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
def test_two_tabs_at_once_open_one_start(client: Client, school: School, group: Group, teacher: User) -> None:
    client.force_login(teacher)
    buttons = [button(client, group), button(client, group)]
    cookie = client.cookies["session"].value

    def press(number: int) -> int:
        tab = Client()
        tab.cookies["session"] = cookie
        return tab.post(page_of(group), {"button": buttons[number]}).status_code

    statuses = many_at_once(2, press)

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


@pytest.mark.parametrize(("of", "minutes"), [("pass", 3), ("pass and own group", 10), ("long pass", 10)])
def test_start_by_a_pass_ends_with_the_pass(
    client: Client, school: School, group: Group, teacher: User, of: str, minutes: int
) -> None:
    user = teacher if of == "pass and own group" else factories.make_user()
    until = timezone.now() + timedelta(hours=2) if of == "long pass" else timezone.now() + timedelta(minutes=3)
    lent = factories.make_role(user, RoleName.SUBSTITUTE, school, until=until)
    with school_transaction(school):
        RoleGroup.objects.create(school=school, role=lent, group=group)
    client.force_login(user)

    client.post(page_of(group), {"button": button(client, group)})

    (start,) = starts(school)
    assert abs(start.ends_at - start.started_at - timedelta(minutes=minutes)) < timedelta(seconds=20)
