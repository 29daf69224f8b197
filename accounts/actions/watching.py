"""Beginning and ending to look along with somebody, and writing each page down (SR-B07, SR-J02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts import events, watching
from accounts.actions.enter import look_along, stop_looking_along
from accounts.models import RoleName, User
from accounts.watching import Watched, pupil_to_show, staff_to_show, watched_now
from basispoort.audit import trail
from basispoort.lib.tenancy import school_transaction

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.models import SupportGrant


def watch_pupil(request: HttpRequest, *, grant: SupportGrant, pupil: UUID, acting_user: User) -> None:
    """Begin to look along with a pupil, within a grant that runs; raises NotWithThisOne."""
    _shown, found = pupil_to_show(grant.school, pupil)
    look_along(request, grant=grant, pupil=pupil, staff=None)
    trail.record(
        events.SUPPORT_WATCH_BEGUN,
        school=grant.school,
        acting_user=acting_user,
        target=found,
        role=RoleName.HELPDESK,
    )


def watch_staff(request: HttpRequest, *, grant: SupportGrant, user: UUID, acting_user: User) -> None:
    """Begin to look along with a member of staff, within a grant that runs; raises NotWithThisOne."""
    shown = staff_to_show(grant.school, user)
    look_along(request, grant=grant, pupil=None, staff=user)
    trail.record(
        events.SUPPORT_WATCH_BEGUN,
        school=grant.school,
        acting_user=acting_user,
        target=shown,
        role=RoleName.HELPDESK,
    )


def note_look(watched: Watched, page: str) -> None:
    """Write down in the school's trail which page is looked at, as whom, before it is shown."""
    known = watched.pupil is None or not watched.shown._state.adding
    with school_transaction(watched.school):
        trail.record(
            events.SUPPORT_WATCHED,
            school=watched.school,
            acting_user=watched.shown if known else None,
            target=watched.person,
            details={"page": page},
        )


def stop_watching(request: HttpRequest) -> Watched | None:
    """Give the session back to the helpdesk; gives whom it looked along with, None when that was over already."""
    state = request.session.get(watching.STATE)
    watched = watched_now(state, request.user) if state else None
    stop_looking_along(request)
    if watched is not None:
        with school_transaction(watched.school):
            trail.record(
                events.SUPPORT_WATCH_ENDED,
                school=watched.school,
                acting_user=watched.looker,
                target=watched.person,
                role=RoleName.HELPDESK,
            )
    return watched
