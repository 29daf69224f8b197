"""Telling workers that there is work; the work itself stands in a table, so that nothing is lost without a queue."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

if TYPE_CHECKING:
    from celery import Task

logger = logging.getLogger(__name__)

BELIEVED_SECONDS = 5


class _Queue:
    """Until when this process takes it that the queue is away."""

    away_until = 0.0


def wake(task: Task[..., object], *arguments: int | str | UUID) -> bool:
    """Tell a worker at once that there is work; False when the queue is away, and a sweeper finds the work (SR-O).

    A queue that did not answer is left alone for some seconds, so that one that hangs holds up one page and not all.
    """
    if time.monotonic() < _Queue.away_until:
        return False
    try:
        task.apply_async(tuple(str(one) if isinstance(one, UUID) else one for one in arguments), retry=False)
    except (OperationalError, OSError):
        _Queue.away_until = time.monotonic() + BELIEVED_SECONDS
        logger.warning("The queue is away; what waits for %s is found by a sweeper.", task.name)
        return False
    return True


def wake_after_commit(task: Task[..., object], *arguments: int | str | UUID) -> None:
    """Wake a worker once the transaction stands."""
    transaction.on_commit(partial(wake, task, *arguments))


def ask_queue_again() -> None:
    """Believe nothing that was heard of the queue before."""
    _Queue.away_until = 0.0
