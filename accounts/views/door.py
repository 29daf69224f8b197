"""The coordinator's page of the school's own link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions
from accounts.actions.door import door_of, renew_door
from accounts.models import NetworkRange
from basispoort.lib.access import requires

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest


@require_safe
@requires(permissions.SCHOOL_DOOR)
def door(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the school's link with its QR code, and what to know about it."""
    has_networks = NetworkRange.objects.for_school(request.school).exists()
    context = {"door": door_of(school=request.school), "networks": has_networks}
    return render(request, "accounts/pupils/door.html", context)


@require_safe
@requires(permissions.SCHOOL_DOOR)
def door_print(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show a sheet with the link and its QR code, for the classroom wall."""
    return render(request, "accounts/pupils/door_print.html", {"door": door_of(school=request.school)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.SCHOOL_DOOR)
def renew(request: SchoolRequest, school: str) -> HttpResponse:
    """Ask first, then give the school a new link; the old one is dead at once."""
    if request.method != "POST":
        return render(request, "accounts/pupils/door_renew.html")
    renew_door(school=request.school, acting_user=request.user)
    messages.success(request, _("The school has a new link. The old one no longer works."))
    return redirect("accounts:door", school)
