"""Cijfers: how the school signs in, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import permissions
from accounts.statistics import statistics_of
from basispoort.lib.access import requires

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest


@requires(permissions.STATISTICS_VIEW)
@require_safe
def statistics(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show counts and small charts; no person stands here, so no look is recorded."""
    return render(request, "accounts/staff_pages/statistics.html", {"numbers": statistics_of(request.school)})
