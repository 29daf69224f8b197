"""Alerts to those on watch, and what the watch sees for the portal as a whole (SR-J04)."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.db import connection, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import LinkRequest
from basispoort.audit import alerts, chain, looks, watch
from basispoort.audit.alerts import UnknownAlert, raise_alert, solve_alert
from basispoort.audit.models import Alert, AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.models import RosterDelivery
from tests import factories
from tests.at_once import at_once
from tests.audit.test_trail import forge, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from schools.models import School

WATCHERS = ["wacht@basispoort.example", "tweede@basispoort.example"]
KIND = alerts.alert_kind("tests.happened", "Er gebeurde iets", "Kijk wat het was.")


def kinds_of(sightings: Iterable[watch.Sighting]) -> list[str]:
    return [one.kind for one in sightings]


@pytest.fixture
def watchers(settings: Any) -> None:
    """Two people who get mail about alerts."""
    settings.ALERT_ADDRESSES = WATCHERS


@pytest.mark.requirement("SR-J04")
@pytest.mark.usefixtures("watchers")
@pytest.mark.django_db
def test_alert_is_mailed_once_and_counts_while_it_is_open() -> None:
    first = raise_alert(KIND, facts={"number": 1})
    second = raise_alert(KIND, facts={"number": 2})

    alert = Alert.objects.get()
    assert (first, alert.count, alert.facts) == (second, 2, {"number": 2})
    assert sorted(str(one.address) for one in OutgoingMail.objects.all()) == sorted(WATCHERS)


@pytest.mark.usefixtures("watchers")
@pytest.mark.django_db
def test_alert_that_opens_again_within_the_hour_is_not_mailed_until_the_hour_is_over(coordinator: User) -> None:
    raise_alert(KIND)
    solve_alert(alert=Alert.objects.get(), acting_user=coordinator)
    raise_alert(KIND)
    before = OutgoingMail.objects.count()
    Alert.objects.filter(mailed_at__isnull=False).update(mailed_at=Now() - timedelta(hours=2))
    raise_alert(KIND)

    assert (before, OutgoingMail.objects.count()) == (len(WATCHERS), 2 * len(WATCHERS))
    assert Alert.objects.count() == 2


@pytest.mark.usefixtures("watchers")
@pytest.mark.django_db
def test_alert_that_stays_open_for_hours_is_not_mailed_again() -> None:
    raise_alert(KIND)
    Alert.objects.update(mailed_at=Now() - timedelta(hours=2))
    raise_alert(KIND)

    assert OutgoingMail.objects.count() == len(WATCHERS)


@pytest.mark.django_db
def test_alert_without_anybody_on_watch_stands_in_the_back_office_alone() -> None:
    raise_alert(KIND)

    assert (Alert.objects.get().mailed_at, OutgoingMail.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_alert_of_a_kind_that_nobody_named_is_refused() -> None:
    with pytest.raises(UnknownAlert):
        raise_alert("tests.invented")


@pytest.mark.django_db
def test_alert_can_be_raised_within_a_national_block_and_within_a_school(school: School) -> None:
    with unscoped("a test raises"):
        raise_alert(KIND)
    with school_transaction(school):
        raise_alert(KIND)

    assert Alert.objects.get().count == 2


@pytest.mark.django_db
def test_alert_is_solved_once_and_stands_in_the_trail(coordinator: User) -> None:
    raise_alert(KIND)
    alert = Alert.objects.get()

    assert [solve_alert(alert=alert, acting_user=coordinator) for _ in range(2)] == [True, False]
    alert.refresh_from_db()
    assert alert.resolved_by == coordinator.pk
    with unscoped("a test reads the trail"):
        assert AuditEntry.objects.filter(event=alerts.ALERT_SOLVED, target_id=str(alert.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_raise_at_once_open_one_alert() -> None:
    at_once(*[partial(raise_alert, KIND)] * 2)

    assert list(Alert.objects.values_list("count", flat=True)) == [2]


@pytest.mark.django_db
def test_look_that_fails_is_an_alert_and_lets_the_others_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterable[watch.Sighting]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM a_table_that_is_not_there")
        return []

    def seeing() -> Iterable[watch.Sighting]:
        return [watch.Sighting(KIND)]

    monkeypatch.setattr(watch, "_looks", {"broken": broken, "seeing": seeing})

    assert watch.keep_watch() == 2
    assert set(Alert.objects.values_list("kind", flat=True)) == {watch.LOOK_FAILED, KIND}


def test_watch_holds_each_look_of_the_portal() -> None:
    ours = (
        looks.look_at_the_trail,
        looks.look_at_jobs,
        looks.look_at_mail,
        looks.look_at_clocks,
        looks.look_at_workers,
    )

    assert set(ours) <= set(watch._looks.values())


@pytest.mark.django_db(transaction=True)
def test_second_watch_at_the_same_time_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_looks", {"seeing": lambda: [watch.Sighting(KIND)]})
    with psycopg.connect(**connections["owner"].get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit.watch', 0))")
        held = watch.keep_watch()

    assert (held, watch.keep_watch()) == (0, 1)


def write_three(school: School) -> list[str]:
    with school_transaction(school):
        entries = write(school, 3)
    chain.seal()
    return entries


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_auditentry SET event = 'accounts.signed_out' WHERE id = %s", "the entry was changed"),
        ("DELETE FROM audit_auditentry WHERE id = %s", "the entry is gone"),
        ("DELETE FROM audit_auditseal WHERE entry_id = %s", "a row is missing before it"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_newest_part_of_the_trail_that_was_changed_is_seen(statement: str, reason: str) -> None:
    second = write_three(factories.make_school())[1]
    before = list(looks.look_at_the_trail())
    forge(statement, second)

    (seen,) = looks.look_at_the_trail()
    assert (before, seen.kind, seen.facts["reason"]) == ([], looks.CHAIN_BROKEN, reason)


@pytest.mark.django_db(transaction=True)
def test_newest_part_is_held_against_the_row_before_it(school: School) -> None:
    write_three(school)

    assert chain.verify_newest(1) == []


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("minutes", "seen"), [(10, []), (20, [looks.JOBS_STUCK])])
@pytest.mark.django_db
def test_job_that_waits_too_long_is_seen(minutes: int, seen: list[str]) -> None:
    waiting = LinkRequest.objects.create(address="demo@voorbeeldschool.example")
    LinkRequest.objects.filter(pk=waiting.pk).update(created_at=Now() - timedelta(minutes=minutes))

    assert kinds_of(looks.look_at_jobs()) == seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("hours", "seen"), [(0, [looks.JOBS_FAILED]), (2, [])])
@pytest.mark.django_db
def test_job_that_was_given_up_is_seen_for_an_hour(school: School, hours: int, seen: list[str]) -> None:
    with school_transaction(school):
        finished = timezone.now() - timedelta(hours=hours)
        RosterDelivery.objects.create(school=school, channel="edexml", state="failed", finished_at=finished)

    assert kinds_of(looks.look_at_jobs()) == seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("minutes", "seen"), [(50, []), (70, [looks.MAIL_WAITS])])
@pytest.mark.django_db
def test_mail_that_waits_for_more_than_an_hour_is_seen(minutes: int, seen: list[str]) -> None:
    mail = OutgoingMail.objects.create(purpose="test", address="demo@voorbeeldschool.example")
    OutgoingMail.objects.filter(pk=mail.pk).update(created_at=Now() - timedelta(minutes=minutes))

    assert kinds_of(looks.look_at_mail()) == seen


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("seconds", "seen"), [(0, []), (4, []), (6, [looks.CLOCK_OFF]), (-6, [looks.CLOCK_OFF])])
@pytest.mark.django_db
def test_clock_that_is_off_by_more_than_five_seconds_is_seen(
    monkeypatch: pytest.MonkeyPatch, seconds: int, seen: list[str]
) -> None:
    true = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: true() + timedelta(seconds=seconds))

    assert kinds_of(looks.look_at_clocks()) == seen


def empty_queues(expected: list[str]) -> list[str]:
    """Look until these queues are the ones without a worker, ten seconds long: a worker needs a moment to listen."""
    end = time.monotonic() + 10
    while True:
        found = [str(name) for one in looks.look_at_workers() for name in one.facts["queues"]]  # type: ignore[union-attr]  # a list
        if found == expected or time.monotonic() > end:
            return found


@pytest.mark.requirement("SR-J04")
@pytest.mark.django_db(transaction=True)
def test_queue_without_a_worker_is_seen_and_one_with_a_worker_is_not() -> None:
    assert empty_queues(["default", "imports", "mail"]) == ["default", "imports", "mail"]
    with start_worker(current_app, pool="solo", perform_ping_check=False, queues="default,imports"):
        assert empty_queues(["mail"]) == ["mail"]
    with start_worker(current_app, pool="solo", perform_ping_check=False, queues="default,imports,mail"):
        assert empty_queues([]) == []


@pytest.mark.django_db
def test_alert_and_the_act_that_raised_it_stand_or_fall_together() -> None:
    with transaction.atomic():
        raise_alert(KIND)
        transaction.set_rollback(True)

    assert Alert.objects.count() == 0
