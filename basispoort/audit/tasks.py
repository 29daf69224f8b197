"""The clock of the trail: seals every minute, a signed head every day."""

from celery import shared_task
from django.utils import timezone

from basispoort.audit import chain


@shared_task(name="audit.seal")
def seal_entries() -> int:
    """Seal what is new and sign the head of yesterday once a day; give the number of seals."""
    sealed = chain.seal()
    chain.sign_head(timezone.localdate())
    return sealed
