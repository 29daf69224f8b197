"""Deliveries that meet each other, and workers that are killed: real connections, real processes (SR-D05, SR-L02)."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from schools import events
from schools.actions.apply import NotReadable, apply_delivery
from schools.actions.delivery import DeliveryOpen, receive_delivery
from schools.edexml.write import write_roster
from schools.models import RosterDelivery, StaffGroup
from schools.signals import roster_applied
from schools.tasks import read_delivery, sweep_deliveries
from tests.at_once import at_once, many_at_once
from tests.schools import child
from tests.schools.factories import apply, deliver, make_roster, now, present, rows_of, with_pupil

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.django_db(transaction=True)
ROSTER_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('schools.roster', %s))"
WAITING = """
SELECT pid FROM pg_locks
WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# Long enough for a slow machine to start Django; nothing waits this long when all is well.
PATIENCE_SECONDS = 60


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    """A connection of the portal's own role beside those of Django, with a transaction that ends with the block."""
    parameters = connections["default"].get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    with psycopg.connect(**wanted) as beside:
        yield beside
        beside.rollback()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process or the database does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def waiting(beside: psycopg.Connection) -> int:
    """The number of connections that wait for a lock in this database."""
    return len(beside.execute(WAITING).fetchall())


def is_alive(pid: int) -> bool:
    """Tell whether a connection is still there; asked anew, as the database remembers its answer in a transaction."""
    with another_connection() as beside:
        return bool(beside.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall())


def applied_entries(delivery: RosterDelivery) -> int:
    """The number of entries in the trail that say this delivery was applied."""
    with unscoped("a test reads the trail"):
        return AuditEntry.objects.filter(event=events.DELIVERY_APPLIED, target_id=str(delivery.pk)).count()


def apply_now(school: School, user: User, delivery: RosterDelivery) -> str:
    """Apply the delivery as it was read, and say how it ended."""
    try:
        with school_transaction(school):
            apply_delivery(
                school=school,
                delivery=delivery,
                acting_user=user,
                digest=delivery.difference_digest,
                confirmed=True,
            )
    except NotReadable:
        return "not any more"
    return "applied"


@pytest.mark.requirement("SR-D05")
@pytest.mark.requirement("SR-L02")
def test_two_who_apply_the_same_delivery_at_once_apply_it_once(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))
    told: list[object] = []
    outcomes: list[str] = []

    def hear(**kwargs: object) -> None:
        told.append(kwargs["delivery_id"])

    roster_applied.connect(hear)
    try:
        with another_connection() as beside, another_connection() as watcher:
            beside.execute(ROSTER_LOCK, [school.pk])
            both = threading.Thread(
                target=lambda: outcomes.extend(
                    many_at_once(2, lambda _number: apply_now(school, coordinator, delivery))
                )
            )
            both.start()
            wait_until(lambda: waiting(watcher) == 2)
            beside.rollback()
            both.join(PATIENCE_SECONDS)
    finally:
        roster_applied.disconnect(hear)

    assert sorted(outcomes) == ["applied", "not any more"]
    assert (applied_entries(delivery), told, len(present(school))) == (1, [delivery.pk], 20)


@pytest.mark.requirement("SR-D05")
def test_of_two_deliveries_of_a_school_at_once_one_is_taken(school: School, coordinator: User) -> None:
    def send(_number: int) -> str:
        try:
            with school_transaction(school):
                receive_delivery(school=school, content=write_roster(make_roster(school)), acting_user=coordinator)
        except DeliveryOpen:
            return "another is open"
        return "taken"

    outcomes = sorted(many_at_once(2, send))

    assert outcomes == ["another is open", "taken"]
    with school_transaction(school):
        assert RosterDelivery.objects.for_school(school).count() == 1


@pytest.mark.requirement("SR-D05")
def test_reading_waits_until_an_apply_of_the_same_school_is_done(
    school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    delivery = deliver(school, coordinator, with_pupil(roster, 0, first_name="Anders"), read=False)
    elsewhere = deliver(other_school, stranger, make_roster(other_school), read=False)
    outcomes: list[str] = []
    with another_connection() as beside, another_connection() as watcher:
        beside.execute(ROSTER_LOCK, [school.pk])
        reader = threading.Thread(
            target=lambda: outcomes.extend(at_once(lambda: read_delivery(school.pk, str(delivery.pk))))
        )
        reader.start()
        wait_until(lambda: waiting(watcher) == 1)
        while_waiting = (now(delivery).state, read_delivery(other_school.pk, str(elsewhere.pk)))
        beside.rollback()
        reader.join(PATIENCE_SECONDS)

    assert while_waiting == ("received", "read")
    assert outcomes == ["read"]


def kill_when_it_waits(worker: subprocess.Popen[bytes], beside: psycopg.Connection) -> None:
    """Kill the process once it waits for what `beside` holds, let go, and wait until the database noticed."""
    with another_connection() as watcher:
        wait_until(lambda: bool(waiting(watcher)) or worker.poll() is not None)
        pids = [row[0] for row in watcher.execute(WAITING).fetchall()]
        worker.kill()
        assert worker.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        beside.rollback()
        wait_until(lambda: not any(is_alive(pid) for pid in pids))


@pytest.mark.requirement("SR-D05")
def test_process_killed_while_it_writes_leaves_the_old_roster_and_the_delivery(
    school: School, coordinator: User
) -> None:
    apply(school, coordinator, make_roster(school, pupils=8, seed=2))
    before = rows_of(school)
    roster = make_roster(school)
    delivery = deliver(school, coordinator, roster)

    with another_connection() as beside:
        # By then pupils and staff are written.
        beside.execute("LOCK TABLE schools_pupilsubgroup IN SHARE MODE")
        kill_when_it_waits(child.start("apply", school.pk, delivery.pk, coordinator.pk), beside)
    halfway = (now(delivery).state, applied_entries(delivery), rows_of(school) == before)
    again = apply_now(school, coordinator, now(delivery))

    assert halfway == ("read", 0, True)
    assert (again, applied_entries(delivery)) == ("applied", 1)
    assert {one.las_key for one in present(school)} == {one.key for one in roster.pupils}


@pytest.mark.requirement("SR-L01")
def test_delivery_whose_reader_was_killed_is_woken_and_read(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)
    with another_connection() as beside:
        beside.execute(ROSTER_LOCK, [school.pk])
        kill_when_it_waits(child.start("read", school.pk, delivery.pk), beside)
    left = now(delivery)
    too_early = sweep_deliveries()["woken"]
    with school_transaction(school):
        past = timezone.now() - timedelta(seconds=1)
        RosterDelivery.objects.for_school(school).filter(pk=delivery.pk).update(lease_until=past)

    woken = sweep_deliveries()["woken"]

    assert (left.state, left.attempts, left.content is not None) == ("received", 1, True)
    assert (too_early, woken) == (0, 1)
    assert (read_delivery(school.pk, str(delivery.pk)), now(delivery).attempts) == ("read", 2)


@pytest.mark.requirement("SR-L02")
def test_other_apps_are_told_once_and_after_everything_is_written(school: School, coordinator: User) -> None:
    seen: list[tuple[object, int, int]] = []
    delivery = deliver(school, coordinator, make_roster(school))

    def hear(**kwargs: Any) -> None:
        # Another connection sees only what is committed.
        with another_connection() as beside:
            beside.execute("SELECT set_config('app.schools', %s, true)", [str(school.pk)])
            counts = [
                beside.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own tables
                for table in ("schools_pupil", "schools_staffgroup")
            ]
        seen.append((kwargs["school_id"], *[int(row[0]) for row in counts if row]))

    roster_applied.connect(hear)
    try:
        apply_now(school, coordinator, delivery)
        apply_now(school, coordinator, delivery)
    finally:
        roster_applied.disconnect(hear)

    with school_transaction(school):
        work = StaffGroup.objects.for_school(school).count()
    assert seen == [(school.pk, 20, work)]
