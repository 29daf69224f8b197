"""Applying a delivery: the difference that a person saw, whole or not at all (product S6, SR-D05)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now

from basispoort.audit import trail
from schools import events
from schools.actions.compare import difference_at
from schools.actions.write_roster import write_difference
from schools.models import RosterDelivery
from schools.roster.packing import unpack
from schools.signals import roster_applied

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from schools.models import School
    from schools.roster.difference import Difference


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


def difference_of(*, school: School, delivery: RosterDelivery) -> Difference:
    """Give what a delivery would change now. Raises NotReadable unless it waits to be looked at."""
    if delivery.state != RosterDelivery.State.READ or delivery.reading is None:
        raise NotReadable
    return difference_at(school=school, roster=unpack(delivery.reading), namespace=delivery.pk)


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
        difference = difference_of(school=school, delivery=delivery)
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
        finish_applied(school=school, delivery=delivery, difference=difference, acting_user=acting_user)
    return difference


def finish_applied(
    *, school: School, delivery: RosterDelivery, difference: Difference, acting_user: AbstractBaseUser | None
) -> None:
    """Write rows and trail of a delivery whose state is set, and tell the other apps after the commit."""
    write_difference(school=school, difference=difference)
    trail.record(
        events.DELIVERY_APPLIED,
        school=school,
        acting_user=acting_user,
        target=delivery,
        details={"counts": difference.counts(), "confirmed": bool(difference.alarms)},
    )
    send = partial(roster_applied.send, sender=RosterDelivery, school_id=school.pk, delivery_id=delivery.pk)
    transaction.on_commit(send)
