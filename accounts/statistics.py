"""What a school's coordinator sees in numbers: sign-ins by day and hour, and what is still to be done. Counts only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import events
from accounts.models import Role, UserPupil
from accounts.second_step import STRONG_ROLES
from accounts.staff_list import staff_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import unscoped
from basispoort.web.charts import Bars, bars_of
from schools.models import Group, Pupil

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from accounts.staff_list import StaffRow
    from schools.models import School

WEEKS = 4
HOUR_DAYS = 14
SCHOOL_HOURS = range(7, 18)


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """How many of those who must have a second step, and of those who may, have one."""

    must: int
    must_have: int
    may: int
    may_have: int


@dataclass(frozen=True, slots=True)
class NotYet:
    """A group, and how many of its pupils have never signed in."""

    group: str
    pupils: int
    never: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All that the page shows."""

    pupils: Bars
    staff: Bars
    hours: Bars
    second_steps: SecondSteps
    invited: int
    link_over: int
    waits: int
    groups: list[NotYet]

    @property
    def never(self) -> int:
        """How many pupils have never signed in."""
        return sum(group.never for group in self.groups)

    @property
    def nobody_yet(self) -> bool:
        """Whether nobody signed in in these weeks: there is nothing to draw."""
        return self.pupils.total + self.staff.total == 0


def statistics_of(school: School) -> Statistics:
    """Count for one school, within its scope; seven queries, however large it is."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS)]
    since = datetime.combine(monday, time.min, timezone.get_current_timezone())
    entries = AuditEntry.objects.for_school(school).filter(at__gte=since)
    pupils = _by_day_and_hour(entries.filter(event=events.SIGNED_IN))
    pupil_days = Counter({day: sum(hours.values()) for day, hours in pupils.items()})
    rows = staff_of(school)
    waits = entries.filter(event=events.SIGN_IN_FAILED, outcome="waiting", at__gte=_days_ago(7)).count()
    return Statistics(
        pupils=_days(_("Pupils' sign-ins by day"), days, pupil_days),
        staff=_days(_("Staff's sign-ins by day"), days, _staff_days(school, since)),
        hours=_hours(pupils, today),
        second_steps=_second_steps(rows),
        invited=sum(row.is_invited for row in rows),
        link_over=sum(row.is_invited and not row.link_works for row in rows),
        waits=waits,
        groups=_not_yet(school),
    )


def _days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _by_day_and_hour(entries: QuerySet[Any]) -> dict[date, Counter[int]]:
    """Count entries by the day and the hour of the clock in the Netherlands, also when that clock is changed."""
    found: dict[date, Counter[int]] = {}
    counted = entries.annotate(day=TruncDate("at"), hour=ExtractHour("at")).values("day", "hour")
    for row in counted.annotate(number=Count("pk")).order_by():
        found.setdefault(row["day"], Counter())[row["hour"]] += row["number"]
    return found


def _staff_days(school: School, since: datetime) -> Counter[date]:
    """Count the days' sign-ins of who has a role here; a sign-in of staff belongs to no school, so it is looked up."""
    here = Role.objects.for_school(school).running_today().filter(called="")
    began = here.filter(
        user=OuterRef("actor_id"), starts_on__lte=TruncDate(ExpressionWrapper(OuterRef("at"), DateTimeField()))
    )
    with unscoped("sign-ins of a school's staff, counted"):
        entries = (
            AuditEntry.objects.get_queryset()
            .filter(school_id__isnull=True, event=events.SIGNED_IN, at__gte=since, actor_id__in=here.values("user"))
            .filter(Exists(began))
        )
        counted = entries.annotate(day=TruncDate("at")).values("day").annotate(number=Count("pk")).order_by()
        return Counter({row["day"]: row["number"] for row in counted})


def _days(title: str, days: list[date], numbers: Counter[date]) -> Bars:
    rows = [(date_format(day, "D j b"), numbers[day]) for day in days]
    return bars_of(title, _("Sign-ins"), rows, [date_format(day, "j b") for day in days[::7]])


def _hours(pupils: dict[date, Counter[int]], today: date) -> Bars:
    """Draw the average of the days with sign-ins in the last two weeks; a day off says nothing about the others."""
    recent = [of for day, of in pupils.items() if day > today - timedelta(days=HOUR_DAYS)]
    together: Counter[int] = sum(recent, Counter())
    rows = [(f"{hour}:00", -(-together[hour] // max(len(recent), 1))) for hour in SCHOOL_HOURS]
    title = _("Pupils' sign-ins by hour, on an average day of the last two weeks")
    return bars_of(title, _("Sign-ins"), rows, [str(hour) for hour in SCHOOL_HOURS])


def _second_steps(rows: Iterable[StaffRow]) -> SecondSteps:
    active = [row for row in rows if not row.is_invited]
    must = [row for row in active if any(role.role in STRONG_ROLES for role in row.roles)]
    may = [row for row in active if row not in must]
    return SecondSteps(
        len(must), sum(row.has_second_step for row in must), len(may), sum(row.has_second_step for row in may)
    )


def _not_yet(school: School) -> list[NotYet]:
    """Give the groups of which somebody has never signed in; a pupil's account is made at the first sign-in."""
    been = Exists(UserPupil.objects.for_school(school).filter(pupil=OuterRef("pk")))
    here = Pupil.objects.for_school(school).present().filter(home_group__isnull=False).annotate(been=been)
    counted = here.values("home_group").annotate(pupils=Count("pk"), never=Count("pk", filter=Q(been=False))).order_by()
    found = {row["home_group"]: row for row in counted}
    groups = Group.objects.for_school(school).current().filter(pk__in=found).order_by("year_group", "name")
    rows = [NotYet(group.name, found[group.pk]["pupils"], found[group.pk]["never"]) for group in groups]
    return [row for row in rows if row.never]
