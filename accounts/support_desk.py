"""What the helpdesk sees of a school's persons, within a grant: a search, and a page a person (SR-B07).

Never a password, a code, a seed, a key, a link, a badge, or an address with which somebody signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from accounts.models import PupilBadge, PupilCode, Role, User, UserPupil, UserStaff
from accounts.staff_list import StaffRow, staff_of
from schools.models import Pupil, PupilSubgroup, StaffGroup, StaffMember

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.utils.functional import _StrPromise

    from schools.models import School

    Openings = Callable[[School, User | None, Pupil | None], list["Opening"]]

MOST_FOUND = 20
SHORTEST_QUERY = 2
NAMES = ("first_name", "infix", "last_name")
Kind = Literal["pupil", "staff", "roster"]


@dataclass(frozen=True, slots=True)
class Found:
    """One person found; `roster` is somebody of the staff whom nobody has invited yet."""

    kind: Kind
    id: UUID
    name: str
    where: str


@dataclass(frozen=True, slots=True)
class Results:
    """The persons found, by name; `more` when there were others beside these."""

    people: list[Found]
    more: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether one material opens for a person; `why`, `who` and `repair` where it does not."""

    name: str
    why: str | _StrPromise = ""
    who: str | _StrPromise = ""
    repair: str | _StrPromise = ""


@dataclass(frozen=True, slots=True)
class PupilPage:
    """One pupil; of the means to sign in only that they are there."""

    pupil: Pupil
    subgroups: list[str]
    code: PupilCode | None
    badge: PupilBadge | None
    last_sign_in: datetime | None
    openings: list[Opening]


@dataclass(frozen=True, slots=True)
class StaffPage:
    """One member of staff; `row` is empty for who has no account, `groups` for who teaches none."""

    name: str
    row: StaffRow | None
    member: StaffMember | None
    groups: list[str]
    in_roster: bool
    openings: list[Opening]


_openings: list[Openings] = []


def register_openings(openings: Openings) -> None:
    """Let the app that knows tell which material opens for a person of a school, and why not."""
    _openings.append(openings)


def openings_of(school: School, *, user: User | None = None, pupil: Pupil | None = None) -> list[Opening]:
    """Give the material of the school, for one person."""
    return [one for openings in _openings for one in openings(school, user, pupil)]


def is_long_enough(query: str) -> bool:
    """Tell whether a query names somebody: one word of two characters at least."""
    return max((len(word) for word in query.split()), default=0) >= SHORTEST_QUERY


def _named(query: str, prefix: str = "") -> Q:
    """Give the condition that each word of a query stands in one of the names."""
    return _each_word(query, [f"{prefix}{name}" for name in NAMES])


def _each_word(query: str, columns: Sequence[str]) -> Q:
    condition = Q()
    for word in query.split():
        one = Q()
        for column in columns:
            one |= Q(**{f"{column}__icontains": word})
        condition &= one
    return condition


def search(school: School, query: str) -> Results:
    """Give pupils and staff of one school by name, twenty at most; nobody for a query that is too short."""
    if not is_long_enough(query):
        return Results([], more=False)
    people = [*_pupils(school, query), *_staff(school, query), *_roster_staff(school, query)]
    people.sort(key=attrgetter("name"))
    return Results(people[:MOST_FOUND], more=len(people) > MOST_FOUND)


def _pupils(school: School, query: str) -> list[Found]:
    rows = Pupil.objects.for_school(school).present().filter(_named(query)).select_related("home_group")
    some = rows.by_name()[: MOST_FOUND + 1]
    return [Found("pupil", one.public_id, one.full_name, one.home_group.name if one.home_group else "") for one in some]


def _staff(school: School, query: str) -> list[Found]:
    # Who has not come to the school yet is found by the name that it knows, and by no other.
    known = Q(called="") & _named(query, "user__")
    invited = ~Q(called="") & _each_word(query, ["called"])
    roles = Role.objects.for_school(school).not_over().filter(known | invited).select_related("user")
    by_user: dict[UUID, list[Role]] = {}
    for role in roles.order_by("user__first_name", "user__last_name", "user", "role"):
        by_user.setdefault(role.user_id, []).append(role)
    some = list(by_user.values())[: MOST_FOUND + 1]
    return [
        Found("staff", held[0].user_id, held[0].shown_name, ", ".join(str(role.get_role_display()) for role in held))
        for held in some
    ]


def _roster_staff(school: School, query: str) -> list[Found]:
    known = UserStaff.objects.for_school(school).values("staff_member")
    rows = StaffMember.objects.for_school(school).present().filter(_named(query)).exclude(pk__in=known)
    return [Found("roster", one.public_id, one.full_name, "") for one in rows.by_name()[: MOST_FOUND + 1]]


def pupil_page(school: School, public_id: UUID) -> PupilPage | None:
    """Give the page of a pupil of the school; None for anybody else."""
    rows = Pupil.objects.for_school(school).present().select_related("home_group")
    pupil = rows.filter(public_id=public_id).first()
    if pupil is None:
        return None
    places = PupilSubgroup.objects.for_school(school).filter(pupil=pupil, group__ended_at__isnull=True)
    link = UserPupil.objects.for_school(school).filter(pupil=pupil).select_related("user").first()
    return PupilPage(
        pupil=pupil,
        subgroups=list(places.order_by("group__name").values_list("group__name", flat=True)),
        code=PupilCode.objects.for_school(school).filter(pupil=pupil).defer("value").first(),
        badge=PupilBadge.objects.for_school(school).filter(pupil=pupil).defer("secret_hash").first(),
        last_sign_in=link.user.last_login if link else None,
        openings=openings_of(school, pupil=pupil),
    )


def staff_page(school: School, user: UUID) -> StaffPage | None:
    """Give the page of somebody with a role at the school; None for anybody else."""
    rows = staff_of(school, user=user)
    if not rows:
        return None
    link = UserStaff.objects.for_school(school).select_related("staff_member").filter(user=user).first()
    return StaffPage(
        name=rows[0].name,
        row=rows[0],
        member=link.staff_member if link else None,
        groups=_groups_taught(school, link.staff_member) if link else [],
        in_roster=link is not None and link.staff_member.left_at is None,
        openings=openings_of(school, user=User.objects.get(pk=user)),
    )


def roster_page(school: School, public_id: UUID) -> StaffPage | None:
    """Give the page of somebody of the roster's staff who has no account at the school; None for anybody else."""
    known = UserStaff.objects.for_school(school).values("staff_member")
    rows = StaffMember.objects.for_school(school).present().exclude(pk__in=known)
    member = rows.filter(public_id=public_id).first()
    if member is None:
        return None
    return StaffPage(member.full_name, None, member, _groups_taught(school, member), in_roster=True, openings=[])


def _groups_taught(school: School, member: StaffMember) -> list[str]:
    places = StaffGroup.objects.for_school(school).filter(staff_member=member, group__ended_at__isnull=True)
    return list(places.order_by("group__name").values_list("group__name", flat=True))
