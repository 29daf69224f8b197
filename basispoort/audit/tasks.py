"""The clock of the trail: seals every minute, a signed head every day; and the watch every minute."""

from celery import shared_task
from django.utils import timezone

from basispoort.audit import chain
from basispoort.audit.looks import alert_of_whole_trail
from basispoort.audit.watch import keep_watch

SEALED_AT_ONCE = 20 * chain.BATCH


@shared_task(name="audit.seal")
def seal_entries() -> int:
    """Seal all that is new and sign the head of yesterday once a day; give the number of seals."""
    sealed, latest = 0, chain.BATCH
    while latest == chain.BATCH and sealed < SEALED_AT_ONCE:
        latest = chain.seal()
        sealed += latest
    chain.sign_head(timezone.localdate())
    return sealed


@shared_task(name="audit.verify", soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def verify_all() -> int:
    """Check the whole trail once a night, and alert where it does not hold; give the number of breaks."""
    return alert_of_whole_trail()


@shared_task(name="audit.watch")
def watch() -> int:
    """Hold every look of the watch once; give the number of sightings."""
    return keep_watch()
