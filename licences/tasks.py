"""The work of licences that happens in a worker; each task takes ids only and calls one action (SR-L02)."""

from celery import shared_task

from licences.actions import logouts


@shared_task(name="licences.send_logout", soft_time_limit=20, time_limit=25)
def send_logout(school_id: int, pk: str) -> str:
    """Tell one participant that a session is over; may run twice or at the same time elsewhere."""
    return logouts.send_logout(school_id=school_id, pk=pk)


@shared_task(name="licences.sweep_logouts")
def sweep_logouts() -> dict[str, int]:
    """Wake what waits; give how many ended by themselves, were woken and were given up."""
    return logouts.sweep_logouts()


@shared_task(name="licences.forget_logouts")
def forget_logouts() -> int:
    """Remove what is long over; gives how many."""
    return logouts.forget_logouts()
