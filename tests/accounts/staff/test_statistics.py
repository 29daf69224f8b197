"""Cijfers: counts of one school, by its own clock, that name nobody."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, UserPupil
from accounts.statistics import NotYet, SecondSteps, Statistics, statistics_of
from basispoort.audit import trail
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.accounts.pupils.factories import DIGITS, code_path, make_code
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, Pupil, School

HERE = ZoneInfo("Europe/Amsterdam")


def numbers(school: School) -> Statistics:
    with school_transaction(school):
        return statistics_of(school)


def entry(school: School | None, at: datetime, event: str = "accounts.signed_in", **values: Any) -> AuditEntry:
    return AuditEntry(school_id=school.pk if school else None, event=event, at=at, **{"outcome": "done"} | values)


def noted(school: School, *entries: AuditEntry) -> None:
    with school_transaction(school):
        AuditEntry.objects.bulk_create(entries)


def today_at(hour: int) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=30)


def test_sign_in_of_a_pupil_counts_today(school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    before = numbers(school).pupils.total

    Client().post(code_path(school, group, pupil), {"pincode": DIGITS})

    today = timezone.localdate()
    after = numbers(school)
    assert (before, after.pupils.total) == (0, 1)
    assert after.pupils.bars[21 + today.weekday()].number == 1


def test_sign_in_of_a_teacher_counts_at_the_own_schools_only(school: School, other_school: School) -> None:
    both, theirs = factories.make_teacher(school), factories.make_teacher(other_school)
    factories.make_role(both, "teacher", other_school)
    for user in (both, theirs):
        Client().post("/inloggen/", {"email": user.email, "password": factories.PASSWORD})

    assert (numbers(school).staff.total, numbers(other_school).staff.total) == (1, 2)


def test_pupils_of_another_school_count_there_only(school: School, other_school: School) -> None:
    noted(other_school, entry(other_school, today_at(9)))

    assert (numbers(school).pupils.total, numbers(other_school).pupils.total) == (0, 1)


def test_what_is_older_than_four_weeks_or_something_else_does_not_count(school: School) -> None:
    noted(
        school,
        entry(school, today_at(9) - timedelta(days=28)),
        entry(school, today_at(9), "accounts.signed_out"),
    )

    assert numbers(school).pupils.total == 0


@pytest.mark.parametrize(
    ("utc_hour", "day", "hour"),
    [(7, date(2026, 10, 23), 9), (8, date(2026, 10, 26), 9), (22, date(2026, 10, 24), None)],
    ids=["summer time", "winter time", "after midnight here"],
)
def test_day_and_hour_are_those_of_the_clock_at_school(
    school: School, monkeypatch: pytest.MonkeyPatch, utc_hour: int, day: date, hour: int | None
) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 10, 30))
    at = datetime(2026, 10, 23 if utc_hour != 8 else 26, utc_hour, 30, tzinfo=ZoneInfo("UTC"))
    noted(school, entry(school, at))

    found = numbers(school)

    monday = date(2026, 10, 5)
    assert [monday + timedelta(days=place) for place, bar in enumerate(found.pupils.bars) if bar.number] == [day]
    assert [bar.words for bar in found.hours.bars if bar.number] == ([f"{hour}:00"] if hour else [])
    assert at.astimezone(HERE).date() == day


def test_hour_is_the_average_of_the_days_on_which_anybody_signed_in(school: School) -> None:
    for ago in (0, 1):
        noted(school, *[entry(school, today_at(8) - timedelta(days=ago)) for _ in range(4 + 2 * ago)])

    assert {bar.words: bar.number for bar in numbers(school).hours.bars if bar.number} == {"8:00": 5}


def test_second_steps_of_those_who_must_and_those_who_may(school: School, coordinator: User) -> None:
    factories.make_app(factories.make_teacher(school))
    factories.make_teacher(school)
    bare = factories.make_user()
    factories.make_role(bare, "head", school)
    invited = factories.make_user(password=None)
    factories.make_role(invited, "head", school)

    found = numbers(school)

    assert found.second_steps == SecondSteps(must=2, must_have=1, may=2, may_have=1)
    assert (found.invited, found.link_over) == (1, 1)
    assert coordinator.pk != bare.pk


def test_groups_tell_how_many_never_signed_in_and_full_ones_are_left_out(school: School, group: Group) -> None:
    pupils = [factories.make_pupil(school, group) for _ in range(3)]
    factories.make_pupil_user(pupils[0])
    done = factories.make_group(school)
    factories.make_pupil_user(factories.make_pupil(school, done))
    factories.make_pupil(school, group, left_at=timezone.now())

    found = numbers(school)

    assert found.groups == [NotYet(group.name, 3, 2)]
    assert found.never == 2
    with school_transaction(school):
        assert UserPupil.objects.for_school(school).count() == 2


def test_waits_of_the_last_seven_days_are_counted(school: School) -> None:
    failed = {"event": "accounts.sign_in_failed", "outcome": "waiting"}
    noted(
        school,
        entry(school, timezone.now(), **failed),
        entry(school, timezone.now() - timedelta(days=8), **failed),
        entry(school, timezone.now(), event="accounts.sign_in_failed", outcome="refused"),
    )

    assert numbers(school).waits == 1


def test_page_names_nobody_and_says_what_to_do_first(school: School, pupil: Pupil, coordinator: User) -> None:
    client = PortalClient()
    client.force_login(coordinator)

    empty = client.get(f"/school/{school.code}/cijfers/").content.decode()
    with school_transaction(school):
        trail.record("accounts.signed_in", school=school, acting_user=None, target=pupil, role="pupil")
    full = client.get(f"/school/{school.code}/cijfers/").content.decode()

    assert "Er heeft nog niemand ingelogd" in empty
    assert 'class="bars__bar"' in full
    # Nobody of the staff signed in: that chart says so, and draws no empty axes.
    assert (
        re.findall(r'bars__title">([^<]*)</figcaption>\n<p class="bars__none">', full)[-1]
        == "Medewerkers: keer ingelogd per dag"
    )
    assert pupil.first_name not in full.replace("Samen", "")


def test_number_of_queries_does_not_depend_on_how_much_there_is(
    school: School, coordinator: User, queries: CaptureQueriesContext
) -> None:
    client = PortalClient()
    client.force_login(coordinator)
    counts = []
    for times in (1, 2):
        for _ in range(times):
            place = factories.make_group(school)
            factories.make_pupil(school, place)
            factories.make_teacher(school)
            noted(school, entry(school, today_at(9)))
        client.get(f"/school/{school.code}/cijfers/")
        with queries:
            client.get(f"/school/{school.code}/cijfers/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.requirement("SR-A05")
def test_sign_ins_elsewhere_of_who_has_not_come_yet_are_not_counted(school: School) -> None:
    user = factories.make_user()
    role = factories.make_role(user, "teacher", school, called="Wie Dan")
    with unscoped("a test writes"):
        AuditEntry.objects.bulk_create([entry(None, timezone.now(), actor_id=user.pk)])
    before = numbers(school)
    with school_transaction(school):
        Role.objects.for_school(school).filter(pk=role.pk).update(called="")

    assert (before.staff.total, before.invited) == (0, 1)
    assert numbers(school).staff.total == 1


def test_sign_ins_from_before_the_first_day_at_the_school_are_not_counted(school: School) -> None:
    user = factories.make_user()
    today = timezone.localdate()
    factories.make_role(user, "teacher", school, starts_on=today - timedelta(days=2))
    other = factories.make_user()
    factories.make_role(other, "teacher", school, starts_on=today + timedelta(days=5))
    days_ago = [timezone.now() - timedelta(days=days) for days in (0, 1, 4)]
    with unscoped("a test writes"):
        AuditEntry.objects.bulk_create(entry(None, at, actor_id=one.pk) for at in days_ago for one in (user, other))

    assert numbers(school).staff.total == 2
