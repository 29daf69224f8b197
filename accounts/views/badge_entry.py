"""A pupil signs in with a badge: scanned on this page, opened with the device's own camera, or typed (SR-A16)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions.badges import BadgeOutcome, sign_in_badge
from accounts.forms.badges import BadgeForm
from accounts.views.pupils import start_page
from basispoort.lib.access import public
from basispoort.lib.middleware import permissions_policy

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest

STATUS = {
    BadgeOutcome.UNKNOWN: HTTPStatus.OK,
    BadgeOutcome.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    BadgeOutcome.FROZEN: HTTPStatus.FORBIDDEN,
    BadgeOutcome.ELSEWHERE: HTTPStatus.FORBIDDEN,
}


@public
@sensitive_post_parameters("badge")
@require_http_methods(["GET", "HEAD", "POST"])
def badge_scan(request: PortalRequest) -> HttpResponse:
    """Take a badge. Its secret comes in the body of a form, never in an address that anybody logs (SR-A15)."""
    form = BadgeForm(request.POST or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        outcome = sign_in_badge(request, typed=form.cleaned_data["badge"])
        if outcome is BadgeOutcome.RIGHT:
            return redirect(start_page())
    context = {"form": BadgeForm(), "outcome": outcome.name.lower() if outcome else ""}
    status = STATUS[outcome] if outcome else HTTPStatus.OK
    response = render(request, "accounts/badges/scan.html", context, status=status)
    if outcome is BadgeOutcome.TOO_MANY:
        response["Retry-After"] = "600"
    response["Permissions-Policy"] = permissions_policy("camera")
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
