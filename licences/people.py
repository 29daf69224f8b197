"""Who opens material: a pupil, or a staff member at one school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.actions.groups import groups_of
from accounts.models import UserKind, UserPupil, UserStaff
from accounts.permissions import holds
from basispoort.lib.tenancy import unscoped
from licences.models import Subject
from licences.permissions import MATERIAL_OPEN
from schools.models import PupilSubgroup, StaffGroup

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from schools.models import Pupil, School, StaffMember


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at one school, as far as opening material goes."""

    school: School
    subject: Subject
    user: User | None = None
    pupil: Pupil | None = None
    staff_member: StaffMember | None = None
    present: bool = True
    group_names: tuple[str, ...] | None = None

    @property
    def numbers(self) -> dict[str, Any]:
        """The columns by which disclosures and refusals speak of this person."""
        if self.pupil is not None:
            return {"pupil_number": self.pupil.pk}
        return {"account": self.user.pk if self.user else None}

    def other_groups(self) -> QuerySet[Any, Any]:
        """Give, to ask within another query, the groups beside a pupil's own whose material is meant for this person.

        A pupil's own group stands in the row of the pupil.
        """
        if self.pupil is None:
            assert self.user is not None
            return groups_of(self.user, self.school).values("pk")
        places = PupilSubgroup.objects.for_school(self.school).filter(pupil=self.pupil, group__ended_at__isnull=True)
        return places.values("group")

    def names_of_groups(self) -> tuple[str, ...]:
        """Give the names of groups that may leave for this person: a pupil's own, those a staff member teaches."""
        if self.group_names is not None:
            return self.group_names
        if self.pupil is not None:
            return (self.pupil.home_group.name,) if self.pupil.home_group else ()
        if self.staff_member is None:
            return ()
        work = StaffGroup.objects.for_school(self.school).filter(
            staff_member=self.staff_member, group__ended_at__isnull=True
        )
        return tuple(work.order_by("group__name").values_list("group__name", flat=True))


def visitor_of(user: User, school: School) -> Visitor:
    """Give a user as a visitor of one school; ask within the scope of the school.

    `present` is False for who left, lost the role, or whose account was closed: asked anew each time (SR-A10).
    """
    if user.kind == UserKind.PUPIL:
        links = UserPupil.objects.for_school(school).select_related("pupil__home_group")
        link = links.filter(user=user).first()
        pupil = link.pupil if link else None
        present = user.is_active and pupil is not None and pupil.left_at is None
        return Visitor(school, Subject.PUPIL, user, pupil=pupil, present=present)
    staff = UserStaff.objects.for_school(school).select_related("staff_member").filter(user=user).first()
    present = user.is_active and holds(user, MATERIAL_OPEN, school)
    return Visitor(school, Subject.STAFF, user, staff_member=staff.staff_member if staff else None, present=present)


def schools_of(user: User) -> list[School]:
    """Give the schools at which a user may open material, those where the user has been before first."""
    if user.kind == UserKind.PUPIL:
        with unscoped("at which school is this pupil"):
            link = UserPupil.objects.get_queryset().select_related("school").filter(user=user).first()
        return [link.school] if link else []
    roles = sorted(user.running_roles(), key=lambda role: bool(role.called))
    found = {role.school.pk: role.school for role in roles if role.school is not None}
    return [school for school in found.values() if holds(user, MATERIAL_OPEN, school)]
