"""What accounts tells the start page: who of the pupils can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.support import waiting_request
from accounts.models import PupilCode
from accounts.permissions import SCHOOL_DOOR, SUPPORT_GRANT
from basispoort.web.start import Step, register_step
from schools.models import Pupil

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest


def door_step(request: SchoolRequest) -> Step | None:
    """Give the step of the school's link: put it on the tablets; done when most pupils have been in."""
    if not request.user.has_perm(SCHOOL_DOOR, request.school):
        return None
    pupils = Pupil.objects.for_school(request.school).present()
    total = pupils.count()
    used = PupilCode.objects.for_school(request.school).filter(pupil=OuterRef("pk"), last_used_at__isnull=False)
    been = pupils.filter(Exists(used)).count()
    title, url = _("Let the pupils in"), reverse("accounts:door", args=[request.school])
    if not total:
        words = _("First the roster; then each pupil gets a code and a card.")
        return Step(title, words, url, _("Look"), "qr-code", "later")
    words = _(
        "%(been)s of %(total)s pupils have signed in. Put the school's link on the tablets and hand out the cards."
    )
    words %= {"been": been, "total": total}
    return Step(title, words, url, _("School link"), "qr-code", "done" if been * 2 > total else "now")


def support_step(request: SchoolRequest) -> Step | None:
    """Give the step of answering the helpdesk, while it waits for an answer."""
    if not request.user.has_perm(SUPPORT_GRANT, request.school):
        return None
    waiting = waiting_request(request.school)
    if waiting is None:
        return None
    words = _("Call %(ticket)s. Nobody can look until you say yes.") % {"ticket": waiting.ticket}
    url = reverse("accounts:support", args=[request.school])
    return Step(_("The helpdesk asks to look"), words, url, _("Answer"), "life-buoy", "now")


register_step(5, support_step)
register_step(50, door_step)
