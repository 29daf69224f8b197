"""The school's own link: made once, renewed, opened, missed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions.door import FREE_MISSES, count_miss, door_of, new_token, open_door, renew_door
from accounts.models import DoorMiss
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_scope, school_transaction, unscoped

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


@pytest.mark.requirement("SR-A14")
def test_link_holds_128_random_bits_in_characters_that_are_easy_to_type() -> None:
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {26}
    assert set("".join(tokens)) == set("abcdefghijklmnopqrstuvwxyz234567")


def test_school_has_one_link_that_stays_the_same(school: School) -> None:
    with school_transaction(school):
        assert door_of(school=school).token == door_of(school=school).token


def test_link_opens_its_own_school(school: School, other_school: School) -> None:
    with school_transaction(school, other_school):
        token = door_of(school=school).token
        door_of(school=other_school)

    assert open_door(token) == school


def test_link_typed_in_capitals_with_hyphens_opens_the_school(school: School) -> None:
    with school_transaction(school):
        token = door_of(school=school).token

    assert open_door(f"{token[:13]}-{token[13:]}".upper()) == school


@pytest.mark.requirement("SR-A14")
def test_renewed_link_opens_and_the_old_one_is_dead_at_once(school: School, coordinator: User) -> None:
    with school_transaction(school):
        old = door_of(school=school).token
        new = renew_door(school=school, acting_user=coordinator).token

    assert (open_door(old), open_door(new)) == (None, school)


@pytest.mark.requirement("SR-J02")
def test_renewing_the_link_stands_in_the_trail(school: School, coordinator: User) -> None:
    with school_transaction(school):
        renew_door(school=school, acting_user=coordinator)
    with unscoped("a test reads the trail"):
        entry = AuditEntry.objects.get(event="accounts.door.renewed")

    assert (entry.school_id, entry.actor_id, entry.details) == (school.pk, coordinator.pk, {})


@pytest.mark.requirement("SR-A14")
@pytest.mark.parametrize("guess", ["99XX00", "99XX", "", "a" * 26, "é" * 26, "a" * 5000, "%00"])
def test_anything_but_the_link_opens_nothing(school: School, guess: str) -> None:
    with school_transaction(school):
        door_of(school=school)

    assert open_door(guess) is None


@pytest.mark.requirement("SR-A10")
def test_link_of_a_school_that_ended_opens_nothing(school: School) -> None:
    with school_transaction(school):
        token = door_of(school=school).token
    school.in_service_from = timezone.localdate() - timedelta(days=9)
    school.in_service_until = timezone.localdate() - timedelta(days=1)
    school.save(update_fields=["in_service_from", "in_service_until"])

    assert open_door(token) is None


@pytest.mark.requirement("SR-I02")
def test_table_does_not_hold_the_link_itself(school: School) -> None:
    with school_transaction(school):
        token = door_of(school=school).token
    with school_scope(school), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(accounts_schooldoor)::text FROM accounts_schooldoor")
        row = cursor.fetchone()[0]

    assert token not in row
    assert token.encode().hex() not in row


@pytest.mark.requirement("SR-A14")
def test_many_misses_from_one_address_are_too_many_and_another_address_starts_anew(db: None) -> None:  # noqa: ARG001
    first = [count_miss("192.0.2.1") for _ in range(FREE_MISSES + 1)]

    assert first == [False] * FREE_MISSES + [True]
    assert not count_miss("192.0.2.2")


@pytest.mark.requirement("SR-A14")
def test_misses_of_ipv6_addresses_count_together_by_their_network(db: None) -> None:  # noqa: ARG001
    for place in range(FREE_MISSES):
        count_miss(f"2001:db8:0:1::{place + 1:x}")

    assert count_miss("2001:db8:0:1:ffff::1")
    assert not count_miss("2001:db8:0:2::1")


def test_misses_are_forgotten_after_ten_minutes(db: None) -> None:  # noqa: ARG001
    for _ in range(FREE_MISSES + 1):
        count_miss("192.0.2.1")
    DoorMiss.objects.update(since=timezone.now() - timedelta(minutes=11))

    assert not count_miss("192.0.2.1")


@pytest.mark.requirement("SR-A14")
def test_misses_after_a_pause_are_counted_anew_up_to_too_many(db: None) -> None:  # noqa: ARG001
    count_miss("192.0.2.1")
    DoorMiss.objects.update(since=timezone.now() - timedelta(minutes=11))

    again = [count_miss("192.0.2.1") for _ in range(FREE_MISSES + 1)]

    assert again == [False] * FREE_MISSES + [True]


@pytest.mark.requirement("SR-J01")
def test_missed_address_is_not_kept(db: None) -> None:  # noqa: ARG001
    count_miss("192.0.2.1")

    assert b"192.0.2.1" not in bytes(DoorMiss.objects.get().address_index)
