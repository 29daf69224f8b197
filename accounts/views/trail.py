"""Logboek: what was done and seen at the school, by whom (product A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import events, permissions
from accounts.forms.roles import ExportForm
from accounts.forms.trail import TrailForm
from accounts.trail_page import entries_of, is_first_page, page_of
from basispoort.audit import trail
from basispoort.audit.models import AuditHead
from basispoort.lib.access import requires

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest


@requires(permissions.TRAIL_VIEW)
@require_safe
def log(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show the trail of the school, newest first; the look itself stands in it, once a visit."""
    form = TrailForm(request.GET)
    before = request.GET.get("voor", "")
    if is_first_page(before):
        trail.record(events.TRAIL_VIEWED, school=request.school, acting_user=request.user)
    query = request.GET.copy()
    query.pop("voor", None)
    facts = {
        "form": form,
        "page": page_of(entries_of(request.school, **form.asked()), before),
        "query": query.urlencode(),
        "head": AuditHead.objects.order_by("-day").first(),
        "export": ExportForm(),
    }
    return render(request, "accounts/staff_pages/trail.html", facts)
