"""Adding licences and assigning them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import IntegrityError, transaction

from basispoort.audit import trail
from licences import events
from licences.models import Assignment, Licence, LicenceSource
from licences.seats import pupils_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, Pupil, School


class LicenceExhausted(Exception):
    """A licence has fewer seats than pupils would use; nothing was assigned."""

    def __init__(self, licence: Licence, needed: int) -> None:
        super().__init__()
        self.licence = licence
        self.needed = needed


def add_licence(  # noqa: PLR0913 - a licence is all of these together
    *,
    school: School,
    material: LearningMaterial,
    valid_from: date,
    valid_until: date | None,
    seats: int | None,
    acting_user: User,
    number: UUID | None = None,
) -> Licence:
    """Add a licence that the school holds, as its coordinator says.

    `number` is that of the form it was filled in on: sent twice, even at once, it is one licence.
    """
    values = {
        "material": material,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "seats": seats,
        "source": LicenceSource.COORDINATOR,
        "entered_by": acting_user.pk,
    }
    with transaction.atomic():
        try:
            with transaction.atomic():
                licence = Licence.objects.create(pk=number or uuid4(), school=school, **values)
        except IntegrityError:
            there = Licence.objects.for_school(school).filter(pk=number).first() if number else None
            if there is None:
                raise
            return there
        trail.record(events.LICENCE_ADDED, school=school, acting_user=acting_user, target=licence)
    return licence


def assign(
    *,
    licence: Licence,
    acting_user: User,
    groups: Iterable[Group] = (),
    pupils: Iterable[Pupil] = (),
    all_staff: bool = False,
) -> int:
    """Assign a licence and give the number of new assignments; what was assigned already stays.

    Raises LicenceExhausted when the pupils it then reaches outnumber its seats. The row of the licence is locked, so
    that of many at once each counts what the others assigned.
    """
    with transaction.atomic():
        locked = _lock(licence)
        wanted = [Assignment(group=group) for group in groups] + [Assignment(pupil=pupil) for pupil in pupils]
        if all_staff:
            wanted.append(Assignment(all_staff=True))
        added = _add(locked, wanted, acting_user)
        _check_seats(locked)
        if added:
            _record(locked, acting_user, added=added, taken=0)
    return added


def set_groups(*, licence: Licence, groups: Iterable[Group], all_staff: bool, acting_user: User) -> None:
    """Make these groups, and all staff or not, the ones a licence is assigned to; single pupils stay as they are.

    Raises LicenceExhausted as `assign` does, with nothing changed.
    """
    chosen = {group.pk: group for group in groups}
    with transaction.atomic():
        locked = _lock(licence)
        rows = list(Assignment.objects.for_school(locked.school_id).filter(licence=locked, pupil__isnull=True))
        gone = [row.pk for row in rows if (not all_staff if row.all_staff else row.group_id not in chosen)]
        held: set[UUID | None] = {row.group_id for row in rows}
        wanted = [Assignment(group=group) for pk, group in chosen.items() if pk not in held]
        if all_staff and not any(row.all_staff for row in rows):
            wanted.append(Assignment(all_staff=True))
        if gone:
            Assignment.objects.for_school(locked.school_id).filter(pk__in=gone).delete()
        added = _add(locked, wanted, acting_user)
        if added:
            _check_seats(locked)
        if added or gone:
            _record(locked, acting_user, added=added, taken=len(gone))


def _lock(licence: Licence) -> Licence:
    return Licence.objects.for_school(licence.school_id).select_for_update().get(pk=licence.pk)


def _add(licence: Licence, wanted: list[Assignment], acting_user: User) -> int:
    for row in wanted:
        row.school_id, row.licence, row.assigned_by = licence.school_id, licence, acting_user.pk
    before = Assignment.objects.for_school(licence.school_id).filter(licence=licence).count()
    Assignment.objects.bulk_create(wanted, ignore_conflicts=True)
    return Assignment.objects.for_school(licence.school_id).filter(licence=licence).count() - before


def _check_seats(licence: Licence) -> None:
    if licence.seats is None:
        return
    needed = len(pupils_of(licence.school, [licence.pk])[licence.pk])
    if needed > licence.seats:
        raise LicenceExhausted(licence, needed)


def _record(licence: Licence, acting_user: User, *, added: int, taken: int) -> None:
    trail.record(
        events.ASSIGNED,
        school=licence.school_id,
        acting_user=acting_user,
        target=licence,
        details={"added": added, "taken": taken},
    )


def change_terms(*, licence: Licence, valid_until: date | None, seats: int | None, acting_user: User) -> None:
    """Change the end and the seats of a licence; acts on the next request.

    Raises LicenceExhausted when more pupils use it than would have a seat, with nothing changed.
    """
    with transaction.atomic():
        locked = _lock(licence)
        fewer = seats is not None and seats != locked.seats
        locked.valid_until, locked.seats = valid_until, seats
        if fewer:
            _check_seats(locked)
        locked.save(update_fields=["valid_until", "seats"])
        trail.record(events.LICENCE_CHANGED, school=locked.school_id, acting_user=acting_user, target=locked)
