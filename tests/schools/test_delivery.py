"""The way of a delivery through the worker: leases, fences, the sweeper, and a queue that is away."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from basispoort.celery import app
from basispoort.lib.tenancy import school_transaction
from schools.actions import delivery_rows
from schools.actions.delivery import DeliveryOpen, SchoolNotInService, receive_delivery
from schools.edexml.write import write_roster
from schools.models import RosterDelivery
from schools.tasks import read_delivery, sweep_deliveries
from tests import factories
from tests.at_once import many_at_once
from tests.schools.factories import apply, deliver, kept, make_roster, now, rows_of, wanted

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


def set_columns(delivery: RosterDelivery, **values: object) -> None:
    with school_transaction(delivery.school_id):
        RosterDelivery.objects.for_school(delivery.school_id).filter(pk=delivery.pk).update(**values)


def claim(delivery: RosterDelivery) -> int | None:
    with school_transaction(delivery.school_id):
        return RosterDelivery.claim(RosterDelivery.objects.for_school(delivery.school_id), delivery.pk)


def lose_lease(delivery: RosterDelivery) -> None:
    set_columns(delivery, lease_until=timezone.now() - timedelta(seconds=1))


def test_delivery_that_was_read_waits_with_its_reading_and_without_its_file(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))

    assert (delivery.state, delivery.content, delivery.reading is not None) == ("read", None, True)
    assert delivery.counts["pupils"] == 20


@pytest.mark.requirement("SR-D12")
def test_file_stands_encrypted_in_the_database(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)

    with school_transaction(school), connection.cursor() as cursor:
        cursor.execute("SELECT content FROM schools_rosterdelivery WHERE id = %s", [delivery.pk])
        stored = bytes(cursor.fetchone()[0])

    assert b"<leerling" not in stored
    assert zlib.decompress(delivery.content or b"") == write_roster(make_roster(school))


@pytest.mark.requirement("SR-D12")
def test_refused_file_is_erased_and_its_problems_are_kept(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, b'<!DOCTYPE x [<!ENTITY a "b">]><EDEX/>')

    assert (delivery.state, delivery.content, delivery.reading) == ("refused", None, None)
    assert [one["code"] for one in delivery.problems] == ["doctype"]


def test_second_delivery_while_one_is_open_is_refused_in_words(school: School, coordinator: User) -> None:
    deliver(school, coordinator, make_roster(school), read=False)

    with school_transaction(school), pytest.raises(DeliveryOpen):
        receive_delivery(school=school, content=b"<EDEX/>", acting_user=coordinator)


def test_school_that_is_not_in_service_takes_no_roster(coordinator: User) -> None:
    asleep = factories.make_school(state="suspended")

    with school_transaction(asleep), pytest.raises(SchoolNotInService):
        receive_delivery(school=asleep, content=b"<EDEX/>", acting_user=coordinator)


@pytest.mark.requirement("SR-L02")
def test_reading_twice_equals_reading_once(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))

    assert (read_delivery(school.pk, str(delivery.pk)), now(delivery).state) == ("", "read")


@pytest.mark.requirement("SR-L01")
def test_worker_killed_halfway_is_followed_by_another(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)
    claim(delivery)
    while_claimed = read_delivery(school.pk, str(delivery.pk))
    lose_lease(delivery)

    assert (while_claimed, read_delivery(school.pk, str(delivery.pk))) == ("", "read")


@pytest.mark.requirement("SR-L02")
def test_worker_whose_lease_was_taken_over_writes_nothing(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)
    with school_transaction(school):
        late = delivery_rows.claim(school.pk, delivery.pk)
    lose_lease(delivery)
    claim(delivery)

    assert late is not None
    with school_transaction(school):
        assert not delivery_rows.settle(late, state="refused", counts={}, problems=[])
    assert (now(delivery).state, now(delivery).fence) == ("received", 2)


@pytest.mark.requirement("SR-L02")
def test_third_attempt_that_is_broken_off_fails_in_words(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)
    for _ in range(3):
        claim(delivery)
        lose_lease(delivery)

    done = sweep_deliveries()
    failed = now(delivery)

    assert done["failed"] == 1
    assert (failed.state, failed.content, failed.problems[0]["code"]) == ("failed", None, "failed")


@pytest.mark.requirement("SR-D12")
def test_delivery_of_eight_days_old_is_erased(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))
    set_columns(delivery, received_at=timezone.now() - timedelta(days=8))

    sweep_deliveries()
    ended = now(delivery)

    assert (ended.state, ended.content, ended.reading, ended.problems[0]["code"]) == ("refused", None, None, "expired")


@pytest.mark.requirement("SR-L01")
def test_task_is_sent_with_ids_only(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)
    with app.connection_for_write("memory://") as broker:
        queue = broker.SimpleQueue("imports")
        read_delivery.apply_async((school.pk, str(delivery.pk)), connection=broker)  # type: ignore[call-arg]  # the stubs leave it out
        message = queue.get(timeout=2)
        message.ack()
        queue.close()

    assert message.payload[:2] == [[school.pk, str(delivery.pk)], {}]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_workers_at_once_reads(school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school), read=False)

    states = many_at_once(2, lambda _number: read_delivery(school.pk, str(delivery.pk)))

    assert sorted(states) == ["", "read"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(["2026-2027", "2027-2028"]), st.integers(0, 3), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
def test_no_sequence_of_rosters_of_one_school_changes_a_row_of_another(
    school: School, other_school: School, coordinator: User, stranger: User, steps: list[tuple[int, str, int, bool]]
) -> None:
    with transaction.atomic():
        apply(other_school, stranger, make_roster(other_school, pupils=6))
        before = rows_of(other_school)
        for pupils, school_year, rotate, keeps in steps:
            school.keeps_birth_dates = school.keeps_gender = keeps
            school.save(update_fields=["keeps_birth_dates", "keeps_gender"])
            roster = make_roster(school, pupils=pupils, school_year=school_year)
            turned = roster.pupils[rotate % pupils :] + roster.pupils[: rotate % pupils]
            renamed = replace(turned[0], first_name=f"Proef {rotate}", infix="", gender="9")
            roster = replace(roster, pupils=(renamed, *turned[1:]))
            apply(school, coordinator, roster)

            assert kept(school) == wanted(school, roster)
            assert rows_of(other_school) == before
        transaction.set_rollback(True)
