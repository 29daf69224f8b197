"""The own sessions: seeing them and ending them (product A9)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import events, limits
from accounts.actions.enter import BROWSER
from accounts.models import Session
from accounts.sessions import stored_key
from accounts.signals import sessions_ended
from basispoort.audit import trail

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.http import StaffRequest

ENDED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session as its owner sees it."""

    id: uuid.UUID
    browser: str
    began: datetime
    seen: datetime
    is_this: bool
    is_shared: bool


def public_id(key: str) -> uuid.UUID:
    """Give the number by which a session is named on screen; it opens nothing and leads back to nothing."""
    return uuid.UUID(bytes=hashlib.sha256(f"on screen|{key}".encode()).digest()[:16])


def own_sessions(request: StaffRequest) -> list[OwnSession]:
    """Give the sessions of the user that still run, this one first, then the last used first."""
    this = stored_key(str(request.session.session_key))
    now = timezone.now()
    found = []
    for row in Session.objects.filter(user=request.user, expire_date__gt=now):
        data = row.get_decoded()
        if limits.is_over(data, int(now.timestamp())):
            continue
        seen = data.get(limits.KEY, [0, 0, 0, row.started_at.timestamp()])[3]
        moment = datetime.fromtimestamp(seen, tz=UTC)
        is_this = row.session_key == this
        browser, is_shared = str(data.get(BROWSER, "")), bool(data.get(limits.SHARED))
        found.append(OwnSession(public_id(row.session_key), browser, row.started_at, moment, is_this, is_shared))
    return sorted(found, key=lambda one: (not one.is_this, -one.seen.timestamp()))


def end_session(*, user: User, session: uuid.UUID) -> bool:
    """End one of the own sessions at once; False when there is none by that number."""
    for key in Session.objects.filter(user=user).values_list("session_key", flat=True):
        if public_id(key) == session:
            Session.objects.filter(session_key=key, user=user).delete()
            sessions_ended.send(sender=None, session_hashes=[key], user_id=user.pk)
            trail.record(events.SESSION_ENDED, school=None, acting_user=user)
            return True
    return False


def end_other_sessions(request: StaffRequest) -> int:
    """End all the own sessions but this one; gives their number."""
    this = stored_key(str(request.session.session_key))
    others = list(Session.objects.filter(user=request.user).exclude(session_key=this).values_list("pk", flat=True))
    number = Session.objects.filter(user=request.user, pk__in=others).delete()[0]
    sessions_ended.send(sender=None, session_hashes=others, user_id=request.user.pk)
    trail.record(events.SESSION_ENDED, school=None, acting_user=request.user, details={"sessions": number})
    return number


def end_expired_sessions() -> int:
    """Remove sessions whose time is over, 2,000 at most; publishers hear of those of somebody. Gives how many."""
    over = Session.objects.filter(expire_date__lt=Now())
    found = list(over.order_by("expire_date").only("session_key", "user_id")[:ENDED_AT_ONCE])
    removed = over.filter(pk__in=[row.pk for row in found if row.user_id is None]).delete()[0]
    for row in found:
        if row.user_id is None:
            continue
        with transaction.atomic():
            if over.filter(pk=row.pk).delete()[0]:  # asked again: one that was used in between stays
                sessions_ended.send(sender=None, session_hashes=[row.pk], user_id=row.user_id)
                removed += 1
    return removed
