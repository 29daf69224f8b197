"""What licences tells the start page: publishers that are on, licences that are ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from basispoort.web.start import Step, register_step
from licences.models import Assignment, DataSharing, Licence, Participant
from licences.permissions import ASSIGN, SHARING_SWITCH

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest


def sharing_step(request: SchoolRequest) -> Step | None:
    """Give the step of the publishers: how many of them get data, by the school's own choice."""
    if not request.user.has_perm(SHARING_SWITCH, request.school):
        return None
    title, url = _("Publishers"), reverse("licences:participants", args=[request.school])
    total = Participant.objects.active().count()
    running = DataSharing.objects.for_school(request.school).running().count()
    if not running:
        words = _("Nothing leaves yet. See what a publisher asks, and switch it on.")
        return Step(title, words, url, _("Choose publishers"), "library", "now" if total else "later")
    words = ngettext(
        "%(running)s of %(total)s publisher is on.", "%(running)s of %(total)s publishers are on.", total
    ) % {"running": running, "total": total}
    return Step(title, words, url, _("Look"), "library", "done")


def licence_step(request: SchoolRequest) -> Step | None:
    """Give the step of the licences: those that run, and those that nobody may use yet."""
    if not request.user.has_perm(ASSIGN, request.school):
        return None
    title, url = _("Licences"), reverse("licences:licences", args=[request.school])
    running = Licence.objects.for_school(request.school).valid_on(timezone.localdate())
    total = running.count()
    if not total:
        words = _("No licence runs now. Add one, or ask the publisher to enter it.")
        return Step(title, words, url, _("Licences"), "ticket-check", "later")
    ticked = Assignment.objects.for_school(request.school).filter(licence__in=running)
    unused = total - ticked.values("licence").distinct().count()
    if unused:
        words = ngettext(
            "%(unused)s licence is not ticked for any group yet.",
            "%(unused)s licences are not ticked for any group yet.",
            unused,
        ) % {"unused": unused}
        return Step(title, words, url, _("Tick groups"), "ticket-check", "now")
    words = ngettext(
        "%(total)s licence runs and is ticked for a group.",
        "%(total)s licences run and are ticked for a group.",
        total,
    ) % {"total": total}
    return Step(title, words, url, _("Look"), "ticket-check", "done")


register_step(20, sharing_step)
register_step(30, licence_step)
