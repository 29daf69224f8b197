"""Where am I signed in, and an end to it (product A9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.sessions import end_other_sessions, end_session, own_sessions
from basispoort.lib.access import own_account

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import StaffRequest


@own_account
@require_safe
def sessions(request: StaffRequest) -> HttpResponse:
    """Show where the user is signed in."""
    return render(request, "accounts/staff/sessions.html", {"sessions": own_sessions(request)})


@own_account
@require_POST
def session_end(request: StaffRequest, session: UUID) -> HttpResponse:
    """End one session."""
    if end_session(user=request.user, session=session):
        messages.success(request, _("Signed out there."))
    else:
        messages.info(request, _("That session had ended already."))
    return redirect("accounts:sessions")


@own_account
@require_POST
def sessions_end(request: StaffRequest) -> HttpResponse:
    """End all sessions but this one."""
    number = end_other_sessions(request)
    words = ngettext("Signed out at %(number)d other place.", "Signed out at %(number)d other places.", number)
    messages.success(request, words % {"number": number})
    return redirect("accounts:sessions")
