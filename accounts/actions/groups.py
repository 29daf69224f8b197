"""Which groups of a school somebody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Q

from accounts.models import RoleGroup, RoleName
from accounts.permissions import RIGHTS, sees_all_groups
from basispoort.lib.compiled import Objects
from schools.models import Group, StaffGroup

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import User
    from schools.models import School
    from schools.models.group import GroupQuerySet


def groups_of(user: User, school: School, right: str = "") -> GroupQuerySet:
    """Give the running groups of a school that a user sees: all of them by role, else those the user teaches.

    The user's own groups come from the staff member that the user stands for (product L7), and from a substitute's
    pass while it runs (product A7). With a right, a group counts only by a role that holds it: a teacher with a pass
    for another group does there what a substitute does. To be asked within the scope of the school.
    """
    groups = Group.objects.for_school(school).current()
    if sees_all_groups(user, school):
        return groups
    passes = _passes(user, school)
    by_pass = bool(passes) and (not right or right in RIGHTS[RoleName.SUBSTITUTE])
    seen = _taught(school.pk, user.pk) if not passes or _works_here_with(user, school, right) else Q(pk__in=())
    if by_pass:
        seen |= Q(pk__in=RoleGroup.objects.for_school(school).filter(role__in=passes).values("group"))
    return groups.filter(seen)


def group_seen(user: User, school: School, pk: UUID, right: str = "") -> Group | None:
    """Give one group, as `groups_of` would; None for one that the user does not see or that is not there."""
    if sees_all_groups(user, school):
        return ANY.first(school=school.pk, group=pk)
    if _passes(user, school):
        return groups_of(user, school, right).filter(pk=pk).first()
    return TAUGHT.first(school=school.pk, user=user.pk, group=pk)


def may_at(user: User, school: School, group: Group, right: str) -> bool:
    """Tell whether a user has a right at a group that the user sees."""
    if not user.has_perm(right, school):
        return False
    return not _passes(user, school) or group_seen(user, school, group.pk, right) is not None


def lent_until(user: User, school: School, group: Group, right: str) -> datetime | None:
    """Give the moment at which a right at a group ends by itself as a pass alone gives it; None where it stays."""
    passes = _passes(user, school)
    taught = TAUGHT.first(school=school.pk, user=user.pk, group=group.pk) if passes else None
    if not passes or sees_all_groups(user, school) or (taught and _works_here_with(user, school, right)):
        return None
    given = RoleGroup.objects.for_school(school).filter(role__in=passes, group=group)
    until: datetime | None = given.aggregate(until=Max("role__until"))["until"]
    return until


def _works_here_with(user: User, school: School, right: str) -> bool:
    """Tell whether a role other than a pass holds the right; the caller of a page asked for the right itself."""
    own = [role for role in user.running_roles() if role.school == school and role.role != RoleName.SUBSTITUTE]
    return not right or any(right in RIGHTS[role.role] for role in own)


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
