"""Which groups of a school somebody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import RoleGroup, RoleName
from accounts.permissions import sees_all_groups
from basispoort.lib.compiled import Objects
from schools.models import Group, StaffGroup

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from schools.models import School
    from schools.models.group import GroupQuerySet


def groups_of(user: User, school: School) -> GroupQuerySet:
    """Give the running groups of a school that a user sees: all of them by role, else those the user teaches.

    The user's own groups come from the staff member that the user stands for (product L7), and from a substitute's
    pass while it runs (product A7). To be asked within the scope of the school.
    """
    groups = Group.objects.for_school(school).current()
    if sees_all_groups(user, school):
        return groups
    seen = _taught(school.pk, user.pk)
    if passes := _passes(user, school):
        seen |= Q(pk__in=RoleGroup.objects.for_school(school).filter(role__in=passes).values("group"))
    return groups.filter(seen)


def group_seen(user: User, school: School, pk: UUID) -> Group | None:
    """Give one group, as `groups_of` would; None for one that the user does not see or that is not there."""
    if sees_all_groups(user, school):
        return ANY.first(school=school.pk, group=pk)
    if _passes(user, school):
        return groups_of(user, school).filter(pk=pk).first()
    return TAUGHT.first(school=school.pk, user=user.pk, group=pk)


def _passes(user: User, school: School) -> list[UUID]:
    return [role.pk for role in user.running_roles() if role.role == RoleName.SUBSTITUTE and role.school == school]


def _taught(school: int, user: UUID) -> Q:
    places = StaffGroup.objects.for_school(school).filter(
        staff_member__user_link__user=user, staff_member__left_at__isnull=True
    )
    return Q(pk__in=places.values("group"))


def _any_group(*, school: int, group: UUID) -> GroupQuerySet:
    return Group.objects.for_school(school).current().filter(pk=group)


def _taught_group(*, school: int, user: UUID, group: UUID) -> GroupQuerySet:
    return _any_group(school=school, group=group).filter(_taught(school, user))


ANY, TAUGHT = Objects[Group](_any_group), Objects[Group](_taught_group)
