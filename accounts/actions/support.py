"""Letting the helpdesk look at a school's persons: asked, granted, refused, ended (product A10, SR-B07)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.back_office import URLCONF
from accounts.failures import TooManyTries
from accounts.models import FailureCounter, Role, RoleName, SupportGrant, SupportReason, SupportRequest
from basispoort.audit import trail
from basispoort.audit.models import AuditEntry
from basispoort.lib.mail import queue_mail
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.models import School

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models.expressions import Combinable
    from django.utils.functional import _StrPromise

    from accounts.models import User

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
SCHOOL_DAY_ENDS = time(17)
SATURDAY = 5
ASKS_AN_HOUR = 3


SEARCHES, SEARCHES_WINDOW = 60, timedelta(minutes=10)


class Length(StrEnum):
    """For how long a school lets the helpdesk look."""

    HOUR = "hour"
    SCHOOL_DAY = "school_day"
    DAY = "day"


class CanLookAlready(Exception):
    """The helpdesk can look at this school now; there is nothing to ask or to grant."""


class AskedAlready(Exception):
    """A request waits for the school's answer, or there were three of them this hour."""


class NobodyToAsk(Exception):
    """The school has no ICT coordinator now."""


class RequestOver(Exception):
    """The request was answered already, or waited longer than a week."""


class GrantOver(Exception):
    """The helpdesk cannot look at this school now."""


class DayIsOver(Exception):
    """The school day is over already."""


def end_of(length: Length, now: datetime) -> datetime | None:
    """Give until when a grant of this length would run from now; None where it would be over already."""
    if length != Length.SCHOOL_DAY:
        return now + (HOUR if length == Length.HOUR else DAY)
    here = timezone.localtime(now)
    end = datetime.combine(here.date(), SCHOOL_DAY_ENDS, here.tzinfo)
    return end if here.weekday() < SATURDAY and here < end else None


def running_grant(school: School) -> SupportGrant | None:
    """Give the grant under which the helpdesk can look at this school at this moment; asked anew at each request."""
    return SupportGrant.objects.holding(school).select_related("granted_by").first()


def waiting_request(school: School) -> SupportRequest | None:
    """Give what the helpdesk asks of this school and waits for."""
    return SupportRequest.objects.for_school(school).waiting().select_related("asked_by").first()


def coordinators_of(school: School) -> list[User]:
    """Give who decides for the school about the helpdesk; who was invited and never came does not yet."""
    roles = Role.objects.for_school(school).running_today().of_who_came().filter(role=RoleName.ICT_COORDINATOR)
    return list({role.user_id: role.user for role in roles.select_related("user")}.values())


def _one_at_a_time(school: School) -> None:
    """Let who decides about the same school at the same moment wait for the other, until the transaction ends."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)


def ask_support(*, school: School, reason: str, ticket: str, acting_user: User) -> SupportRequest:
    """Ask a school to let the helpdesk look, for a numbered call; its coordinators are mailed.

    Raises CanLookAlready, NobodyToAsk, or AskedAlready: one request at a time, three an hour (as SR-C07).
    """
    _one_at_a_time(school)
    if running_grant(school) is not None:
        raise CanLookAlready
    coordinators = coordinators_of(school)
    if not coordinators:
        raise NobodyToAsk
    rows = SupportRequest.objects.for_school(school)
    if rows.waiting().exists() or rows.filter(asked_at__gt=Now() - HOUR).count() >= ASKS_AN_HOUR:
        raise AskedAlready
    rows.filter(answered_at__isnull=True).update(answered_at=Now())  # what waited longer than a week is over
    asked = rows.create(school=school, reason=reason, ticket=ticket, asked_by=acting_user, asked_at=timezone.now())
    details = {"reason": str(reason), "ticket": ticket}
    trail.record(events.SUPPORT_ASKED, school=school, acting_user=acting_user, role=RoleName.HELPDESK, details=details)
    facts = {"who": acting_user.first_name, "ticket": ticket}
    subject = _("The helpdesk asks to look at your school")
    _tell(coordinators, school, "support_asked", subject, facts, reason=reason)
    return asked


def count_search(*, acting_user: User) -> None:
    """Count a search of somebody of the helpdesk; raises TooManyTries beyond sixty in ten minutes (SR-K06)."""
    key = FailureCounter.key_of("support search", str(acting_user.pk))
    if FailureCounter.add(key, SEARCHES_WINDOW) > SEARCHES:
        raise TooManyTries


def grant_support(
    *, school: School, reason: str, length: Length, acting_user: User, asked: UUID | None = None
) -> SupportGrant:
    """Let the helpdesk look from now on, and say yes to what it asked; all coordinators hear it.

    `asked` is the request that was on the screen. Raises CanLookAlready, DayIsOver, or RequestOver where another
    request waits by now, or none.
    """
    end = end_of(length, timezone.now())
    if end is None:
        raise DayIsOver
    # By the database's own clock, which also tells when it is over.
    until: datetime | Combinable = (
        end if length == Length.SCHOOL_DAY else Now() + (HOUR if length == Length.HOUR else DAY)
    )
    _one_at_a_time(school)
    if running_grant(school) is not None:
        raise CanLookAlready
    waiting = waiting_request(school)
    if (waiting.pk if waiting else None) != asked:
        raise RequestOver
    grants = SupportGrant.objects.for_school(school)
    grants.running().update(ended_at=Now(), end_told_at=Now())  # of who is no longer ICT coordinator here
    pk = grants.create(school=school, reason=reason, granted_by=acting_user, starts_at=Now(), until=until).pk
    grant = grants.get(pk=pk)
    if waiting is not None:
        SupportRequest.objects.for_school(school).filter(pk=waiting.pk).update(
            answered_by=acting_user, answered_at=Now(), grant=grant
        )
        _answer(waiting, school, until=timezone.localtime(grant.until))
    trail.record(
        events.SUPPORT_GRANTED,
        school=school,
        acting_user=acting_user,
        details={"reason": str(reason), "until": grant.until.isoformat()},
    )
    facts = {"who": acting_user.full_name, "until": timezone.localtime(grant.until)}
    subject = _("The helpdesk can look at your school")
    _tell(coordinators_of(school), school, "support_granted", subject, facts, reason=reason)
    return grant


def refuse_support(*, school: School, request: UUID, acting_user: User) -> None:
    """Say no to what the helpdesk asked; raises RequestOver."""
    waiting = SupportRequest.objects.for_school(school).waiting().filter(pk=request)
    asked = waiting.select_related("asked_by").first()
    if asked is None or not waiting.update(answered_by=acting_user, answered_at=Now()):
        raise RequestOver
    _answer(asked, school, until=None)
    trail.record(events.SUPPORT_REFUSED, school=school, acting_user=acting_user)


def end_support(*, school: School, acting_user: User) -> None:
    """End the leave at this very moment: the helpdesk's next request finds nothing. Raises GrantOver."""
    grant = running_grant(school)
    rows = SupportGrant.objects.for_school(school).running()
    if grant is None or not rows.filter(pk=grant.pk).update(ended_at=Now(), ended_by=acting_user, end_told_at=Now()):
        raise GrantOver
    trail.record(events.SUPPORT_ENDED, school=school, acting_user=acting_user)
    _tell_end(school, grant, ended_by=acting_user)


def end_grants_of(*, school: School, user: User, acting_user: User) -> None:
    """End what somebody let the helpdesk see, as the role that gave it ends; it does not come back with the role."""
    grant = running_grant(school)
    if grant is not None and grant.granted_by_id == user.pk:
        end_support(school=school, acting_user=acting_user)


def tell_ended_grants() -> int:
    """Tell coordinators of the grants that ended by themselves, each once; gives how many."""
    with unscoped("grants of the helpdesk that are over"):
        over = list(SupportGrant.objects.get_queryset().over_untold().values_list("pk", "school_id"))
    told = 0
    for pk, school_id in over:
        with school_transaction(school_id):
            rows = SupportGrant.objects.for_school(school_id).over_untold().filter(pk=pk)
            if rows.update(end_told_at=Now()):
                grant = SupportGrant.objects.for_school(school_id).select_related("school").get(pk=pk)
                _tell_end(grant.school, grant, ended_by=None)
                told += 1
    return told


def _tell_end(school: School, grant: SupportGrant, *, ended_by: User | None) -> None:
    looks = AuditEntry.objects.for_school(school).filter(event__in=events.SUPPORT_LOOKS, at__gte=grant.starts_at)
    facts = {"who": ended_by.full_name if ended_by else "", "looks": looks.filter(at__lte=grant.until).count()}
    subject = _("The helpdesk can no longer look at your school")
    _tell(coordinators_of(school), school, "support_ended", subject, facts, reason=grant.reason)


def _answer(asked: SupportRequest, school: School, *, until: datetime | None) -> None:
    """Tell who of the helpdesk asked what the school says; the mail names nobody of the school."""
    user = asked.asked_by
    page = reverse("admin:schools_school_page", urlconf=URLCONF, args=[school])
    queue_mail(
        purpose="support_answered",
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=_("A school answered the helpdesk"),
        template="accounts/mail/support_answered",
        facts={
            "name": user.first_name,
            "school": school.name,
            "ticket": asked.ticket,
            "until": until,
            "link": settings.BACK_OFFICE_URL + page,
        },
    )


def _tell(  # noqa: PLR0913 - a mail is all of these
    people: list[User],
    school: School,
    purpose: str,
    subject: _StrPromise,
    facts: Mapping[str, object],
    *,
    reason: str,
) -> None:
    link = settings.BASE_URL + reverse("accounts:support", urlconf=settings.ROOT_URLCONF, args=[school])
    for user in people:
        queue_mail(
            purpose=purpose,
            recipient_id=user.pk,
            address=str(user.email),
            language=user.language,
            subject=subject,
            template=f"accounts/mail/{purpose}",
            facts={
                **facts,
                "name": user.first_name,
                "school": school.name,
                "reason": SupportReason(reason).label,
                "link": link,
            },
        )
