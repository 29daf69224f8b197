"""Looking along (*meekijken*): somebody of the helpdesk sees one person's pages, read-only (SR-B07, SR-A06).

What the session keeps is only whom, and under which grant. Whether that may still be is asked of the database at each
request: grant, role of the one who looks, and place and rights of the one who is looked along with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import second_step
from accounts.models import SupportGrant, User, UserKind, UserPupil
from accounts.permissions import SUPPORT_LOOK
from basispoort.lib.tenancy import school_transaction
from schools.models import Pupil, School

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from datetime import datetime

    from django.db import models

STATE = "looks_along"
# The one address that stays the helpdesk's own while it looks along.
STOP_PATH = "/kantoor/meekijken/stoppen/"
IDLE_SECONDS = 15 * 60
NOTED_EVERY_SECONDS = 60


class NotWithThisOne(Exception):
    """The person has more rights than a teacher has, or none here; `words` tell which (SR-B07)."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom somebody looks along with, for the time of one request; `pupil` is set for a pupil."""

    looker: User
    shown: User
    pupil: Pupil | None
    school: School
    until: datetime
    number: UUID

    @property
    def name(self) -> str:
        """The name of the person, as the banner says it."""
        return self.pupil.full_name if self.pupil else self.shown.full_name

    @property
    def person(self) -> models.Model:
        """What the trail of the school names: the pupil, or the account of a member of staff."""
        return self.pupil or self.shown

    @property
    def stop_path(self) -> str:
        """Where the button leads that ends it."""
        return STOP_PATH


def pupil_to_show(school: School, public_id: UUID) -> tuple[User, Pupil]:
    """Give a pupil of the school as a visitor; one who never signed in gets an account for this request only.

    Ask within the scope of the school. Raises NotWithThisOne.
    """
    pupil = Pupil.objects.for_school(school).present().select_related("home_group").filter(public_id=public_id).first()
    if pupil is None:
        raise NotWithThisOne(str(_("This pupil is not on the list of the school any more.")))
    link = UserPupil.objects.for_school(school).select_related("user").filter(pupil=pupil).first()
    return (link.user if link else User(kind=UserKind.PUPIL, first_name=pupil.first_name)), pupil


def staff_to_show(school: School, pk: UUID) -> User:
    """Give a member of staff as a visitor of this school alone: roles elsewhere are left out. Raises NotWithThisOne."""
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or user.kind not in {UserKind.STAFF, UserKind.PORTAL}:
        raise NotWithThisOne(str(_("This person does not work at the school now.")))
    here = [role for role in user.running_roles() if role.school_id == school.pk]
    if not here:
        raise NotWithThisOne(str(_("This person does not work at the school now.")))
    if here[0].called:
        raise NotWithThisOne(str(_("This person was invited and has not come to the school yet.")))
    if second_step.is_powerful(user):
        raise NotWithThisOne(str(_("This person may do more than a teacher: nobody looks along with that.")))
    user.see_only(here)
    return user


def state_of(grant: SupportGrant, *, pupil: UUID | None, staff: UUID | None) -> dict[str, Any]:
    """Give what the session keeps."""
    return {
        "grant": str(grant.pk),
        "school": grant.school_id,
        "pupil": str(pupil) if pupil else "",
        "staff": str(staff) if staff else "",
        "seen": int(timezone.now().timestamp()),
    }


def watched_now(state: MutableMapping[str, Any], looker: object) -> Watched | None:
    """Give whom this session looks along with; None when it may no longer be, for whatever reason.

    The grant runs, it is the same one, fifteen minutes have not passed without a page, and both are still who they
    were. Must be asked outside a transaction or in one of its own.
    """
    if int(timezone.now().timestamp()) - int(state["seen"]) > IDLE_SECONDS:
        return None
    if not isinstance(looker, User) or not looker.is_verified() or not looker.has_perm(SUPPORT_LOOK):
        return None
    with school_transaction(int(state["school"])):
        rows = SupportGrant.objects.holding(int(state["school"])).select_related("school")
        grant = rows.filter(pk=UUID(state["grant"])).first()
        if grant is None or not grant.school.is_in_service_on(timezone.localdate()):
            return None
        try:
            if state["pupil"]:
                shown, pupil = pupil_to_show(grant.school, UUID(state["pupil"]))
                return Watched(looker, shown, pupil, grant.school, grant.until, UUID(state["pupil"]))
            return Watched(
                looker,
                staff_to_show(grant.school, UUID(state["staff"])),
                None,
                grant.school,
                grant.until,
                UUID(state["staff"]),
            )
        except NotWithThisOne:
            return None


def note_use(state: MutableMapping[str, Any]) -> bool:
    """Note that a page was seen, at most once a minute; True when that changed the note."""
    now = int(timezone.now().timestamp())
    if now - int(state["seen"]) < NOTED_EVERY_SECONDS:
        return False
    state["seen"] = now
    return True
