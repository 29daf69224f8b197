"""Work of accounts in the background; arguments are ids only (SR-L02)."""

from celery import shared_task

from accounts.actions.tokens import answer, forget_old_links
from accounts.models import LinkRequest

SWEPT_AT_ONCE = 200


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
