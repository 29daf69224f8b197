"""Helpdesk: the school lets it look, for a reason and a time, and sees each look (product A10, SR-B07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import events, permissions
from accounts.actions.support import (
    CanLookAlready,
    DayIsOver,
    GrantOver,
    RequestOver,
    end_support,
    grant_support,
    refuse_support,
    running_grant,
    waiting_request,
)
from accounts.forms.support import GrantForm
from accounts.trail_page import page_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.access import fresh, requires

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest


def _page(request: SchoolRequest, form: GrantForm | None = None) -> HttpResponse:
    waiting = waiting_request(request.school)
    looks = AuditEntry.objects.for_school(request.school).filter(event__in=events.SUPPORT_LOOKS)
    facts = {
        "grant": running_grant(request.school),
        "waiting": waiting,
        "form": form or GrantForm(initial={"reason": waiting.reason, "asked": waiting.pk} if waiting else None),
        "may_grant": request.user.has_perm(permissions.SUPPORT_GRANT, request.school),
        "page": page_of(looks.order_by("-at", "-id"), request.GET.get("voor", "")),
    }
    return render(request, "accounts/support/support.html", facts)


@requires(permissions.SUPPORT_SEE, before_agreement=True)
@require_safe
def support(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show whether the helpdesk can look now, what it asks, and each look."""
    return _page(request)


@fresh
@requires(permissions.SUPPORT_GRANT)
@require_POST
def support_grant(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Let the helpdesk look for a while; what it asked is answered with it."""
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        grant_support(school=request.school, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("The helpdesk can look now. Below you see each look."))
    except CanLookAlready:
        messages.info(request, _("The helpdesk can look already. End that first to choose another time."))
    except RequestOver:
        messages.warning(request, _("The question of the helpdesk changed meanwhile. Look again before you say yes."))
    except DayIsOver:
        form.add_error("length", _("The school day is over. Choose another time."))
        return _page(request, form)
    return redirect("accounts:support", request.school)


@requires(permissions.SUPPORT_GRANT)
@require_POST
def support_refuse(request: SchoolRequest, school: str, asked: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Say no to what the helpdesk asks."""
    try:
        refuse_support(school=request.school, request=asked, acting_user=request.user)
        messages.success(request, _("You said no. The helpdesk sees nothing of your pupils and staff."))
    except RequestOver:
        messages.info(request, _("This was answered already, or is too long ago."))
    return redirect("accounts:support", request.school)


@requires(permissions.SUPPORT_SEE, before_agreement=True)
@require_POST
def support_end(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """End it at once."""
    try:
        end_support(school=request.school, acting_user=request.user)
        messages.success(request, _("Ended. The helpdesk sees nothing more from this moment on."))
    except GrantOver:
        messages.info(request, _("The helpdesk could not look any more already."))
    return redirect("accounts:support", request.school)
