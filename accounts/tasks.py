"""Work of accounts in the background; arguments are ids only (SR-L02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celery import shared_task
from django.db.models.functions import Now

from accounts.actions.tokens import answer, forget_old_links
from accounts.models import FailureCounter, LinkRequest, SolvedChallenge

if TYPE_CHECKING:
    from django.db.models import Model

SWEPT_AT_ONCE = 200
FORGOTTEN_AT_ONCE = 5_000
MOST_STEPS = 200


@shared_task(name="accounts.answer_link_request")
def answer_link_request(pk: str) -> None:
    """Answer one request for a link; a second time finds nothing to do."""
    answer(pk)


@shared_task(name="accounts.sweep_links")
def sweep_links() -> int:
    """Answer the requests that nobody was woken for, and forget links that are long over."""
    waiting = list(LinkRequest.objects.order_by("created_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    for pk in waiting:
        answer(pk)
    forget_old_links()
    return len(waiting)


@shared_task(name="accounts.forget_failures")
def forget_failures() -> int:
    """Remove counters whose window is over and challenges that have expired, in small steps; gives their number."""
    return _forget(FailureCounter, "until") + _forget(SolvedChallenge, "expires_at")


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
