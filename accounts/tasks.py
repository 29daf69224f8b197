"""Work of accounts in the background; arguments are ids only (SR-L02)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from celery import shared_task
from django.db.models.functions import Now

from accounts.actions import exports
from accounts.actions.sessions import end_expired_sessions
from accounts.actions.support import tell_ended_grants
from accounts.actions.tokens import answer, forget_old_links
from accounts.models import ClassStart, DoorMiss, FailureCounter, LinkRequest, SolvedChallenge
from basispoort.lib.tenancy import school_transaction, unscoped

if TYPE_CHECKING:
    from django.db.models import Model

SWEPT_AT_ONCE = 200
FORGOTTEN_AT_ONCE = 5_000
MOST_STEPS = 200
KEPT = timedelta(days=1)


@shared_task(name="accounts.answer_link_request")
def answer_link_request(pk: str) -> None:
    """Answer one request for a link; a second time finds nothing to do."""
    answer(pk)


# Shorter than the lease, so that no worker still writes when the next one may start.
@shared_task(name="accounts.make_export", soft_time_limit=150, time_limit=165)
def make_export(school_id: int, export_id: str) -> str:
    """Make one list, if nobody else does or did."""
    return exports.make_export(school_id=school_id, export_id=UUID(export_id))


@shared_task(name="accounts.sweep_exports")
def sweep_exports() -> dict[str, int]:
    """Wake lists that wait, and take away what is over; gives how many of each."""
    return exports.sweep_exports()


@shared_task(name="accounts.sweep_links")
def sweep_links() -> int:
    """Answer the requests that nobody was woken for, and forget links that are long over."""
    waiting = list(LinkRequest.objects.order_by("created_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for pk in waiting:
        answer(pk)
    forget_old_links()
    return len(waiting)


@shared_task(name="accounts.tell_ended_support")
def tell_ended_support() -> int:
    """Tell schools that the helpdesk's time to look is over; gives of how many grants."""
    return tell_ended_grants()


@shared_task(name="accounts.forget_failures")
def forget_failures() -> int:
    """Remove counters whose window is over and challenges that have expired, in small steps; gives their number."""
    return _forget(FailureCounter, "until") + _forget(SolvedChallenge, "expires_at")


@shared_task(name="accounts.forget_sessions")
def forget_sessions() -> int:
    """End the sessions that nobody ended and whose time is over, and say whose they were; gives their number."""
    return end_expired_sessions()


def _forget(model: type[Model], end: str) -> int:
    rows = model._default_manager.filter(**{f"{end}__lt": Now()})
    removed = 0
    for _step in range(MOST_STEPS):
        some = list(rows.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
        # Asked again: a counter that began anew in between stays.
        removed += rows.filter(pk__in=some).delete()[0]
        if len(some) < FORGOTTEN_AT_ONCE:
            break
    return removed


@shared_task(name="accounts.forget_class_starts")
def forget_class_starts() -> int:
    """Remove class starts that ended a day ago, with who asked in them, and missed links; gives how many starts."""
    too_old = Now() - KEPT
    DoorMiss.objects.filter(since__lt=too_old).delete()
    removed = 0
    with unscoped("class starts that are a day old"):
        old = list(ClassStart.objects.get_queryset().filter(ends_at__lt=too_old).values_list("pk", "school_id"))
    for school_id in {school for _, school in old}:
        with school_transaction(school_id):
            rows = ClassStart.objects.for_school(school_id).filter(pk__in=[pk for pk, at in old if at == school_id])
            removed += rows.count()
            rows.delete()
    return removed
