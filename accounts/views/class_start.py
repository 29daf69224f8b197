"""Klassenstart: ten minutes in which the whole group gets in, live before the teacher's eyes (product A6, SR-A17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events, permissions
from accounts.actions.class_start import (
    StartRefused,
    allow,
    close_start,
    last_start,
    new_button,
    open_start,
    running_start,
    turn_away,
)
from accounts.actions.codes import let_in as forget_wait
from accounts.actions.door import door_of
from accounts.actions.groups import groups_of
from accounts.forms.class_start import SeenForm, StartForm
from accounts.live import live_of
from accounts.models import ClassStart
from accounts.qr import qr_svg
from accounts.views.of_group import home_group_or_404, pupil_or_404
from accounts.views.place_card import place_card
from basispoort.audit import trail
from basispoort.lib.access import requires, seen_along
from schools.models.pupil import pupils_in

if TYPE_CHECKING:
    from uuid import UUID

    from basispoort.lib.http import SchoolRequest
    from schools.models import Group


def _facts(request: SchoolRequest, group: Group) -> dict[str, object]:
    start = running_start(request.school, group)
    return {
        "group": group,
        "start": start,
        "live": live_of(request.school, group, start),
        "was": None if start else last_start(request.school, group),
        "button": "" if start else new_button(request.session, group),
        "may_codes": request.user.has_perm(permissions.PUPIL_CODES, request.school),
    }


def _answer(request: SchoolRequest, school: str, group: Group) -> HttpResponse:
    """Give the changed part to a page that asks for it, and the way back to any other."""
    if request.htmx:
        return render(request, "accounts/class_start/_live.html", _facts(request, group))
    return redirect("accounts:class-start", school, group.pk)


@seen_along("class-starts", gettext_lazy("the groups for a class start"))
@require_safe
@requires(permissions.CLASS_START)
def class_starts(request: SchoolRequest, school: str) -> HttpResponse:
    """Show the groups for which the user can open a class start; who has one group goes straight there."""
    groups = list(groups_of(request.user, request.school, permissions.CLASS_START).with_home_pupils().in_order())
    if len(groups) == 1:
        return redirect("accounts:class-start", school, groups[0].pk)
    running = set(ClassStart.objects.for_school(request.school).open().values_list("group_id", flat=True))
    rows = [{"group": group, "badge": _("runs now") if group.pk in running else ""} for group in groups]
    return render(request, "accounts/class_start/groups.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.CLASS_START)
def class_start(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:
    """Show who is in, and open the class start."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    if request.method == "POST":
        form = StartForm(request.POST)
        if not form.is_valid() or not _open(request, found, form.cleaned_data["button"]):
            messages.info(request, _("This class start is over. Start again for a new one."))
        return redirect("accounts:class-start", school, found.pk)
    details = {"count": pupils_in(found).count()}
    trail.record(events.GROUP_VIEWED, school=request.school, acting_user=request.user, target=found, details=details)
    context = _facts(request, found) | {"place": place_card(request)}
    return render(request, "accounts/class_start/class_start.html", context)


def _open(request: SchoolRequest, group: Group, button: str) -> bool:
    try:
        open_start(school=request.school, group=group, button=button, session=request.session, acting_user=request.user)
    except StartRefused:
        return False
    return True


@require_safe
@requires(permissions.CLASS_START)
def live(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the live part again; nothing at all while nothing changed."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    form = SeenForm(request.GET)
    seen = form.cleaned_data if form.is_valid() else {"seen": "", "board": False}
    facts = _facts(request, found)
    shown = facts["live"]
    if facts["start"] and seen["seen"] == getattr(shown, "fingerprint", ""):
        return HttpResponse(status=204)
    name = "accounts/class_start/_board.html" if seen["board"] else "accounts/class_start/_live.html"
    return render(request, name, facts)


@require_POST
@requires(permissions.CLASS_START)
def close(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:
    """Close the class start early."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    start = running_start(request.school, found)
    if start is not None:
        close_start(school=request.school, start=start, acting_user=request.user)
    return redirect("accounts:class-start", school, found.pk)


@require_POST
@requires(permissions.CLASS_START)
def let_in(request: SchoolRequest, school: str, group: UUID, ask: UUID) -> HttpResponse:
    """Let one waiting screen in."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    start = running_start(request.school, found)
    pupil = allow(school=request.school, start=start, let_in=ask, acting_user=request.user) if start else None
    if pupil is None and not request.htmx:
        messages.info(request, _("This screen is no longer waiting. Let the child ask again."))
    return _answer(request, school, found)


@require_POST
@requires(permissions.CLASS_START)
def refuse(request: SchoolRequest, school: str, group: UUID, ask: UUID) -> HttpResponse:
    """Turn one waiting screen away."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    start = running_start(request.school, found)
    if start is not None:
        turn_away(school=request.school, start=start, let_in=ask, acting_user=request.user)
    return _answer(request, school, found)


@require_POST
@requires(permissions.CLASS_START)
def try_again(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """End the wait of a pupil after wrong codes."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    one = pupil_or_404(found, pupil)
    forget_wait(school=request.school, pupil=one, acting_user=request.user)
    return _answer(request, school, found)


@require_safe
@requires(permissions.CLASS_START)
def board(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the way in to the whole class, on a digiboard."""
    found = home_group_or_404(request, group, permissions.CLASS_START)
    context = _facts(request, found) | {"door": door_of(school=request.school)}
    return render(request, "accounts/class_start/board.html", context)


@require_safe
@requires(permissions.CLASS_START)
def qr(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the QR code of the school's link as a picture."""
    home_group_or_404(request, group, permissions.CLASS_START)
    response = HttpResponse(qr_svg(door_of(school=request.school).address), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response
