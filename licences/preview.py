"""The very records that would leave for a participant, before a school switches it on (product L4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import Role, User, UserStaff
from accounts.permissions import RIGHTS
from dpa.release import FIELDS
from licences.claims import claims_of
from licences.models import Subject
from licences.people import Visitor
from licences.permissions import MATERIAL_OPEN
from schools.models import Pupil, StaffGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.core.paginator import Page
    from django.db.models import QuerySet

    from schools.models import School, StaffMember

ROWS_A_PAGE = 20
OPENERS = [role for role, rights in RIGHTS.items() if MATERIAL_OPEN in rights]


def records_page(
    school: School, subject: Subject, fields: Sequence[str], number: int
) -> tuple[Page[Any], list[list[str]]]:
    """Give one page of persons and, for each, the words of each field as they would leave; a fixed number of queries.

    A page that does not exist gives the last one.
    """
    rows: QuerySet[Any] = _pupils(school) if subject == Subject.PUPIL else _staff(school)
    page: Page[Any] = Paginator(rows, ROWS_A_PAGE).get_page(number)
    visitors = _pupil_visitors(school, page) if subject == Subject.PUPIL else _staff_visitors(school, page)
    return page, [_words(visitor, fields) for visitor in visitors]


def labels_of(fields: Iterable[str]) -> list[str]:
    """Give the words at the head of each column."""
    return [str(FIELDS[key].label) for key in fields]


def _pupils(school: School) -> QuerySet[Pupil]:
    return Pupil.objects.for_school(school).present().select_related("home_group").by_name()


def _staff(school: School) -> QuerySet[User]:
    # Nothing leaves of who has not come to the school yet, so nothing is shown.
    openers = Role.objects.for_school(school).running_today().filter(role__in=OPENERS, called="")
    return User.objects.filter(pk__in=openers.values("user"), is_active=True).order_by("first_name", "last_name", "pk")


def _pupil_visitors(school: School, page: Iterable[Pupil]) -> list[Visitor]:
    return [Visitor(school, Subject.PUPIL, pupil=pupil) for pupil in page]


def _staff_visitors(school: School, page: Iterable[User]) -> list[Visitor]:
    users = list(page)
    work = StaffGroup.objects.for_school(school).filter(group__ended_at__isnull=True).select_related("group")
    links = UserStaff.objects.for_school(school).filter(user__in=users).select_related("staff_member")
    staff = {
        link.user_id: link.staff_member
        for link in links.prefetch_related(Prefetch("staff_member__group_places", queryset=work))
    }
    return [_staff_visitor(school, user, staff.get(user.pk)) for user in users]


def _staff_visitor(school: School, user: User, member: StaffMember | None) -> Visitor:
    names = tuple(sorted(place.group.name for place in member.group_places.all())) if member else ()
    return Visitor(school, Subject.STAFF, user, staff_member=member, group_names=names)


def _words(visitor: Visitor, fields: Sequence[str]) -> list[str]:
    claims = claims_of(visitor, fields)
    return [_("own pseudonym") if key == "pseudonym" else claims.get(key, "") for key in fields]
