"""Applying a delivery: the difference that a person saw, whole or not at all (product S6, SR-D05)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now

from basispoort.audit import trail
from schools import events
from schools.actions.compare import difference_at, digest_of
from schools.actions.write_roster import write_difference
from schools.models import RosterDelivery, RosterState
from schools.models.roster_state import Told
from schools.roster.packing import Packed
from schools.signals import roster_applied

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

    from schools.models import School
    from schools.roster.difference import Difference


# What is counted in a file, whatever the roster is.
OF_FILE = ("pupils", "groups", "staff", "leavers", "pupils_without_eck_id")


class DifferenceChanged(Exception):
    """The roster is no longer what it was when the difference was shown; it must be looked at again."""


class ConfirmationMissing(Exception):
    """So much changes that somebody must say that it is right (product S7)."""


class NotReadable(Exception):
    """The delivery is not waiting to be applied."""


def lock_roster(school: School) -> None:
    """Wait until nobody else changes the roster of this school; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('schools.roster', %s))", [school.pk])


def try_lock_roster(school: School) -> bool:
    """Take the lock of `lock_roster` unless somebody holds it; tell whether it is ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('schools.roster', %s))", [school.pk])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def difference_of(*, school: School, delivery: RosterDelivery) -> Difference:
    """Give what a delivery would change now. Raises NotReadable unless it waits to be looked at."""
    return difference_at(school=school, packed=_reading(delivery), namespace=delivery.pk)


def _reading(delivery: RosterDelivery) -> Packed:
    if delivery.state != RosterDelivery.State.READ or delivery.reading is None:
        raise NotReadable
    return Packed.from_compressed(delivery.reading)


def apply_delivery(
    *, school: School, delivery: RosterDelivery, acting_user: AbstractBaseUser, digest: str, confirmed: bool = False
) -> Difference:
    """Make the roster what the delivery says, whole or not at all, and erase file and reading.

    Raises NotReadable when it was applied or withdrawn meanwhile, DifferenceChanged when the roster is not the one
    that was shown with `digest`, ConfirmationMissing when an alarm rings and nobody said that it is right.
    """
    with transaction.atomic():
        lock_roster(school)
        rows = RosterDelivery.objects.for_school(school).select_for_update()
        delivery = rows.get(pk=delivery.pk)
        packed = _reading(delivery)
        difference = difference_at(school=school, packed=packed, namespace=delivery.pk)
        if difference.digest != digest:
            raise DifferenceChanged
        if difference.alarms and not confirmed:
            raise ConfirmationMissing
        RosterDelivery.objects.for_school(school).filter(pk=delivery.pk).update(
            state=RosterDelivery.State.APPLIED,
            finished_at=Now(),
            content=None,
            reading=None,
            difference_digest=digest,
            counts=delivery.counts | difference.counts(),
        )
        write_roster(
            school=school, difference=difference, packed=packed, counts=delivery.counts, problems=delivery.problems
        )
        tell_applied(school=school, delivery=delivery, difference=difference, acting_user=acting_user)
    return difference


def write_roster(
    *,
    school: School,
    difference: Difference,
    packed: Packed,
    counts: Mapping[str, int],
    problems: list[dict[str, object]],
) -> None:
    """Write the difference, and remember that the roster is now what this file says and what was told of it."""
    write_difference(school=school, difference=difference)
    told = Told(counts={name: counts[name] for name in OF_FILE}, problems=problems)
    RosterState.remember(school, digest_of(school=school, packed=packed), packed.file_digest, told)


def tell_applied(
    *, school: School, delivery: RosterDelivery, difference: Difference, acting_user: AbstractBaseUser | None
) -> None:
    """Write in the trail that the roster is now what the delivery says, and tell the other apps after the commit."""
    trail.record(
        events.DELIVERY_APPLIED,
        school=school,
        acting_user=acting_user,
        target=delivery,
        details={"counts": difference.counts(), "confirmed": bool(difference.alarms)},
    )
    send = partial(roster_applied.send, sender=RosterDelivery, school_id=school.pk, delivery_id=delivery.pk)
    transaction.on_commit(send)
