"""The mail's worker and its sweeper; arguments are ids only (SR-L02)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from celery import shared_task
from django.db.models.functions import Now

from basispoort.lib.mail import deliver
from basispoort.lib.models import OutgoingMail

if TYPE_CHECKING:
    from uuid import UUID

LOGGER = logging.getLogger(__name__)
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
    return sum(_delivered(pk) for pk in list(due))


def _delivered(pk: UUID) -> bool:
    """Tell whether a mail went out; whatever fails in one mail holds up no other."""
    try:
        return deliver(pk) == OutgoingMail.State.SENT
    except Exception as failure:  # noqa: BLE001 - its lease ends, it is tried again, and after a day it is given up
        LOGGER.error("mail failed", extra={"mail": str(pk), "failure": type(failure).__name__})  # noqa: TRY400 - the traceback could hold the mail
        return False
