"""Rosters and deliveries of invented people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from basispoort.lib.tenancy import school_transaction, unscoped
from schools.actions.apply import apply_delivery, difference_of
from schools.actions.delivery import receive_delivery
from schools.edexml.generate import invent_roster
from schools.edexml.write import write_roster
from schools.models import Pupil, RosterDelivery
from schools.tasks import read_delivery

if TYPE_CHECKING:
    from accounts.models import User
    from schools.edexml.roster import Roster
    from schools.models import School

DAY = date(2026, 9, 1)


def make_roster(school: School, *, pupils: int = 20, school_year: str = "2026-2027", seed: int = 1) -> Roster:
    """A roster of the school."""
    return invent_roster(
        brin=school.brin,
        location=school.location,
        school_year=school_year,
        pupils=pupils,
        seed=seed,
        reference_date=DAY,
    )


def with_pupil(roster: Roster, number: int, **values: Any) -> Roster:
    """The roster with one pupil changed."""
    pupils = list(roster.pupils)
    pupils[number] = replace(pupils[number], **values)
    return replace(roster, pupils=tuple(pupils))


def deliver(school: School, user: User, content: Roster | bytes, *, read: bool = True) -> RosterDelivery:
    """A delivery, read by the task unless told otherwise."""
    with school_transaction(school):
        delivery = receive_delivery(
            school=school, content=content if isinstance(content, bytes) else write_roster(content), acting_user=user
        )
    if read:
        read_delivery(school.pk, str(delivery.pk))
    return now(delivery)


def now(delivery: RosterDelivery) -> RosterDelivery:
    """The delivery as it stands in the database."""
    with school_transaction(delivery.school_id):
        return RosterDelivery.objects.for_school(delivery.school_id).select_related("school").get(pk=delivery.pk)


def apply(school: School, user: User, content: Roster | bytes) -> RosterDelivery:
    """A delivery brought all the way into the roster."""
    delivery = deliver(school, user, content)
    if delivery.state == "read":
        with school_transaction(school):
            digest = difference_of(school=school, delivery=delivery).digest
            apply_delivery(school=school, delivery=delivery, acting_user=user, digest=digest, confirmed=True)
    return now(delivery)


def present(school: School) -> list[Pupil]:
    """The pupils in the roster now, by id."""
    with school_transaction(school):
        return list(Pupil.objects.for_school(school).present().select_related("home_group").order_by("id"))


def kept(school: School) -> dict[str, list[tuple[object, ...]]]:
    """All that the roster of a school says now: who is present, with everything that is kept, and the groups."""
    from schools.models import Group, PupilSubgroup, StaffGroup, StaffMember  # noqa: PLC0415 - only here

    with school_transaction(school):
        groups = {one.pk: one for one in Group.objects.for_school(school).current()}
        names = {pk: (one.kind, one.las_key, one.name, one.year_group) for pk, one in groups.items()}
        places, work = defaultdict(set), defaultdict(set)
        for place in PupilSubgroup.objects.for_school(school):
            places[place.pupil_id].add(groups[place.group_id].las_key)
        for held in StaffGroup.objects.for_school(school):
            work[held.staff_member_id].add((groups[held.group_id].las_key, tuple(held.roster_roles)))
        pupils = [
            (
                *(one.las_key, one.eck_id, one.first_name, one.infix, one.last_name, one.birth_date or "", one.gender),
                *(one.year_group, groups[one.home_group_id].las_key if one.home_group_id else None),
                tuple(sorted(places[one.pk])),
            )
            for one in Pupil.objects.for_school(school).present()
        ]
        staff = [
            (
                *(one.las_key, one.eck_id, one.first_name, one.infix, one.last_name, one.email or ""),
                *(tuple(one.roster_roles), tuple(sorted(work[one.pk]))),
            )
            for one in StaffMember.objects.for_school(school).present()
        ]
    return {"groups": sorted(names.values()), "pupils": sorted(pupils), "staff": sorted(staff)}


def wanted(school: School, roster: Roster) -> dict[str, list[tuple[object, ...]]]:
    """All that `kept` gives when the roster of the school is what the file says, and nothing it should not keep."""
    pupils = [
        (
            *(one.key, one.eck_id, one.first_name, one.infix, one.last_name),
            one.birth_date.isoformat() if one.birth_date and school.keeps_birth_dates else "",
            one.gender if school.keeps_gender else "",
            *(one.year_group or "", one.group_key, tuple(sorted(one.subgroup_keys))),
        )
        for one in roster.pupils
    ]
    staff = [
        (
            *(one.key, one.eck_id, one.first_name, one.infix, one.last_name, one.email),
            *(one.roles, tuple(sorted(one.groups))),
        )
        for one in roster.staff
    ]
    groups = [
        (
            "subgroup" if one.kind == "subgroup" else "home" if one.year_group else "combined",
            *(one.key, one.name, one.year_group or ""),
        )
        for one in roster.groups
    ]
    return {"groups": sorted(groups), "pupils": sorted(pupils), "staff": sorted(staff)}


def rows_of(school: School) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a roster writes, of one school."""
    from schools.models import Group, PupilSubgroup, StaffGroup, StaffMember  # noqa: PLC0415 - only here

    with unscoped("a test compares rows"):
        return {
            model.__name__: [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for row in model.objects.get_queryset().filter(school=school).order_by("pk").values_list()
            ]
            for model in (Group, Pupil, PupilSubgroup, StaffMember, StaffGroup)
        }
