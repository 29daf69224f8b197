"""What accounts sees for those on watch: a storm of failures, and who tries the doors of many schools (SR-J04)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts import alerts, events, failures
from accounts.models import FailureCounter
from basispoort.audit.models import Alert, AuditEntry
from basispoort.audit.watch import keep_watch
from basispoort.lib.tenancy import unscoped
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

NORMAL = failures.NATIONAL_NORMAL_AT_LEAST
STORM = failures.NATIONAL_FACTOR * NORMAL


def count_failures(number: int) -> None:
    key = FailureCounter.key_of("national")
    FailureCounter.add(key, timedelta(minutes=5))
    FailureCounter.objects.filter(key=key).update(count=number)


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("number", "seen"), [(0, []), (STORM - 1, []), (STORM, [alerts.FAILURES])])
@pytest.mark.django_db
def test_country_that_fails_five_times_as_often_as_normal_is_seen(number: int, seen: list[str]) -> None:
    if number:
        count_failures(number)

    assert [one.kind for one in alerts.look_at_failures()] == seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("schools", "seen"), [(alerts.DOORS_TRIED - 1, 0), (alerts.DOORS_TRIED, 1)])
@pytest.mark.django_db
def test_account_that_tries_many_schools_is_seen(client: Client, coordinator: User, schools: int, seen: int) -> None:
    client.force_login(coordinator)
    for _ in range(schools):
        client.get(f"/school/{factories.make_school().code}/")

    found = list(alerts.look_at_denials())
    assert [(one.kind, one.facts) for one in found] == [(alerts.DENIALS, {"accounts": [str(coordinator.pk)]})] * seen


@pytest.mark.django_db
def test_account_that_tries_one_wrong_address_many_times_is_not_seen(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    for _ in range(2 * alerts.DOORS_TRIED):
        client.get("/school/98QQ00/")

    assert list(alerts.look_at_denials()) == []


@pytest.mark.django_db
def test_account_that_lacks_a_right_at_the_own_schools_is_not_seen(client: Client) -> None:
    user = factories.make_user()
    schools = [factories.make_school() for _ in range(alerts.DOORS_TRIED)]
    for school in schools:
        factories.make_role(user, "teacher", school)
    client.force_login(user)

    answers = {client.get(f"/school/{school.code}/logboek/").status_code for school in schools}

    assert (answers, list(alerts.look_at_denials())) == ({403}, [])


def note(event: str, times: int, *, actor: User, ago: timedelta = timedelta(), **details: object) -> None:
    """Entries in the trail as acts of some time ago left them; each names another school."""
    at = timezone.now() - ago
    entries = [
        AuditEntry(
            event=event, actor_id=actor.pk, at=at, outcome="denied", details=details | {"code": f"98AA{number:02}"}
        )
        for number in range(times)
    ]
    with unscoped("a test writes what happened"):
        AuditEntry.objects.bulk_create(entries)


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(
    ("event", "ago", "seen"),
    [
        (events.DENIED, timedelta(minutes=59), 1),
        (events.DENIED, timedelta(minutes=61), 0),
        (events.SIGN_IN_FAILED, timedelta(minutes=1), 0),
    ],
)
@pytest.mark.django_db
def test_only_refusals_of_the_last_hour_make_an_account_seen(
    coordinator: User, event: str, ago: timedelta, seen: int
) -> None:
    note(event, alerts.DOORS_TRIED, actor=coordinator, ago=ago)

    assert len(list(alerts.look_at_denials())) == seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(
    ("event", "times", "ago", "seen"),
    [
        (events.SUPPORT_WATCH_BEGUN, alerts.WATCHED_OFTEN, timedelta(minutes=59), 1),
        (events.SUPPORT_WATCH_BEGUN, alerts.WATCHED_OFTEN - 1, timedelta(), 0),
        (events.SUPPORT_WATCH_BEGUN, alerts.WATCHED_OFTEN, timedelta(minutes=61), 0),
        (events.SUPPORT_SEARCHED, alerts.WATCHED_OFTEN, timedelta(), 0),
    ],
)
@pytest.mark.django_db
def test_who_looks_along_with_ten_people_within_the_hour_is_seen(
    coordinator: User, event: str, times: int, ago: timedelta, seen: int
) -> None:
    note(event, times, actor=coordinator, ago=ago)

    found = [(one.kind, one.facts) for one in alerts.look_at_watching()]

    assert found == [(alerts.WATCHING, {"accounts": [str(coordinator.pk)]})] * seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.django_db
def test_watch_holds_each_of_these_looks(coordinator: User) -> None:
    count_failures(STORM)
    note(events.DENIED, alerts.DOORS_TRIED, actor=coordinator)
    note(events.SUPPORT_WATCH_BEGUN, alerts.WATCHED_OFTEN, actor=coordinator)

    keep_watch()

    seen = set(Alert.objects.values_list("kind", flat=True))
    assert {alerts.FAILURES, alerts.DENIALS, alerts.WATCHING} <= seen
