"""Telling participants that a sign-in is over (OpenID Connect Back-Channel Logout 1.0; SR-A08).

Where somebody signs in is noted with the token; the end of the session makes that note a job, in the same transaction;
a worker sends it. A participant that was told twice signs nobody out twice.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import Session
from basispoort.audit import trail
from basispoort.lib.mail import wait_seconds
from basispoort.lib.outside import Unreachable, post_form
from basispoort.lib.queues import wake_after_commit
from basispoort.lib.tenancy import school_transaction, unscoped
from licences import events
from licences.models import BackChannelLogout
from licences.oidc.keys import sid_of, signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from licences.models import Launch, Participant
    from schools.models import School

    Named = tuple[int, uuid.UUID]

LOGGER = logging.getLogger(__name__)
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_LIVES = timedelta(minutes=2)
TAKEN = frozenset({200, 204})
SWEPT_AT_ONCE = 500
KEPT = timedelta(days=30)
State = BackChannelLogout.State


def note_sign_in(launch: Launch, participant: Participant, *, sub: str) -> None:
    """Note that a session is signed in at a participant, where that one wants to hear of its end; once a session."""
    if not participant.backchannel_logout_uri:
        return
    row = BackChannelLogout(
        school_id=launch.school_id,
        participant=participant,
        user_id=launch.user_id,
        session_hash=launch.session_hash,
        sid=sid_of(launch),
        sub=sub,
    )
    again = ["state", "sub", "session_hash", "attempts", "asked_at", "next_at", "finished_at", "answer", "lease_until"]
    BackChannelLogout.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["participant", "sid"], update_fields=again
    )


def ask_logouts(who: Q) -> int:
    """Make every running sign-in at a participant that fits a job, in the caller's transaction; gives their number."""
    with transaction.atomic(), unscoped("at which participants is this person signed in"):
        running = BackChannelLogout.objects.get_queryset().filter(who, state=State.OPEN)
        found: list[Named] = list(running.select_for_update().values_list("school_id", "pk"))
        if found:
            rows = BackChannelLogout.objects.get_queryset().filter(pk__in=[pk for _school, pk in found])
            rows.update(state=State.WAITING, asked_at=Now(), next_at=Now())
    _wake(found)
    return len(found)


def follow_session(*, before: str, after: str) -> None:
    """Let the sign-ins of a session that goes on under a new key go on with it."""
    with transaction.atomic(), unscoped("at which participants is this session signed in"):
        rows = BackChannelLogout.objects.get_queryset().filter(session_hash=before, state=State.OPEN)
        rows.update(session_hash=after)


def _wake(rows: Iterable[Named]) -> None:
    from licences.tasks import send_logout  # noqa: PLC0415 - the task imports this module

    for school_id, pk in rows:
        wake_after_commit(send_logout, school_id, pk)


def logout_token(row: BackChannelLogout, *, client_id: str) -> str:
    """Give the token that tells a participant which session is over; it names nobody but by the pseudonym there."""
    now = int(time.time())
    claims = {
        "iss": settings.BASE_URL,
        "aud": client_id,
        "iat": now,
        "exp": now + int(TOKEN_LIVES.total_seconds()),
        "jti": uuid.uuid4().hex,
        "events": {EVENT: {}},
        "sub": row.sub,
        "sid": row.sid,
    }
    return signed(claims, settings.IDP_OIDC_PRIVATE_KEY, typ="logout+jwt")


def send_logout(*, school_id: int, pk: uuid.UUID | str) -> str:
    """Try to tell one participant, and give the state afterwards; may run twice, or at once elsewhere.

    Must run outside a transaction: that the row is taken has to stand before the call, and no lock is held during it.
    """
    with school_transaction(school_id):
        rows = BackChannelLogout.objects.for_school(school_id)
        fence = BackChannelLogout.claim(rows, pk)
        if fence is None:
            return rows.filter(pk=pk).values_list("state", flat=True).first() or ""
        row = rows.select_related("participant").get(pk=pk)
    answer, failure = _tell(row)
    with school_transaction(school_id):
        mine = BackChannelLogout.objects.for_school(school_id).filter(pk=pk, fence=fence)
        if answer in TAKEN:
            BackChannelLogout.finish(mine, State.SENT, answer)
        else:
            LOGGER.warning("sign-out at a participant waits", extra={"logout": str(pk), "failure": failure})
            BackChannelLogout.put_off(mine, wait_seconds(row.attempts), answer)
        return rows.filter(pk=pk).values_list("state", flat=True).first() or ""


def _tell(row: BackChannelLogout) -> tuple[int | None, str]:
    """Give the participant's answer, or what stood in the way."""
    client_id, address = row.participant.client_id, row.participant.backchannel_logout_uri
    if client_id is None or not address:
        return None, "not registered"
    try:
        status = post_form(address, {"logout_token": logout_token(row, client_id=client_id)})
    except Unreachable as failure:
        return None, str(failure)
    return status, f"answered {status}"


def sweep_logouts() -> dict[str, int]:
    """Find sessions that ended by themselves, wake what waits, and give up what waited for a day; gives how many."""
    running = Session.objects.filter(session_key=OuterRef("session_hash"), expire_date__gt=Now())
    with unscoped("which sign-ins at participants outlived their session"):
        rows = BackChannelLogout.objects.get_queryset()
        over = list(rows.filter(~Exists(running), state=State.OPEN).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    ended = ask_logouts(Q(pk__in=over)) if over else 0
    with unscoped("which sign-outs wait"):
        due = rows.filter(BackChannelLogout.claimable()).order_by("next_at")
        waiting: list[Named] = list(due.values_list("school_id", "pk")[:SWEPT_AT_ONCE])
        late = rows.filter(state=State.WAITING, asked_at__lte=Now() - BackChannelLogout.tried_for)
        given_up: list[Named] = list(late.values_list("school_id", "pk")[:SWEPT_AT_ONCE])
    _wake(waiting)
    return {"ended": ended, "woken": len(waiting), "given up": sum(_give_up(*one) for one in given_up)}


def _give_up(school_id: int, pk: uuid.UUID) -> int:
    """Give one up, once, and say so in the school's own trail."""
    with school_transaction(school_id):
        mine = BackChannelLogout.objects.for_school(school_id).filter(pk=pk)
        row = mine.select_related("participant").get()
        if not BackChannelLogout.finish(mine, State.EXPIRED, row.answer):
            return 0
        trail.record(
            events.LOGOUT_GIVEN_UP,
            school=school_id,
            acting_user=None,
            target=row.participant,
            outcome="failed",
            details={"attempts": row.attempts, "answer": row.answer},
        )
        LOGGER.error("sign-out at a participant given up", extra={"logout": str(pk)})
        return 1


def untold_logouts(school: School, participant: Participant) -> int:
    """Give how many sign-outs of a school's persons a participant did not want to hear in the last thirty days."""
    rows = BackChannelLogout.objects.for_school(school).filter(participant=participant, state=State.EXPIRED)
    return rows.count()


def forget_logouts() -> int:
    """Remove what was finished thirty days ago; gives how many."""
    with unscoped("which sign-outs are long over"):
        rows = BackChannelLogout.objects.get_queryset().filter(finished_at__lt=Now() - KEPT)
        some = list(rows.values_list("pk", flat=True)[: 20 * SWEPT_AT_ONCE])
        return rows.filter(pk__in=some).delete()[0]
