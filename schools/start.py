"""What schools tells the start page: the roster, or a delivery that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from basispoort.web.start import Step, register_step
from schools.models import Pupil, RosterDelivery
from schools.permissions import ROSTER_IMPORT

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest


def roster_step(request: SchoolRequest) -> Step | None:
    """Give the step of the roster: deliver it, look at what waits, or how many pupils it holds."""
    if not request.user.has_perm(ROSTER_IMPORT, request.school):
        return None
    title, url = _("Pupils and groups"), reverse("schools:roster", args=[request.school])
    deliveries = RosterDelivery.objects.for_school(request.school).defer("content", "reading", "problems")
    waiting = next((one for one in deliveries[:10] if one.is_open), None)
    if waiting is not None:
        url = reverse("schools:delivery", args=[request.school, waiting.pk])
        return Step(title, _("A delivery waits until you look at it."), url, _("Look at it"), "users", "now")
    pupils = Pupil.objects.for_school(request.school).present().count()
    if not pupils:
        words = _("Upload the file from your pupil administration; that takes a few minutes.")
        return Step(title, words, url, _("Deliver the roster"), "users", "now")
    words = ngettext("%(total)s pupil is in the roster.", "%(total)s pupils are in the roster.", pupils)
    return Step(title, words % {"total": pupils}, url, _("Look"), "users", "done")


register_step(10, roster_step)
