"""Why a material does not open: each cause with plain words, who can mend it, and how (product L6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: `plain` for who clicked, `why`, `who` and `repair` for the coordinator."""

    code: str
    plain: str | _StrPromise
    why: str | _StrPromise
    who: str | _StrPromise
    repair: str | _StrPromise


COORDINATOR = _("the school's ICT coordinator")
PUBLISHER = _("the publisher")
HELPDESK = _("the helpdesk")
OPEN_AGAIN = _("Your school has not opened this yet.")

SCHOOL_CLOSED = Cause(
    "school",
    _("The portal does not work for this school now."),
    _("The school is not in service with the portal on this day."),
    HELPDESK,
    _("Ask the helpdesk when the school's service starts, or why it stopped."),
)
GONE = Cause(
    "person",
    _("You are not on this school's list any more."),
    _("The person left the roster, the role at the school ended, or the account was closed."),
    COORDINATOR,
    _("Upload the newest roster, or give the person a role at the school."),
)
NO_AGREEMENT = Cause(
    "agreement",
    OPEN_AGAIN,
    _("The school has not accepted the agreement that is in force, so nothing may leave."),
    COORDINATOR,
    _("Sign in as coordinator, read the agreement and click Agree."),
)
SHARING_OFF = Cause(
    "sharing",
    OPEN_AGAIN,
    _("The school has not switched this publisher on, or has switched it off."),
    COORDINATOR,
    _("Open Publishers, look at what would leave, and switch the publisher on."),
)
NOTHING_AGREED = Cause(
    "fields",
    _("This is not for you."),
    _("What the school agreed to with this publisher names no sign-in for this kind of person."),
    COORDINATOR,
    _("Switch the publisher off and on again after looking at the fields; what it asks for may have changed."),
)
NO_LICENCE = Cause(
    "licence",
    OPEN_AGAIN,
    _("The school has no licence for this material."),
    COORDINATOR,
    _("Order the material, or add the licence under Licences."),
)
LICENCE_LATER = Cause(
    "licence-later",
    _("You can open this later. It has not started yet."),
    _("The licence has not started yet."),
    COORDINATOR,
    _("Wait for the first day of the licence, or change its dates under Licences."),
)
LICENCE_OVER = Cause(
    "licence-over",
    _("This is over. Your school can make it longer."),
    _("The licence has ended."),
    COORDINATOR,
    _("Extend the licence with the publisher, and add the new one under Licences."),
)
NOT_ASSIGNED = Cause(
    "assignment",
    _("This is not ready for you yet."),
    _("The licence is not assigned to a group of this person, nor to the person."),
    COORDINATOR,
    _("Open Licences and tick the material for the group."),
)
SEATS_FULL = Cause(
    "seats",
    _("There is no place left for you. Your teacher can ask for more."),
    _("The licence has fewer seats than there are pupils in its groups; the newest pupils get none."),
    COORDINATOR,
    _("Order more seats, or take the material away from a group."),
)
TEACHER_ONLY = Cause(
    "teacher-only",
    _("This is for teachers."),
    _("The material is for teachers only and a pupil tried to open it."),
    COORDINATOR,
    _("Nothing is broken: pupils do not see this tile."),
)
PARTICIPANT_DOWN = Cause(
    "participant",
    _("The publisher cannot be reached now. Try again later."),
    _("The portal does not work with this publisher now, or its sign-in interface is missing."),
    PUBLISHER,
    _("Ask the publisher, or look at the portal's status page."),
)
NOT_STARTED_HERE = Cause(
    "launch",
    _("Start again from your own page with tiles."),
    _("The sign-in did not start with a click on a tile in this browser, or more than two minutes ago."),
    _("the person who clicked"),
    _("Open the material again from the tiles."),
)

CAUSES = {
    cause.code: cause
    for cause in (
        SCHOOL_CLOSED,
        GONE,
        NO_AGREEMENT,
        SHARING_OFF,
        NOTHING_AGREED,
        NO_LICENCE,
        LICENCE_LATER,
        LICENCE_OVER,
        NOT_ASSIGNED,
        SEATS_FULL,
        TEACHER_ONLY,
        PARTICIPANT_DOWN,
        NOT_STARTED_HERE,
    )
}
