"""The schools of a board as its members see them: how well the access of each is kept; no person by name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from accounts.models import Passkey, Role, RoleName, StaffCheck, TotpDevice, User
from accounts.models.role import DELEGATES
from basispoort.web.boards import facts_of
from schools.models import SchoolState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from basispoort.web.boards import SchoolFact
    from schools.models import School


# A coordinator whose last day lies within this time does not stay.
SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One school: its coordinators, who of the powerful lacks a second step, and what other apps tell of it."""

    school: School
    coordinators: int
    without_second_step: int
    last_sign_in: datetime | None
    last_one_stops: bool
    checked_on: date | None
    facts: Sequence[SchoolFact]

    @property
    def takes_part(self) -> bool:
        """Tell whether the school uses the portal, so that it must have a coordinator."""
        return self.school.state == SchoolState.ACTIVE

    @property
    def lacks_coordinator(self) -> bool:
        """Tell whether nobody can manage a school that uses the portal."""
        return self.takes_part and not self.coordinators


def rows_of(schools: Sequence[School]) -> list[BoardRow]:
    """Give a row for each of these schools, those that use the portal first; a fixed number of queries."""
    delegates: dict[int, set[UUID]] = defaultdict(set)
    coordinators: dict[int, dict[UUID, Role]] = defaultdict(dict)
    unknown: set[tuple[int, UUID]] = set()
    soon = timezone.localdate() + SOON
    running = Role.objects.get_queryset().running_today().filter(role__in=DELEGATES)
    for role in running.for_schools(schools).select_related("user"):
        assert role.school_id is not None
        delegates[role.school_id].add(role.user_id)
        if role.called:  # of who has not come yet, nothing of the account elsewhere is told
            unknown.add((role.school_id, role.user_id))
        if role.role == RoleName.ICT_COORDINATOR:
            coordinators[role.school_id][role.user_id] = role
    with_step = _with_second_step(set().union(*delegates.values()))
    # A check by the board that the school had before is none of this one's.
    own = StaffCheck.objects.for_schools(schools).filter(board=F("school__board"))
    checks = own.order_by().values("school").annotate(last=Max("day"))
    checked = dict(checks.values_list("school", "last"))
    told = facts_of(schools)

    def who(school: School) -> list[Role]:
        return list(coordinators[school.pk].values())

    rows = [
        BoardRow(
            school=school,
            coordinators=len(who(school)),
            without_second_step=sum(
                user not in with_step or (school.pk, user) in unknown for user in delegates[school.pk]
            ),
            last_sign_in=max(
                (one.user.last_login for one in who(school) if one.user.last_login and not one.called), default=None
            ),
            last_one_stops=bool(who(school))
            and all(one.leave_announced_at or (one.ends_on and one.ends_on < soon) for one in who(school)),
            checked_on=checked.get(school.pk),
            facts=told[school.pk],
        )
        for school in schools
    ]
    return sorted(rows, key=lambda row: (not row.takes_part, row.school.name.casefold(), row.school.code))


def _with_second_step(users: set[UUID]) -> set[UUID]:
    devices = (model.objects.filter(user=OuterRef("pk"), confirmed=True) for model in (TotpDevice, Passkey))
    app, passkey = map(Exists, devices)
    return set(User.objects.filter(app | passkey, pk__in=users).values_list("pk", flat=True))
