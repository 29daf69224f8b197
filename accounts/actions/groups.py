"""Which groups of a school somebody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import RoleGroup, RoleName
from accounts.permissions import sees_all_groups
from schools.models import Group, StaffGroup

if TYPE_CHECKING:
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
    places = StaffGroup.objects.for_school(school).filter(
        staff_member__user_link__user=user, staff_member__left_at__isnull=True
    )
    seen = Q(pk__in=places.values("group"))
    passes = [role.pk for role in user.running_roles() if role.role == RoleName.SUBSTITUTE and role.school == school]
    if passes:
        seen |= Q(pk__in=RoleGroup.objects.for_school(school).filter(role__in=passes).values("group"))
    return groups.filter(seen)
