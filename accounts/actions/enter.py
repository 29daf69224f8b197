"""The one list of ways to get a session, and the only code that begins one (SR-A06, SR-A13)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.auth import SESSION_KEY, login
from django.utils import timezone

from accounts import limits, second_step, watching
from accounts.browsers import browser_words
from basispoort.lib.compiled import run
from basispoort.lib.proof import note_proof

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.models import SupportGrant, User

BACKEND = "accounts.backends.RoleBackend"


class Way(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SCHOOL_ACCOUNT = "school_account"
    PUPIL_CODE = "pupil_code"
    PUPIL_BADGE = "pupil_badge"
    PUPIL_LET_IN = "pupil_let_in"
    VIEW_AS = "view_as"  # no session of its own: the helpdesk's goes on under a new key, and shows another's pages


PUPILS_WAYS = frozenset({Way.PUPIL_CODE, Way.PUPIL_BADGE, Way.PUPIL_LET_IN})
WAY = "way_in"
BROWSER = "browser"
LAST_LOGIN = "UPDATE accounts_user SET last_login = %s WHERE id = %s"


def enter(request: HttpRequest, *, user: User, way: Way, is_shared_computer: bool = False) -> None:
    """Begin a session for a user under a new key, with the limits of who it is.

    On a computer that others use too, ten minutes without use end the session of an adult.
    Where a second step is due the session is only half begun: it lives ten minutes and opens nothing but that step.
    """
    # Nothing of an earlier session is taken along, not even of the same user: no second step, no proof (SR-A06).
    if way in PUPILS_WAYS or SESSION_KEY in request.session:
        request.session.flush()
    login(request, user, backend=BACKEND)
    user.last_login = timezone.now()
    run(LAST_LOGIN, [user.last_login, user.pk])
    now = int(timezone.now().timestamp())
    request.session[WAY] = way
    request.session[BROWSER] = browser_words(request.headers.get("User-Agent", ""))
    if way in PUPILS_WAYS:
        limits.limit(request.session, limits.PUPIL, now)
    else:
        if is_shared_computer:
            request.session[limits.SHARED] = True
        if way == Way.PASSWORD:
            note_proof(request.session)
        half_way = second_step.is_due(user)
        if half_way:
            request.session[second_step.DUE] = True
        limits.limit(request.session, limits.HALF_WAY if half_way else limits.ADULT, now)
    # Stored with whose it is in the same transaction: a badge, code or password that is renewed now ends this one too.
    request.session.save()


def look_along(request: HttpRequest, *, grant: SupportGrant, pupil: UUID | None, staff: UUID | None) -> None:
    """Let this session show the pages of one person, under a new key (SR-A06); the caller has checked that it may."""
    request.session[watching.STATE] = watching.state_of(grant, pupil=pupil, staff=staff) | {
        "way": request.session.get(WAY, "")
    }
    request.session[WAY] = Way.VIEW_AS
    request.session.cycle_key()


def stop_looking_along(request: HttpRequest) -> None:
    """Give the session back to its owner, under a new key; harmless where nobody is looked along with."""
    state = request.session.pop(watching.STATE, None)
    if state is not None:
        request.session[WAY] = state["way"]
        request.session.cycle_key()
