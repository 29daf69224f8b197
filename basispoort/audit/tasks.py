"""The clock of the trail: seals every minute, a signed head every day; and the watch every minute."""

from celery import shared_task
from django.utils import timezone

from basispoort.audit import chain
from basispoort.audit.watch import keep_watch


@shared_task(name="audit.seal")
def seal_entries() -> int:
    """Seal what is new and sign the head of yesterday once a day; give the number of seals."""
    sealed = chain.seal()
    chain.sign_head(timezone.localdate())
    return sealed


@shared_task(name="audit.watch")
def watch() -> int:
    """Hold every look of the watch once; give the number of sightings."""
    return keep_watch()
