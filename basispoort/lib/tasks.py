"""The mail's worker and its sweeper; arguments are ids only (SR-L02)."""

from celery import shared_task
from django.db.models.functions import Now

from basispoort.lib.mail import deliver
from basispoort.lib.models import OutgoingMail

SWEPT_AT_ONCE = 200


@shared_task(name="lib.mail.send", soft_time_limit=45, time_limit=60)
def send_mail(pk: str) -> str:
    """Hand one mail over; may run twice or at the same time elsewhere with the effect of once."""
    return deliver(pk)


@shared_task(name="lib.mail.sweep")
def sweep_mails() -> int:
    """Try again what waits, give up what waited a day, and end what a lost worker left half handed over."""
    mails = OutgoingMail.objects
    OutgoingMail.finish(mails.filter(state="handed", lease_until__lt=Now()), OutgoingMail.State.UNCLEAR)
    too_old = mails.filter(state="waiting", created_at__lte=Now() - OutgoingMail.kept_for)
    OutgoingMail.finish(too_old, OutgoingMail.State.EXPIRED)
    due = mails.filter(OutgoingMail.claimable()).order_by("next_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE]
    return sum(deliver(pk) == OutgoingMail.State.SENT for pk in list(due))
