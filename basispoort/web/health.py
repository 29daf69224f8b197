"""Health, for the front server and those on watch: up or down, and no more (SR-P02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from basispoort.celery import app
from basispoort.lib.access import public

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest


@public
@transaction.non_atomic_requests
def live(_request: PortalRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "up"})


@public
@transaction.non_atomic_requests
def ready(_request: PortalRequest) -> HttpResponse:
    """Say whether database, Redis and at least one worker answer; 503 when one does not."""
    parts = {"database": _database(), "redis": _redis(), "worker": _worker()}
    up = all(parts.values())
    words = {name: "up" if state else "down" for name, state in parts.items()}
    response = JsonResponse({"status": "up" if up else "down", **words}, status=200 if up else 503)
    # "Down" is an answer here and no failure of this view: whoever asks watches, and the log stays for errors.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django offers no other way
    return response


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    try:
        cache.set("health", 1, 5)
    except RedisError:
        return False
    return True


def _worker() -> bool:
    try:
        return bool(app.control.ping(timeout=1.0, limit=1))
    except (RedisError, OSError, OperationalError):
        return False
