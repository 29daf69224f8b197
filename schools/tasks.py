"""The work of schools that happens in a worker; each task takes ids only and calls one action."""

from uuid import UUID

from celery import shared_task

from schools.actions import delivery

# Shorter than the lease, so that no worker still reads when the next one may start.
READ_SECONDS = 150


@shared_task(name="schools.read_delivery", soft_time_limit=READ_SECONDS, time_limit=READ_SECONDS + 15)
def read_delivery(school_id: int, delivery_id: str) -> str:
    """Read one delivery, if nobody else does or did."""
    return delivery.read_delivery(school_id=school_id, delivery_id=UUID(delivery_id))


@shared_task(name="schools.sweep_deliveries")
def sweep_deliveries() -> dict[str, int]:
    """Wake what waits; give how many were woken, failed and expired."""
    return delivery.sweep_deliveries()
